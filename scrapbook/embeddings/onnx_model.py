"""A sentence encoder in ONNX: a text's vector is the mean of what the model says of its tokens."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np
import onnxruntime  # pyright: ignore[reportMissingTypeStubs]
from numpy.typing import NDArray
from tokenizers import Tokenizer

MAX_TOKENS = 256
"""Tokens of a text that are used: some 200 words. The time grows with their number."""

AT_ONCE = 16
"""Texts that the model reads at once, which bounds its memory."""


class OnnxModel:
    """A model as Sentence Transformers exports it, for one thread of the processor.

    Its output is ``sentence_embedding``, or the first one, of which the mean is taken over the tokens.
    """

    def __init__(self, path: Path, tokenizer: Tokenizer) -> None:
        runtime = cast(Any, onnxruntime)
        options = runtime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        # Else the memory of the longest text stays reserved.
        options.enable_cpu_mem_arena = False
        self._session = runtime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        self._inputs = {each.name for each in self._session.get_inputs()}
        outputs = [each.name for each in self._session.get_outputs()]
        self._output = "sentence_embedding" if "sentence_embedding" in outputs else outputs[0]
        self._tokenizer = tokenizer
        padding = cast(dict[str, Any], tokenizer.padding or {})
        untyped = cast(Any, tokenizer)
        untyped.enable_padding(pad_id=padding.get("pad_id", 0), pad_token=padding.get("pad_token", "[PAD]"))
        untyped.enable_truncation(MAX_TOKENS)

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        parts = [self._batch(texts[start : start + AT_ONCE]) for start in range(0, len(texts), AT_ONCE)]
        return np.concatenate(parts)

    def _batch(self, texts: Sequence[str]) -> NDArray[np.float32]:
        encoded = self._tokenizer.encode_batch(list(texts))
        mask = np.array([each.attention_mask for each in encoded], np.int64)
        values = {
            "input_ids": np.array([each.ids for each in encoded], np.int64),
            "attention_mask": mask,
            "token_type_ids": np.zeros_like(mask),
        }
        given = {name: value for name, value in values.items() if name in self._inputs}
        [found] = self._session.run([self._output], given)
        if found.ndim == 2:
            return found
        weights = mask[:, :, None].astype(np.float32)
        return (found * weights).sum(axis=1) / np.maximum(weights.sum(axis=1), 1)
