from . import StorageView

class Whisper:
    is_multilingual: bool
    def detect_language(self, features: StorageView) -> list[list[tuple[str, float]]]: ...
