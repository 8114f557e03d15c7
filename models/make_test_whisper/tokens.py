"""The vocabulary: bytes, one token for each word of the grammar, Whisper's special tokens, timestamps."""

from functools import cached_property

from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers
from transformers import PreTrainedTokenizerFast

from .grammar import words

SPECIAL = [
    "<|endoftext|>",
    "<|startoftranscript|>",
    "<|en|>",
    "<|translate|>",
    "<|transcribe|>",
    "<|startoflm|>",
    "<|startofprev|>",
    "<|nospeech|>",
    "<|notimestamps|>",
]
TIMESTAMP_STEP = 0.02  # seconds; CTranslate2 and faster-whisper rely on it
TIMESTAMPS = 501  # 0.00 to 10.00: a window is at most 10 s long
_SPACE = "Ġ"  # how byte-level BPE writes a space


class Vocabulary:
    """Ids of words, special tokens and times."""

    def __init__(self) -> None:
        self.tokenizer = _tokenizer()
        self.size = self.tokenizer.get_vocab_size()
        self.words = words()

    @cached_property
    def special(self) -> dict[str, int]:
        """Id of each special token, by its name without the brackets."""
        return {token[2:-2]: self.tokenizer.token_to_id(token) for token in SPECIAL}

    @cached_property
    def word_ids(self) -> dict[str, int]:
        """Id of each word of the grammar."""
        return {word: self.tokenizer.token_to_id(_SPACE + word) for word in self.words}

    def text(self, text: str) -> list[int]:
        """One id for each word. Raises KeyError for a word outside the grammar."""
        return [self.word_ids[word] for word in text.split()]

    def time(self, seconds: float) -> int:
        """Id of the nearest timestamp, 0 to 10 s."""
        step = min(max(round(seconds / TIMESTAMP_STEP), 0), TIMESTAMPS - 1)
        return self.special["notimestamps"] + 1 + step

    def for_transformers(self) -> PreTrainedTokenizerFast:
        """The same tokenizer as the converter to CTranslate2 loads it."""
        end = SPECIAL[0]
        return PreTrainedTokenizerFast(
            tokenizer_object=self.tokenizer, bos_token=end, eos_token=end, unk_token=end, pad_token=end
        )


def _tokenizer() -> Tokenizer:
    pieces, merges = _pieces()
    # CTranslate2 tells a multilingual Whisper, which has language and task tokens, by an empty token.
    vocabulary = {piece: index for index, piece in enumerate([*pieces, ""])}
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=merges))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    times = [f"<|{step * TIMESTAMP_STEP:.2f}|>" for step in range(TIMESTAMPS)]
    tokenizer.add_special_tokens([AddedToken(token, special=True) for token in [*SPECIAL, *times]])
    return tokenizer


def _pieces() -> tuple[list[str], list[tuple[str, str]]]:
    """All bytes and all beginnings of " word", which grow by one letter until the word is one token."""
    pieces = dict.fromkeys(sorted(pre_tokenizers.ByteLevel.alphabet()))
    merges: dict[tuple[str, str], None] = {}
    for word in words():
        for end in range(len(word)):
            merges[_SPACE + word[:end], word[end]] = None
            pieces[_SPACE + word[: end + 1]] = None
    return list(pieces), list(merges)
