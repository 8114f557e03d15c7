"""The part of faster-whisper that is used."""

from .transcribe import WhisperModel as WhisperModel
from .utils import available_models as available_models
