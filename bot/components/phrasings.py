"""Expands the templates in ``data/phrasings`` into examples for the classifier.

A file has ``lists``, each a name and its alternatives, and ``phrasings``, for each intent its templates, one
a line. In a template and in the alternatives of a list, ``(a|b)`` is one of the alternatives, ``[a|b]`` one
of them or nothing, and ``{name}`` one of that list's. They may be nested. ``{intent}`` is one of the texts of
that intent.
"""

import random
import re
from pathlib import Path
from typing import Dict, Iterator, List, NamedTuple, Text

from rasa.shared.exceptions import RasaException
from rasa.shared.utils.io import read_yaml_file

FOLDER = Path(__file__).resolve().parents[2] / "data" / "phrasings"

_REFERENCE = re.compile(r"\{(\w+)\}")
# The innermost brackets: none is inside.
_GROUP = re.compile(r"\(([^()\[\]]*)\)|\[([^()\[\]]*)\]")
_BRACKETS = frozenset("()[]{}")
_SPACE_BEFORE = re.compile(r"\s+(?=[:,.?!])")


class Phrasing(NamedTuple):
    """A text that a template stands for."""

    text: Text
    intent: Text
    template: Text


class WrongPhrasing(RasaException):
    """A template has a bracket without its partner, or names a list that does not exist."""


class Phrasings:
    """Templates of texts, by intent, and the lists that they name."""

    def __init__(self, lists: Dict[Text, List[Text]], templates: Dict[Text, List[Text]]) -> None:
        """Create them from lists of alternatives by name, and templates by intent."""
        self._lists = lists
        self._templates = templates

    @classmethod
    def read(cls, folder: Path = FOLDER) -> "Phrasings":
        """Read the files of a folder. An intent's templates may be spread over several files."""
        lists: Dict[Text, List[Text]] = {}
        templates: Dict[Text, List[Text]] = {}
        for path in sorted(folder.glob("*.yml")):
            content = read_yaml_file(path)
            lists.update(content.get("lists") or {})
            for intent, lines in (content.get("phrasings") or {}).items():
                templates.setdefault(intent, []).extend(lines.split("\n"))
        return cls(lists, {intent: [line for line in lines if line] for intent, lines in templates.items()})

    def extend_list(self, name: Text, texts: List[Text]) -> None:
        """Add texts to a list, which is made if it is missing. Those with a bracket are left out."""
        plain = [text for text in texts if not set(text) & _BRACKETS]
        self._lists[name] = [*self._lists.get(name, []), *plain]

    def examples(self, per_template: int) -> Iterator[Phrasing]:
        """Yield texts with their intents, the same ones each time.

        Args:
            per_template: how many texts are drawn from each template, or as many as it takes to draw each of
                its alternatives; a text that is drawn again is left out.

        Raises:
            WrongPhrasing: names the template.
        """
        for intent, templates in sorted(self._templates.items()):
            seen: Dict[Text, Text] = {}
            for template in templates:
                # Seeded by the template, so that a new one changes no other's texts.
                draw = _Draw(random.Random(template))  # noqa: S311 - nothing secret
                for _ in range(max(per_template, _most_alternatives(template))):
                    seen.setdefault(self._expand(template, draw), template)
            yield from (Phrasing(text, intent, seen[text]) for text in sorted(seen) if text)

    def _expand(self, template: Text, draw: "_Draw") -> Text:
        text = template
        while found := _REFERENCE.search(text) or _GROUP.search(text):
            text = text[: found.start()] + self._choose(found, template, draw) + text[found.end() :]
        if set(text) & _BRACKETS:
            raise WrongPhrasing(f"A bracket has no partner: {template}")
        return _SPACE_BEFORE.sub("", " ".join(text.split()))

    def _choose(self, found: "re.Match[Text]", template: Text, draw: "_Draw") -> Text:
        if found.re is _REFERENCE:
            alternatives = self._lists.get(found[1]) or self._templates.get(found[1])
            if not alternatives:
                raise WrongPhrasing(f"There is no list {found[1]}: {template}")
            return draw(found[0], alternatives)
        if found[1] is not None:
            return draw(found[0], found[1].split("|"))
        return draw(found[0], ["", *found[2].split("|")])


class _Draw:
    """Draws alternatives like cards: each once, in any order, before one of them comes again."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._left: Dict[Text, List[Text]] = {}

    def __call__(self, group: Text, alternatives: List[Text]) -> Text:
        left = self._left.setdefault(group, [])
        if not left:
            left.extend(self._chance.sample(alternatives, len(alternatives)))
        return left.pop()


def _most_alternatives(template: Text) -> int:
    return max((group[0].count("|") + 1 for group in _GROUP.finditer(template)), default=1)
