"""The trained network as the folder that faster-whisper loads."""

import json
import shutil
import tempfile
from pathlib import Path

from ctranslate2.converters import TransformersConverter
from transformers import GenerationConfig, WhisperForConditionalGeneration

from .network import ALIGNED_HEADS
from .tokens import Vocabulary
from .windows import SECONDS

_PREPROCESSOR = {
    "chunk_length": int(SECONDS),
    "feature_extractor_type": "WhisperFeatureExtractor",
    "feature_size": 80,
    "hop_length": 160,
    "n_fft": 400,
    "sampling_rate": 16000,
}


def export(network: WhisperForConditionalGeneration, vocabulary: Vocabulary, folder: Path) -> None:
    """Writes the five files of an int8 CTranslate2 model, each replaced whole."""
    with tempfile.TemporaryDirectory() as checkpoint, tempfile.TemporaryDirectory() as converted:
        _save_checkpoint(network, vocabulary, Path(checkpoint))
        copied = ["tokenizer.json", "preprocessor_config.json"]
        converter = TransformersConverter(checkpoint, copy_files=copied)
        converter.convert(converted, quantization="int8", force=True)
        folder.mkdir(parents=True, exist_ok=True)
        for file in Path(converted).iterdir():
            arriving = folder / f"{file.name}.new"
            shutil.copyfile(file, arriving)
            arriving.replace(folder / file.name)


def _save_checkpoint(network: WhisperForConditionalGeneration, vocabulary: Vocabulary, folder: Path) -> None:
    network.generation_config = _generation(network, vocabulary)
    network.save_pretrained(folder)
    vocabulary.for_transformers().save_pretrained(folder)
    (folder / "preprocessor_config.json").write_text(json.dumps(_PREPROCESSOR, indent=2))


def _generation(network: WhisperForConditionalGeneration, vocabulary: Vocabulary) -> GenerationConfig:
    special = vocabulary.special
    silent = ["startoftranscript", "translate", "transcribe", "startoflm", "startofprev", "nospeech"]
    config = GenerationConfig.from_model_config(network.config)
    config._from_model_config = False  # else the lines below are dropped when it is saved
    config.suppress_tokens = sorted(special[name] for name in silent)
    config.begin_suppress_tokens = None
    config.lang_to_id = {"<|en|>": special["en"]}
    layers = range(network.config.decoder_layers)
    config.alignment_heads = [[layer, head] for layer in layers for head in range(ALIGNED_HEADS)]
    return config
