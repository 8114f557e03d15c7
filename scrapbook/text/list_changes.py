"""Read what people say of the items of lists: that they got one, that one comes off, goes on, or elsewhere.

Only the lists tell whether it is meant. Where no list has such an item, or none is being written, these
texts are thoughts.
"""

import re

from scrapbook.text.list_items import MAX_ITEMS, is_item, list_items, without_article
from scrapbook.text.questions import is_question

_LEAD_IN = "oh|ah|ok|okay|right|hey|please|pls|can you|could you|will you|would you|now|and|also"
_LEAD = rf"\s*(?:(?:{_LEAD_IN})\s*,?\s+)*"
_ITEMS = r"(?P<items>\S[^\n]{0,200}?)"
_LIST = r"(?:(?:the|my|our)\s+)?(?P<topic>[^\n,;:.!?]{1,40}?)(?:\s+list)?"
_THERE = (
    r"\s+(?:to|on|onto|in|into)\s+(?:it|that|this|them|there|(?:that|this|the\s+same)\s+(?:list|one))"
    r"|\s+there"
)
_END = r"(?:\s*,?\s+(?:too|as\s+well|also|please|pls|thanks))*[\s.!]*"


def _forms(*forms: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(form, re.IGNORECASE) for form in forms)


_ADDED = _forms(
    rf"{_LEAD}(?:add|include)\s+(?:also\s+)?{_ITEMS}(?:{_THERE})?{_END}",
    rf"{_LEAD}(?:put|stick|pop|chuck|throw)\s+{_ITEMS}(?:{_THERE}){_END}",
    rf"{_LEAD}(?:we|i)\s+(?:also\s+|still\s+)*need\s+{_ITEMS}{_END}",
    rf"\s*(?:(?:oh|ah|ok)\s*,?\s+)?(?:and|plus|&|\+)\s+(?:also\s+|maybe\s+)?{_ITEMS}{_END}",
    rf"\s*(?:also|oh)\s*,\s+{_ITEMS}{_END}",
    rf"\s*{_ITEMS}\s*,?\s+(?:too|as\s+well)[\s.!]*",
)
_GET = (
    r"(?:(?:put|write|jot|note)\s+down|get|buy|pick\s+up|(?:do\s+not|don['’]?t)\s+forget|remember"
    r"|(?:i|we)\s+need)"
)
_ADDED_TO = _forms(
    rf"{_LEAD}(?:(?:we|i)\s+(?:need|want|ran\s+out\s+of|are\s+out\s+of)|(?:we|i)['’]re\s+out\s+of|out\s+of|no\s+more"
    rf"|low\s+on)\s+{_ITEMS}\s*[,.;]?\s+(?:(?:so|and|please)\s+)*(?:add|put|stick)\s+(?:it|them|that|those)\s+"
    rf"(?:to|on|onto)\s+{_LIST}{_END}",
    rf"{_LEAD}(?:{_GET}\s+)?{_ITEMS}\s+for\s+{_LIST}{_END}",
    rf"(?:(?:on|to|onto)\s+)?{_LIST}\s+(?:please\s+)?(?:add|put|stick|pop|also\s+needs|needs)\s+{_ITEMS}{_END}",
    rf"{_LEAD}(?:add|include|put|stick|pop)\s+{_ITEMS}\s+(?:to|on|onto)\s+{_LIST}{_END}",
    rf"{_LIST}\s+(?:[-–+]|plus)\s+{_ITEMS}{_END}",
    rf"(?!(?:move|switch|shift|transfer|take|bring|send|go|going|went|walk|drive|talk|speak|write|listen|reply|add|put|remind)\b)"
    rf"{_ITEMS}\s+(?:to|onto|on)\s+{_LIST}{_END}",
)
_GOT = _forms(
    r"\s*(?:(?:ok|okay|just|i|we|i['’]ve|we['’]ve|i['’]m|we['’]re|ive|weve|im|have|already|also|and)\s+){0,4}"
    r"(?:got|bought|packed|picked\s+up|grabbed|did|done:?(?:\s+with)?|finished(?:\s+with)?)\s+"
    rf"{_ITEMS}(?:\s+(?:from|off|at)(?:\s+\S+){{1,3}}?)?(?:\s+(?:already|now|today|too|as\s+well))?[\s.!✅👍]*",
    rf"\s*{_ITEMS}\s+(?:(?:is|are)\s+)?(?:all\s+)?(?:done|bought|packed|finished|sorted)[\s.!✅👍]*",
    rf"{_LEAD}(?:take|tick|cross|check|strike|scratch)\s+off\s+{_ITEMS}(?:\s+(?:please|pls|now))?[\s.!?]*",
    rf"{_LEAD}(?:take|tick|cross|check|strike|scratch)\s+{_ITEMS}\s+off"
    r"(?:\s+(?:please|pls|thanks|now|it|there|(?:the|my)\s+list))*[\s.!?]*",
    rf"{_LEAD}tick\s+{_ITEMS}(?:\s+(?:please|pls|now))?[\s.!?]*",
    rf"{_LEAD}mark\s+{_ITEMS}\s+(?:as\s+)?(?:done|bought|packed|finished|complete(?:d)?)[\s.!?]*",
    rf"{_LEAD}(?:remove|delete|erase|drop|scrap|scratch)\s+{_ITEMS}(?:\s+(?:please|pls|now))?[\s.!?]*",
)
_PUT_ELSEWHERE = (
    rf"and\s+(?:then\s+)?(?:put|add|stick|move)\s+(?:it|them|that|those)\s+(?:to|on|onto)\s+{_LIST}{_END}"
)
_MOVED = _forms(
    rf"{_LEAD}(?:move|switch|shift|transfer)\s+{_ITEMS}(?:\s+(?:from|off)\s+[^\n]{{1,40}}?)?\s+(?:over\s+)?"
    rf"(?:to|onto|into)\s+{_LIST}{_END}",
    rf"{_LEAD}(?:take|move|remove|cross)\s+{_ITEMS}\s+(?:from|off)\s+[^\n]{{1,40}}?\s+{_PUT_ELSEWHERE}",
    rf"{_LEAD}(?:put|stick|move)\s+{_ITEMS}\s+(?:to|on|onto)\s+{_LIST}\s+instead{_END}",
    rf"{_ITEMS}\s+(?:(?:should|can|must)\s+(?:be|go)|belongs?|goes?)\s+(?:on|onto|to|under)\s+{_LIST}"
    rf"(?:\s+instead)?{_END}",
)
_ASKS_TO_ADD = re.compile(r"\s*(?:can|could|will|would)\s+you\b", re.IGNORECASE)
_NO_ITEM = re.compile(
    r"(?:this|that|these|those|it|them|same|you|me|so|yes|no)|.*\s(?:to|on|onto|in|into|from|at)\s.*",
    re.IGNORECASE,
)


def things_got(message: str) -> list[str]:
    """Return what somebody got, did or wants off: ``got the milk``, ``remove tea``; else nothing."""
    for found in _found(_GOT, message):
        if items := _items(found):
            return items
    return []


def items_moved(message: str) -> tuple[list[str], str]:
    """Return what is to be moved to which list: ``move the bread to packing``; else nothing."""
    return _with_list(_MOVED, message)


def items_for_list(message: str) -> tuple[list[str], str]:
    """Return what is to go on which list, in a sentence that is no command: ``leeks for groceries``."""
    return _with_list(_ADDED_TO, message)


def added_items(message: str) -> list[str]:
    """Return what a message adds to the list that is being written: ``and a torch``, ``bread too``."""
    names_topic = ":" in message
    if names_topic or (is_question(message) and not _ASKS_TO_ADD.match(message)):
        return []
    found = next(_found(_ADDED, message.rstrip("? ")), None)
    items = _items(found) if found else []
    return [] if any(map(_NO_ITEM.fullmatch, items)) else items


def _found(forms: tuple[re.Pattern[str], ...], message: str) -> "filter[re.Match[str]]":
    return filter(None, (form.fullmatch(message) for form in forms))


def _with_list(forms: tuple[re.Pattern[str], ...], message: str) -> tuple[list[str], str]:
    found = next(_found(forms, message), None)
    items = _items(found) if found else []
    return (items, found["topic"]) if found and items else ([], "")


def _items(found: re.Match[str]) -> list[str]:
    """Return the items, without articles; none if one of them is no item."""
    items = list_items(found["items"])
    is_list = len(items) <= MAX_ITEMS and all(map(is_item, items))
    return [without_article(item) for item in items] if is_list else []
