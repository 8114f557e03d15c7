"""Whisper models of real dimensions that need no download, written for three programs at once.

The weights are random but for one thing: what a position of the text adds is so strong that the word said
there is fixed. So each program, whatever it hears, writes the same number of tokens into each window, is sure
of them, and ends the window at its end, as it would with real weights and steady speech. The cost of a real
model depends on its dimensions and on the number of tokens alone.
"""

import json
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from ctranslate2.specs.whisper_spec import WhisperSpec
from faster_whisper.tokenizer import _LANGUAGE_CODES

LANGUAGES = list(_LANGUAGE_CODES)[:99]  # without Cantonese, which came with large-v3
WORDS = 50_257
EOT, SOT = WORDS, WORDS + 1
SPECIALS = ["<|endoftext|>", "<|startoftranscript|>", *(f"<|{one}|>" for one in LANGUAGES), "<|translate|>"]
SPECIALS += ["<|transcribe|>", "<|startoflm|>", "<|startofprev|>", "<|nospeech|>", "<|notimestamps|>"]
TIMESTAMPS = WORDS + len(SPECIALS)
VOCABULARY = TIMESTAMPS + 1501
# Start of transcript, language, task.
PROMPT = 3
TEXT_POSITIONS, SOUND_POSITIONS = 448, 1500
LOUD = 100.0

Weights = dict[str, np.ndarray]


@dataclass(frozen=True)
class Dimensions:
    """Of the published models; ``layers`` in the encoder and as many in the decoder."""

    width: int
    heads: int
    layers: int
    mels: int = 80


SIZES = {
    "tiny": Dimensions(384, 6, 4),
    "base": Dimensions(512, 8, 6),
    "small": Dimensions(768, 12, 12),
}


def said(tokens: int) -> list[int]:
    """What follows each position of the text, from the prompt's first: language, task, words."""
    words = [1000 + 97 * number for number in range(tokens)]
    return [SOT + 1, SOT + 1 + len(LANGUAGES) + 1, TIMESTAMPS, *words, VOCABULARY - 1, EOT]


def weights(size: Dimensions, tokens: int) -> Weights:
    """By the names of the reference implementation, float32."""
    dice = np.random.default_rng(1)
    made = {name: dice.normal(0, 0.02, shape).astype(np.float32) for name, shape in _shapes(size)}
    for name, values in made.items():
        if "ln" in name.split(".")[-2] and name.endswith("weight"):
            values.fill(1)
    made["encoder.positional_embedding"] = _sinusoids(size.width)
    _fix_words(made, size.width, said(tokens))
    return made


def _fix_words(made: Weights, width: int, words: list[int]) -> None:
    """Give each position a direction of its own, and the word that stands there the same one."""
    directions = np.linalg.qr(np.random.default_rng(2).normal(size=(width, width)))[0].astype(np.float32)
    places = made["decoder.positional_embedding"]
    for position, word in enumerate(words):
        places[position] = LOUD * directions[position]
        made["decoder.token_embedding.weight"][word] = directions[position]
    places[len(words) :] = places[len(words) - 1]


def _shapes(size: Dimensions) -> Iterator[tuple[str, tuple[int, ...]]]:
    width = size.width
    yield from _linear("encoder.conv1", (width, size.mels, 3))
    yield from _linear("encoder.conv2", (width, width, 3))
    yield "decoder.token_embedding.weight", (VOCABULARY, width)
    yield "decoder.positional_embedding", (TEXT_POSITIONS, width)
    for half, attentions in (("encoder", ["attn"]), ("decoder", ["attn", "cross_attn"])):
        for number in range(size.layers):
            yield from _block(f"{half}.blocks.{number}", attentions, width)
    yield from _linear("encoder.ln_post", (width,))
    yield from _linear("decoder.ln", (width,))


def _block(name: str, attentions: list[str], width: int) -> Iterator[tuple[str, tuple[int, ...]]]:
    for attention in attentions:
        for part in ("query", "value", "out"):
            yield from _linear(f"{name}.{attention}.{part}", (width, width))
        yield f"{name}.{attention}.key.weight", (width, width)
        yield from _linear(f"{name}.{attention}_ln", (width,))
    yield from _linear(f"{name}.mlp.0", (4 * width, width))
    yield from _linear(f"{name}.mlp.2", (width, 4 * width))
    yield from _linear(f"{name}.mlp_ln", (width,))


def _linear(name: str, shape: tuple[int, ...]) -> Iterator[tuple[str, tuple[int, ...]]]:
    yield f"{name}.weight", shape
    yield f"{name}.bias", shape[:1]


def _sinusoids(width: int) -> np.ndarray:
    """The encoder's positions, as in the Whisper paper."""
    steps = np.exp(-np.log(10_000) / (width // 2 - 1) * np.arange(width // 2))
    angles = np.arange(SOUND_POSITIONS)[:, None] * steps
    return np.concatenate([np.sin(angles), np.cos(angles)], axis=1).astype(np.float32)


def named_dimensions(size: Dimensions) -> dict[str, int]:
    """As the reference implementation names them."""
    half = {"ctx": SOUND_POSITIONS, "state": size.width, "head": size.heads, "layer": size.layers}
    sound = {f"n_audio_{name}": value for name, value in half.items()}
    text = {f"n_text_{name}": value for name, value in (half | {"ctx": TEXT_POSITIONS}).items()}
    return {"n_mels": size.mels, "n_vocab": VOCABULARY, **sound, **text}


# For faster-whisper: CTranslate2


def write_ctranslate2(made: Weights, size: Dimensions, folder: Path, quantization: str = "int8") -> None:
    """A folder that ``faster_whisper.WhisperModel`` takes."""
    made = {name: values.copy() for name, values in made.items()}  # quantising changes them in place
    spec = WhisperSpec(size.layers, size.heads, size.layers, size.heads)
    for name in ("conv1", "conv2"):
        _copy(getattr(spec.encoder, name), made, f"encoder.{name}")
    spec.encoder.position_encodings.encodings = made["encoder.positional_embedding"]
    spec.decoder.position_encodings.encodings = made["decoder.positional_embedding"]
    spec.decoder.embeddings.weight = made["decoder.token_embedding.weight"]
    spec.decoder.projection.weight = made["decoder.token_embedding.weight"]
    _copy_norm(spec.encoder.layer_norm, made, "encoder.ln_post")
    _copy_norm(spec.decoder.layer_norm, made, "decoder.ln")
    for half in ("encoder", "decoder"):
        for number, layer in enumerate(getattr(spec, half).layer):
            _copy_block(layer, made, f"{half}.blocks.{number}")
    spec.config.lang_ids = list(range(SOT + 1, SOT + 1 + len(LANGUAGES)))
    spec.config.suppress_ids, spec.config.suppress_ids_begin = [], []
    spec.config.alignment_heads = [(0, 0)]
    spec.register_vocabulary(_vocabulary())
    spec.validate()
    spec.optimize(quantization=quantization)
    folder.mkdir(parents=True, exist_ok=True)
    spec.save(str(folder))
    _write_tokenizer(folder / "tokenizer.json")


def _copy(layer, made: Weights, name: str) -> None:
    layer.weight, layer.bias = made[f"{name}.weight"], made[f"{name}.bias"]


def _copy_norm(layer, made: Weights, name: str) -> None:
    layer.gamma, layer.beta = made[f"{name}.weight"], made[f"{name}.bias"]


def _copy_block(layer, made: Weights, name: str) -> None:
    own = layer.self_attention
    _copy_joined(own.linear[0], made, f"{name}.attn", ["query", "key", "value"])
    _copy(own.linear[1], made, f"{name}.attn.out")
    _copy_norm(own.layer_norm, made, f"{name}.attn_ln")
    if f"{name}.cross_attn.query.weight" in made:
        _copy(layer.attention.linear[0], made, f"{name}.cross_attn.query")
        _copy_joined(layer.attention.linear[1], made, f"{name}.cross_attn", ["key", "value"])
        _copy(layer.attention.linear[2], made, f"{name}.cross_attn.out")
        _copy_norm(layer.attention.layer_norm, made, f"{name}.cross_attn_ln")
    _copy(layer.ffn.linear_0, made, f"{name}.mlp.0")
    _copy(layer.ffn.linear_1, made, f"{name}.mlp.2")
    _copy_norm(layer.ffn.layer_norm, made, f"{name}.mlp_ln")


def _copy_joined(layer, made: Weights, name: str, parts: list[str]) -> None:
    layer.weight = np.concatenate([made[f"{name}.{part}.weight"] for part in parts])
    none = np.zeros(layer.weight.shape[1], np.float32)
    layer.bias = np.concatenate([made.get(f"{name}.{part}.bias", none) for part in parts])


def _vocabulary() -> list[str]:
    # CTranslate2 tells a multilingual model by the empty token.
    words = ["", *(f"w{number}" for number in range(1, WORDS))]
    return [*words, *SPECIALS, *(f"<|{number * 0.02:.2f}|>" for number in range(1501))]


def _write_tokenizer(path: Path) -> None:
    vocabulary = {token: number for number, token in enumerate(_vocabulary())}
    specials = [
        {"id": vocabulary[token], "content": token, "special": True, "single_word": False}
        | {"lstrip": False, "rstrip": False, "normalized": False}
        for token in SPECIALS
    ]
    content = {
        "version": "1.0",
        "added_tokens": specials,
        "pre_tokenizer": {"type": "Whitespace"},
        "model": {"type": "WordLevel", "vocab": vocabulary, "unk_token": "w1"},
    }
    path.write_text(json.dumps(content), encoding="utf-8")


# For whisper.cpp: ggml, as its convert-pt-to-ggml.py writes it

F32, F16, Q8_0 = 0, 1, 8
# The kind of file, and 1000 times the version of the quantisation.
FILE_KINDS = {F16: 1, Q8_0: 2007}
KEPT_IN_F32 = ("encoder.positional_embedding", "decoder.positional_embedding")


def write_ggml(made: Weights, size: Dimensions, mel_filters: np.ndarray, path: Path, kind: int = F16) -> None:
    """A file that whisper.cpp takes.

    Args:
        mel_filters: (mels, frequencies).
        kind: F16, as the published files are, or Q8_0.
    """
    half = (size.width, size.heads, size.layers)
    numbers = [VOCABULARY, SOUND_POSITIONS, *half, TEXT_POSITIONS, *half, size.mels, FILE_KINDS[kind]]
    with path.open("wb") as file:
        file.write(struct.pack("<I11i", 0x67676D6C, *numbers))
        file.write(struct.pack("<2i", *mel_filters.shape) + mel_filters.astype("<f4").tobytes())
        file.write(struct.pack("<i", WORDS))
        for number in range(WORDS):
            # It looks the blank up, to forbid it at the beginning.
            word = b" " if number == 0 else f" w{number}".encode()
            file.write(struct.pack("<i", len(word)) + word)
        for name, values in made.items():
            file.write(_tensor(name, values, kind))


def _tensor(name: str, values: np.ndarray, kind: int) -> bytes:
    if "conv" in name and name.endswith("bias"):
        values = values[:, None]
        kind = F32
    elif values.ndim < 2 or name in KEPT_IN_F32:
        kind = F32
    elif values.ndim > 2:
        kind = F16
    shape = values.shape[::-1]
    head = struct.pack(f"<{3 + len(shape)}i", len(shape), len(name), kind, *shape)
    return head + name.encode() + _packed(values, kind)


def _packed(values: np.ndarray, kind: int) -> bytes:
    if kind == Q8_0:
        return _q8_0(values)
    return values.astype("<f2" if kind == F16 else "<f4").tobytes()


def _q8_0(values: np.ndarray) -> bytes:
    """Blocks of 32 values: their scale as float16, then int8."""
    blocks = values.reshape(-1, 32)
    scales = np.abs(blocks).max(axis=1, keepdims=True) / 127
    packed = np.empty(len(blocks), dtype=[("scale", "<f2"), ("values", "i1", 32)])
    packed["scale"] = scales[:, 0]
    packed["values"] = np.round(blocks / np.maximum(scales, 1e-12))
    return packed.tobytes()
