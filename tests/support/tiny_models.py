"""Small real models for the search by meaning, in the formats of large ones.

The vectors come out of a corpus: words are alike that stand beside the same words (positive pointwise mutual
information, reduced by a singular value decomposition), as Levy and Goldberg do it.
"""

import itertools
import json
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.normalizers import Lowercase
from tokenizers.pre_tokenizers import Whitespace

CORPUS = """
car vehicle engine garage drive wheel
vehicle car motor garage drive fuel
engine motor car fuel repair garage
automobile vehicle car engine wheel motor
cat kitten purr whiskers fur pet
kitten cat fur purr milk pet
feline cat purr whiskers kitten pet
doctor physician clinic patient nurse
physician doctor patient clinic hospital
nurse hospital doctor patient clinic
bread loaf bake oven flour baker
loaf bread baker oven dough flour
dough flour bake bread oven loaf
""".strip().splitlines()

UNKNOWN = "[UNK]"
SIZE = 8


def vocabulary() -> dict[str, int]:
    words = sorted({word for line in CORPUS for word in line.split()})
    return {word: number for number, word in enumerate((UNKNOWN, *words))}


def vectors() -> NDArray[np.float32]:
    """Of the words of the vocabulary, in its order."""
    words = vocabulary()
    counts = np.zeros((len(words), len(words)))
    for line in CORPUS:
        for one, other in itertools.permutations(line.split(), 2):
            counts[words[one], words[other]] += 1
    counts += np.diag(counts.sum(1) / 4)  # so that a word is most like itself
    expected = np.outer(counts.sum(1), counts.sum(0)) / counts.sum()
    information = np.log(np.maximum(counts, 1e-12) / np.maximum(expected, 1e-12))
    left, values, _ = np.linalg.svd(np.where(counts > 0, np.maximum(information, 0), 0))
    return (left[:, :SIZE] * np.sqrt(values[:SIZE])).astype(np.float32)


def static_model(folder: Path) -> Path:
    """A model as Model2Vec saves it."""
    _tokenizer(folder)
    table = vectors()
    header = json.dumps(
        {"embeddings": {"dtype": "F32", "shape": table.shape, "data_offsets": [0, table.nbytes]}}
    ).encode()
    header += b" " * (-len(header) % 8)
    file = len(header).to_bytes(8, "little") + header + table.tobytes()
    (folder / "model.safetensors").write_bytes(file)
    (folder / "config.json").write_text('{"normalize": true}', encoding="utf-8")
    return folder


def onnx_model(folder: Path) -> Path:
    """A model in ONNX that looks the vectors of the tokens up: its graph has one node, ``Gather``."""
    _tokenizer(folder)
    table = vectors()
    tensor = _numbers(1, *table.shape) + _number(2, 1) + _text(8, "table") + _part(9, table.tobytes())
    node = _text(1, "table") + _text(1, "input_ids") + _text(2, "last_hidden_state") + _text(4, "Gather")
    graph = (
        _part(1, node)
        + _text(2, "lookup")
        + _part(5, tensor)
        + _part(11, _value("input_ids", 7, ("batch", "tokens")))
        + _part(12, _value("last_hidden_state", 1, ("batch", "tokens", SIZE)))
    )
    model = _number(1, 8) + _part(7, graph) + _part(8, _text(1, "") + _number(2, 13))
    (folder / "model.onnx").write_bytes(model)
    return folder


def _tokenizer(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer = Tokenizer(WordLevel(vocabulary(), unk_token=UNKNOWN))
    tokenizer.normalizer = Lowercase()
    tokenizer.pre_tokenizer = Whitespace()
    tokenizer.save(str(folder / "tokenizer.json"))


def _value(name: str, kind: int, shape: Iterable[str | int]) -> bytes:
    """A ValueInfoProto: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto"""
    dimensions = b"".join(
        _part(1, _text(2, size) if isinstance(size, str) else _number(1, size)) for size in shape
    )
    return _text(1, name) + _part(2, _part(1, _number(1, kind) + _part(2, dimensions)))


def _varint(value: int) -> bytes:
    found = bytearray()
    while value > 0x7F:
        found.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*found, value])


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _numbers(field: int, *values: int) -> bytes:
    return b"".join(_number(field, value) for value in values)


def _part(field: int, content: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(content)) + content


def _text(field: int, content: str) -> bytes:
    return _part(field, content.encode())
