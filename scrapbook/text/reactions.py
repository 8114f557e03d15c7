"""Read reactions that phones send as texts: ``Liked “Saved 1.”``, ``👍 to “Saved 1.”``, ``Loved an image``.

The words alone prove nothing: somebody may write "Loved “Middlemarch”". A text is a reaction only if what it
quotes is a message that was sent or received; ``Reaction.is_to`` compares the two.
"""

import re
import unicodedata
from dataclasses import dataclass
from typing import Self

MAX_QUOTATION_MARKS = 3
"""Opening marks that may begin the quoted message; French phones name the reaction in marks before it."""

_MIN_CUT = 5
"""Characters at least of a quoted message that is cut off."""

_OPENING, _CLOSING = "\"“”„«‘'", "\"“”»’'"
_ENGLISH = "liked|loved|disliked|laughed at|emphasi[sz]ed|questioned|reacted|removed"
_FRENCH = (
    "n'a pas aimé|a (?:aimé|adoré|ri|rigolé|souligné|accentué|mis en évidence|posé une question|réagi|retiré|"
    "supprimé|ajouté|attribué|remis en question)|s'est interrogé"
)
_SPANISH = (
    "(?:no )?(?:le|me) (?:gusta|gustó|encanta|encantó|ha gustado|ha encantado|dio risa|pareció)|exclamó|"
    "se ri[oó]|enfatizó|destacó|dudó|preguntó|cuestionó|reaccionó|eliminó|quitó"
)
_GERMAN = (
    "gefällt|gefiel|liebt|mag|hat|lacht über|lachte über|betont|betonte|hinterfragt|hinterfragte|bezweifelt|"
    "reagiert|reagierte|entfernt|entfernte"
)
_PORTUGUESE = (
    "(?:não )?(?:gostei|gostou|amei|amou|adorei|adorou)|ri|riu|achei|achou|enfatizei|enfatizou|destaquei|"
    "destacou|questionei|questionou|perguntou|reagi|reagiu|removi|removeu|retirou"
)
_REACTED = rf"(?:{_ENGLISH}|{_FRENCH}|{_SPANISH}|{_GERMAN}|{_PORTUGUESE})"
_WORDS = re.compile(rf"{_REACTED}(?: [^ ]+){{0,7}}", re.IGNORECASE)
_SIGN = r"[^\w\s\"“”„«»]{1,16}"
_EMOJI = re.compile(rf"(?P<sign>{_SIGN})(?: [^\W\d_]{{1,4}}){{0,2}}")
_BEHIND = re.compile(
    r"(?:nicht(?: mehr| gefallen)?|reagiert|entfernt|gelacht|markiert|hervorgehoben|betont|hinterfragt|"
    r"geliebt)?[.]?",
    re.IGNORECASE,
)
_ATTACHMENT = re.compile(
    rf"(?:{_REACTED}|(?P<sign>{_SIGN}))"
    rf"(?: an? (?:like|dislike|heart|laugh|exclamation|question mark)| (?:mit |avec |con |com )?{_SIGN})?"
    r"(?: (?:to|from|at|de|à|a|auf|von|em))? (?:an?|une?|una|uma?|eine?n?) "
    r"(?:image|photo|picture|movie|video|audio(?: message)?|voice message|attachment|sticker|gif|contact|"
    r"location|vidéo|message (?:audio|vocal)|pièce jointe|imagen|foto|vídeo|mensaje de (?:audio|voz)|bild|"
    r"audionachricht|sprachnachricht|anhang|imagem|áudio|mensagem de (?:áudio|voz)|anexo|adjunto)",
    re.IGNORECASE,
)

_MARKS = str.maketrans(dict.fromkeys("“”„«»", '"') | dict.fromkeys("‘’", "'") | {"—": "-", "–": "-"})
_SIGNS = frozenset("👍👎❤😂😮😢🙏‼❓😍😥😠👌✅🎉💯👏🙂😊")
"""What phones and WhatsApp offer to react with, and what else stands for having read something."""

_UNSEEN = frozenset({"Cf", "Mn", "Cc"})
"""Unicode's general categories of signs that are not seen; variants of emoji are among them."""


def is_sign(text: str) -> bool:
    """Return whether the text is nothing but signs such as 👍, in whatever colour, which say nothing new."""
    seen = "".join(letter for letter in text if not _is_unseen(letter) and not letter.isspace())
    return bool(seen) and set(seen) <= _SIGNS


def _is_unseen(letter: str) -> bool:
    """Return whether it only varies the sign before it, such as the colours of a skin, or is not seen."""
    return unicodedata.category(letter) in _UNSEEN or "\U0001f3fb" <= letter <= "\U0001f3ff"


@dataclass(frozen=True, slots=True)
class Reaction:
    """What may be a reaction.

    Attributes:
        quoted: what may be the quoted message; several, because messages have quotation marks of their own.
            Empty for a reaction to an attachment.
    """

    quoted: tuple[str, ...]

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Return the reaction that the text may be; None if its words are none of a reaction."""
        plain = _visible(text)
        quoted = tuple(_quoted(plain))
        return cls(quoted) if quoted or _is_about_attachment(plain) else None

    @property
    def is_to_attachment(self) -> bool:
        return not self.quoted

    def is_to(self, message: str) -> bool:
        """Return whether the message is the quoted one, which a phone may have cut off."""
        body = _comparable(message)
        return bool(body) and any(_is_quote_of(_comparable(quoted), body) for quoted in self.quoted)


def _visible(text: str) -> str:
    """Return the text without characters that are not seen, with one space for each run of white space."""
    seen = "".join(letter for letter in text if unicodedata.category(letter) != "Cf" or letter == "\u200d")
    return " ".join(unicodedata.normalize("NFC", seen).replace("’", "'").split())


def _quoted(text: str) -> list[str]:
    """Return the parts behind the words of a reaction that may be the quoted message."""
    closing = max(text.rfind(mark) for mark in _CLOSING)
    if closing < 0 or not _BEHIND.fullmatch(text[closing + 1 :].strip()):
        return []
    openings = [
        index for index, letter in enumerate(text[:closing]) if letter in _OPENING and _opens(text, index)
    ]
    return [
        text[index + 1 : closing].strip()
        for index in openings[:MAX_QUOTATION_MARKS]
        if _says_so(text[:index].strip())
    ]


def _opens(text: str, index: int) -> bool:
    return index > 0 and text[index - 1] == " "


def _says_so(before: str) -> bool:
    return bool(_WORDS.fullmatch(before)) or _begins_with_emoji(_EMOJI.fullmatch(before))


def _is_about_attachment(text: str) -> bool:
    found = _ATTACHMENT.fullmatch(text)
    return found is not None and (not found["sign"] or _begins_with_emoji(found))


def _begins_with_emoji(found: "re.Match[str] | None") -> bool:
    """Return whether the signs found are an emoji, and no dash before a quotation."""
    return found is not None and any(
        unicodedata.category(sign) == "So" or sign in "‼⁉" for sign in found["sign"]
    )


def _comparable(text: str) -> str:
    """Return the text without what phones and carriers change: space, and variants of letters and marks."""
    plain = unicodedata.normalize("NFKC", text).casefold().translate(_MARKS)
    seen = (letter for letter in plain if unicodedata.category(letter) not in _UNSEEN)
    return "".join("".join(seen).split())


def _is_quote_of(quoted: str, body: str) -> bool:
    cut = quoted.removesuffix("...")
    is_cut = cut != quoted and len(cut) >= _MIN_CUT
    return bool(quoted) and (quoted == body or (is_cut and body.startswith(cut)))
