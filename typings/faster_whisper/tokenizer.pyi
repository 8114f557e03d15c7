import tokenizers

class Tokenizer:
    def __init__(
        self, tokenizer: tokenizers.Tokenizer, multilingual: bool, task: str | None, language: str | None
    ) -> None: ...
