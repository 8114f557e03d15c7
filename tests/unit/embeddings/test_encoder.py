"""Models in both formats, and folders that hold none."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from scrapbook.embeddings.calibration import scale_of
from scrapbook.embeddings.encoder import Encoder
from scrapbook.embeddings.similarity import VectorTable, packed
from scrapbook.errors import ModelUnavailable
from tests.support.tiny_models import onnx_model, static_model

FORMATS = (static_model, onnx_model)
Make = Callable[[Path], Path]


@pytest.mark.parametrize("make", FORMATS)
def test_texts_that_mean_the_like_are_alike(make: Make, tmp_path: Path) -> None:
    encoder = Encoder(str(make(tmp_path)))
    texts = encoder.of_entries(["the automobile stood in the garage", "a kitten", "fresh dough", "what else"])
    for query, nearest in (("vehicle", 0), ("feline", 1), ("Loaf", 2)):
        cosines = texts @ encoder.of_query(query)
        assert int(cosines.argmax()) == nearest
        assert cosines[nearest] > 0.5 > np.delete(cosines, nearest).max()


@pytest.mark.parametrize("make", FORMATS)
def test_a_vector_does_not_depend_on_what_is_encoded_with_it(make: Make, tmp_path: Path) -> None:
    encoder = Encoder(str(make(tmp_path)))
    [alone] = encoder.of_entries(["car"])
    together = encoder.of_entries(["car", "the doctor and the nurse of the clinic", *["bread"] * 40])
    assert together[0] == pytest.approx(alone, abs=1e-5)


@pytest.mark.parametrize("make", FORMATS)
@pytest.mark.parametrize("text", ["", " ", "🍕", "zebra", "car " * 5000], ids=repr)
def test_any_text_has_a_vector_of_length_one_or_none(make: Make, text: str, tmp_path: Path) -> None:
    [vector] = Encoder(str(make(tmp_path))).of_entries([text])
    assert np.isfinite(vector).all()
    assert float(np.linalg.norm(vector)) == pytest.approx(1, abs=1e-3) or not vector.any()


def test_a_model_that_wants_words_before_a_text_gets_them(tmp_path: Path) -> None:
    plain = Encoder(str(static_model(tmp_path / "plain")))
    prompted = static_model(tmp_path / "prompted")
    prompts = {"query": "cat ", "passage": "bread "}
    (prompted / "config_sentence_transformers.json").write_text(json.dumps({"prompts": prompts}), "utf-8")
    encoder = Encoder(str(prompted))
    assert encoder.of_query("car") == pytest.approx(plain.of_query("cat car"))
    assert encoder.of_entries(["car"])[0] == pytest.approx(plain.of_entries(["bread car"])[0])


@pytest.mark.parametrize("make", FORMATS)
def test_a_model_that_knows_none_of_the_words_has_a_scale(make: Make, tmp_path: Path) -> None:
    encoder = Encoder(str(make(tmp_path)))
    encoder.load()
    cosines = np.array([0, 1], np.float32)
    for scale in (encoder.query_scale, encoder.entry_scale):
        [unlike, alike] = scale.likeness(cosines)
        assert np.isfinite([unlike, alike]).all()
        assert alike > unlike


def test_the_scale_takes_away_what_all_cosines_of_a_model_have_in_common() -> None:
    dice = np.random.default_rng(2)
    unrelated = dice.normal(size=(24, 64))
    for common in (0.0, 2.0):
        vectors = unrelated + common
        vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
        likeness = scale_of(vectors, vectors).likeness(vectors @ vectors.T)
        assert abs(likeness[~np.eye(24, dtype=bool)].mean()) < 0.01
        assert likeness.diagonal().min() > 5


def test_models_are_told_apart_by_their_content(tmp_path: Path) -> None:
    names = set[str]()
    for folder in ("one", "same", "other"):
        model = static_model(tmp_path / folder)
        if folder == "other":
            path = model / "model.safetensors"
            path.write_bytes(path.read_bytes()[:-4] + b"\0\0\0\0")
        encoder = Encoder(str(model))
        encoder.load()
        names.add(encoder.name)
    assert len(names) == 2


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("tokenizer.json", None),
        ("tokenizer.json", b"{}"),
        ("model.safetensors", None),
        ("model.safetensors", b"\xff" * 100),
        ("model.safetensors", (20).to_bytes(8, "little") + b'{"embeddings": true}'),
        ("model.onnx", b"no model"),
    ],
)
def test_a_folder_without_a_model_is_said_to_be_none(
    name: str, content: bytes | None, tmp_path: Path
) -> None:
    folder = static_model(tmp_path)
    if content is None:
        (folder / name).unlink()
    else:
        (folder / name).write_bytes(content)
    with pytest.raises(ModelUnavailable, match="SCRAPBOOK_SEMANTIC_MODEL"):
        Encoder(str(folder)).load()


def test_a_name_that_is_no_folder_and_no_repository_is_said_to_be_neither() -> None:
    with pytest.raises(ModelUnavailable, match="neither a folder nor a repository"):
        Encoder("/nowhere/at/all").load()


def test_a_packed_vector_keeps_its_direction() -> None:
    dice = np.random.default_rng(1)
    table = VectorTable()
    vectors = dice.normal(size=(500, 64)).astype(np.float32)
    table.add(list(range(500)), [packed(vector) for vector in vectors])
    for number in range(0, 500, 50):
        compared = table.compare(vectors[number])
        assert compared.nearest(3)[0] == number
        assert compared.only([number]).cosines[0] > 0.999


def test_a_later_vector_takes_the_place_of_an_earlier_one() -> None:
    table = VectorTable()
    assert table.compare(np.ones(2, np.float32)).nearest(3) == []
    table.add([7, 8], [packed(np.array([1, 0], np.float32)), packed(np.array([0, 1], np.float32))])
    table.add([7], [packed(np.array([0, -1], np.float32))])
    compared = table.compare(np.array([0, 1], np.float32))
    assert [compared.nearest(count) for count in (1, 2, 9)] == [[8], [8, 7], [8, 7]]
    assert compared.only([7, 5]).cosines == pytest.approx([-1])
    assert compared.cosines_to(0) == pytest.approx([1, -1])


def test_vectors_that_are_added_later_are_not_in_a_comparison() -> None:
    table = VectorTable()
    table.add([7], [packed(np.array([1, 0], np.float32))])
    compared = table.compare(np.array([1, 0], np.float32))
    table.add([8], [packed(np.array([1, 0], np.float32))])
    assert compared.nearest(9) == [7]
