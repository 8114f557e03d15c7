"""What the test model can hear: a closed grammar of short memos and commands, lower case, no punctuation."""

import itertools
import random
import re
import zlib

SLOTS: dict[str, list[str]] = {
    "topic": ["books", "garden", "gpu", "music", "python", "shopping"],
    "item": ["apples", "bread", "butter", "cheese", "coffee", "eggs", "milk", "rice", "salt", "tea"],
    "person": ["anna", "ben", "mary", "tom", "my mother", "the doctor"],
    "weekday": ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"],
    "day": ["today", "tomorrow", "on {weekday}", "next {weekday}"],
    "number": [
        *["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"],
        *["eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen"],
        *["nineteen", "twenty"],
    ],
    "hour": ["two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven"],
    "thing": ["bike", "book", "camera", "key", "letter", "map", "milk", "ticket"],
    "colour": ["black", "blue", "green", "red", "white"],
    "place": ["bag", "box", "car", "drawer", "garage", "kitchen"],
    "plant": ["apples", "roses", "tomatoes", "flowers"],
    "quality": ["good", "quiet", "new", "old", "small", "fast"],
    "noun": ["book", "friend", "garden", "idea", "morning", "kernel", "letter"],
    "task": [
        "call {person}",
        "write to {person}",
        "buy {item}",
        "water the {plant}",
        "read the {quality} book",
        "take the {thing} to {person}",
    ],
    "thought": [
        "the {plant} need more {need}",
        "the {quality} {noun} is {quality}",
        "a {quality} {noun} is a {quality} {noun}",
        "{quality} functions are better than {quality} kernels",
        "decorators are just {quality} functions",
        "use fewer larger kernels",
        "keep the {quality} {noun} in memory",
        "read the {quality} {noun} again",
    ],
    "need": ["water", "light", "time"],
}

PATTERNS: list[str] = [
    "remember the {thing} is in the {colour} {place}",
    "remember the {thing} is in the {place}",
    "remember that {person} likes {item}",
    "remember to {task} {day}",
    "remind me to {task} {day}",
    "remind me to {task} at {hour}",
    "remind me {day} to {task}",
    "add {item} to shopping",
    "add {item} and {item} to my shopping list",
    "take {item} off shopping",
    "we need {item} and {item} for {weekday}",
    "what is on my {topic} list",
    "find {topic}",
    "find my notes about {topic}",
    "find the note about {person} and the {thing}",
    "what did i save about {topic}",
    "what did {person} say about {topic}",
    "show my notes about {topic}",
    "show number {number}",
    "show the last {number} notes",
    "last {number}",
    "{command}",
    "delete number {number}",
    "delete the note about {person}",
    "delete the last {number} notes",
    "move number {number} to {topic}",
    "for the {topic} topic {thought}",
    "note for {topic} {thought}",
    "idea {thought}",
    "new idea for {topic} {thought}",
    "{person} said {thought}",
    "{thought}",
    "save this under {topic}",
    "save number {number} under {topic}",
    "under {topic}",
    "call {person} {day} at {hour}",
    "the {colour} {thing} is for {person}",
]

SLOTS["command"] = ["delete that", "undo", "topics", "more", "today", "yesterday", "repeat that", "last week"]

_SLOT = re.compile(r"{(\w+)}")
HELD_OUT_SHARE = 10  # every tenth sentence, by its checksum, is never trained on


def words() -> list[str]:
    """Every word of the grammar once, sorted."""
    texts = itertools.chain(PATTERNS, *SLOTS.values())
    return sorted({word for text in texts for word in _SLOT.sub(" ", text).split()})


def is_held_out(sentence: str) -> bool:
    """Whether the sentence is kept for tests; depends on its text alone."""
    return zlib.crc32(sentence.encode()) % HELD_OUT_SHARE == 0


def sentence(rng: random.Random) -> str:
    """One sentence of the grammar, each pattern as likely as any other."""
    return _fill(rng.choice(PATTERNS), rng)


def sentences(rng: random.Random, count: int, *, held_out: bool) -> list[str]:
    """`count` different sentences from one side of the split; the short patterns run out early."""
    found: dict[str, None] = {}
    while len(found) < count:
        text = sentence(rng)
        if is_held_out(text) == held_out:
            found[text] = None
    return list(found)


def word_salad(rng: random.Random) -> str:
    """One to eight words in no order, so that the model has to listen and cannot guess."""
    return " ".join(rng.choices(words(), k=rng.randint(1, 8)))


def _fill(text: str, rng: random.Random) -> str:
    while match := _SLOT.search(text):
        text = text[: match.start()] + rng.choice(SLOTS[match[1]]) + text[match.end() :]
    return text
