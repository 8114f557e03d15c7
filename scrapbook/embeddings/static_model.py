"""A static model: a text's vector is the mean of those of its tokens, which are looked up in a table.

The table is a tensor of a safetensors file: 8 bytes with the length of a header in JSON, the header, the
tensors (https://github.com/huggingface/safetensors#format). It is mapped into memory, and only the rows that
are used are read.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

MAX_TOKENS = 512
"""Tokens of a text that are used."""

MAX_HEADER = 2**20
"""Bytes of a header, at most: the names and shapes of a few tensors."""

_TYPES = {"F16": "<f2", "F32": "<f4", "F64": "<f8", "I64": "<i8", "I32": "<i4", "I8": "<i1"}


class StaticModel:
    """A model as Model2Vec writes it: ``embeddings``; some have ``weights`` and a ``mapping``."""

    def __init__(self, path: Path, tokenizer: Tokenizer) -> None:
        tensors = _tensors(path)
        self._table = tensors["embeddings"]
        self._weights = tensors.get("weights")
        self._rows = tensors.get("mapping")
        self._tokenizer = tokenizer
        tokenizer.no_padding()
        cast(Any, tokenizer).enable_truncation(MAX_TOKENS)
        unknown = _unknown(tokenizer)
        self._skipped = {token for token in (unknown,) if token is not None}

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        encoded = self._tokenizer.encode_batch(list(texts), add_special_tokens=False)
        known = ([id_ for id_ in each.ids if id_ not in self._skipped] for each in encoded)
        means: list[NDArray[np.float32]] = [self._mean(tokens) for tokens in known]
        return np.stack(means)

    def _mean(self, tokens: list[int]) -> NDArray[np.float32]:
        if not tokens:
            return cast(NDArray[np.float32], np.zeros(self._table.shape[1], np.float32))
        rows = tokens if self._rows is None else self._rows[tokens]
        vectors = self._table[rows].astype(np.float32)
        if self._weights is not None:
            vectors *= self._weights[tokens].astype(np.float32)[:, None]
        return cast(NDArray[np.float32], vectors.mean(axis=0))


def _unknown(tokenizer: Tokenizer) -> int | None:
    name = json.loads(tokenizer.to_str())["model"].get("unk_token")
    return tokenizer.token_to_id(name) if name else None


def _tensors(path: Path) -> dict[str, NDArray[Any]]:
    """Return the tensors of a file by name. Raises ValueError or KeyError for one of another format."""
    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        if length > MAX_HEADER:
            raise ValueError("The header is too long.")
        header = json.loads(file.read(length))
    header.pop("__metadata__", None)
    return {
        name: np.memmap(
            path, _TYPES[tensor["dtype"]], "r", 8 + length + tensor["data_offsets"][0], tuple(tensor["shape"])
        )
        for name, tensor in header.items()
    }
