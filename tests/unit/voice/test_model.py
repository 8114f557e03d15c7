"""Which model is meant, and how many cores it may use."""

from pathlib import Path

import pytest

from scrapbook.errors import ModelUnavailable
from scrapbook.voice.model import SpeechModel, compute_type_for, cores, workers_and_threads
from scrapbook.voice.model_download import model_folder
from tests.support.voice_sounds import MODEL


def test_it_computes_in_int8_on_a_processor_and_float16_on_a_gpu() -> None:
    assert compute_type_for("auto", "cpu") == "int8"
    assert compute_type_for("auto", "cuda") == "float16"


def test_a_compute_type_that_is_set_is_kept() -> None:
    assert compute_type_for("float32", "cpu") == "float32"


@pytest.mark.parametrize("count", [1, 2, 3, 4, 6, 8, 64])
def test_it_never_takes_more_threads_than_there_are_cores(count: int) -> None:
    workers, threads = workers_and_threads(count)
    assert 1 <= workers * threads <= count


def test_a_second_use_finds_the_model_loaded() -> None:
    model = SpeechModel(MODEL)
    assert model.get() is model.get()


def test_nothing_is_loaded_before_it_is_used() -> None:
    assert not SpeechModel("no such model").is_loaded


def test_it_never_uses_more_cores_than_there_are() -> None:
    loaded = SpeechModel(MODEL).get().model
    assert loaded.num_workers <= cores()


def test_a_model_is_called_by_the_name_of_its_folder() -> None:
    assert SpeechModel("/srv/models/our-whisper/").name == "our-whisper"
    assert SpeechModel("small").name == "small"


def test_a_misspelled_size_is_a_plain_sentence_that_names_the_sizes() -> None:
    with pytest.raises(ModelUnavailable, match=r"smal is neither a folder nor a size.*tiny.*small"):
        SpeechModel("smal").get()


def test_a_folder_that_is_not_there_is_a_plain_sentence() -> None:
    with pytest.raises(ModelUnavailable, match="neither a folder nor a size"):
        model_folder("/no/such/folder")


def test_a_folder_without_a_model_is_a_plain_sentence(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match=r"is not a converted Whisper model: it lacks model\.bin"):
        SpeechModel(str(tmp_path)).get()


def test_a_broken_model_is_a_plain_sentence_and_is_tried_again(tmp_path: Path) -> None:
    for file in Path(MODEL).iterdir():
        (tmp_path / file.name).write_bytes(b"broken" if file.name == "model.bin" else file.read_bytes())
    model = SpeechModel(str(tmp_path))
    with pytest.raises(ModelUnavailable, match="cannot be loaded"):
        model.get()
    (tmp_path / "model.bin").write_bytes((Path(MODEL) / "model.bin").read_bytes())
    assert model.get() is not None


def test_an_unknown_compute_type_names_the_setting() -> None:
    with pytest.raises(ModelUnavailable, match="WHISPER_COMPUTE_TYPE"):
        SpeechModel(MODEL, "int7").get()
