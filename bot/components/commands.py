"""The commands: the words that start them and what may follow. A text that starts like a command but goes on
in another way is not that command.
"""

from dataclasses import dataclass
from typing import Tuple


@dataclass(frozen=True)
class Command:
    """``keywords`` start it, misspelled or not; ``followed_by`` holds templates as ``grammar.py`` reads them.

    ``whole`` names an argument that is the keyword and its rest together ("last week"). ``asked`` says if
    the command may end in a question mark without politeness before it ("find gpu?", but not "today?", which
    is a question to somebody). ``colon`` asks for a colon after the keyword; other commands allow one.
    """

    intent: str
    keywords: Tuple[str, ...]
    followed_by: Tuple[str, ...] = ("",)
    whole: str = ""
    asked: bool = False
    colon: bool = False


_NOTE = "note|notes|entry|entries|number|thought|thoughts"
_THAT = "that|this|it|last"
_LAST = "one|note|entry|thought|message|thing"

COMMANDS: Tuple[Command, ...] = (
    # --- saving
    Command("file_under", ("under",), ("{topic:short_topic}",)),
    Command(
        "file_under",
        ("save", "file", "store", "keep", "put"),
        (
            "this|that|it [note] under {topic:filed_topic}",
            f"[the] last [{_LAST}] under {{topic:filed_topic}}",
        ),
    ),
    Command("save_thought", ("save", "note"), ("{text}",)),
    Command("append", ("add", "append", "takeaway"), ("{text}",), colon=True),
    Command(
        "add_to_topic",
        ("add", "put"),
        ("{note:list_note} to|on|onto|into [my|the|our] {topic} list",),
    ),
    Command("add_to_topic", ("add",), ("{note} to|into [my] {topic}",)),
    Command("remind", ("remind",), ("me", "me to|about|of|at|in|on|tomorrow|tonight|later|when|that {text}")),
    Command("remind", ("reminder",), ("{text}",)),
    # --- finding
    Command("browse", ("show", "list"), ("[me] [my|the] last|latest {count} [notes|entries|thoughts]",)),
    Command(
        "find",
        ("find", "search"),
        ("[for] [the|my] [note|notes|thought|thoughts] [on|about|for] {query}",),
        asked=True,
    ),
    Command("find", ("look",), ("up [my|the] notes on|about {query}",), asked=True),
    Command("find", ("notes", "thoughts", "anything"), ("on|about|for {query}",), asked=True),
    Command(
        "find",
        ("show", "list", "read", "open", "get"),
        ("[me] [all] [my|the] notes|entries|thoughts on|about {query}", "[me] my|the {query} list|notes"),
        asked=True,
    ),
    Command("list_topics", ("topics",), asked=True),
    Command("list_topics", ("list", "show", "all", "my"), ("[me] [all] [my|the] topics",), asked=True),
    # --- browsing
    Command(
        "browse", ("last", "latest"), ("{count}", "{count} notes|entries|thoughts", "notes|entries|thoughts")
    ),
    Command("browse", ("today", "yesterday"), ("",), whole="period"),
    Command("browse", ("last", "this"), ("week|month",), whole="period"),
    Command("show", ("show", "open", "read", "view"), (f"[me] [{_NOTE}] {{entry:entries}}",), asked=True),
    Command("more", ("more",), ("", "results"), asked=True),
    Command("more", ("show",), ("[me] more",), asked=True),
    # --- deleting
    Command(
        "delete_entry",
        ("delete", "remove", "erase"),
        (
            "",
            _THAT,
            f"[{_NOTE}] {{entry:entries}}",
            f"[the|my|that|this] [last] {_LAST}",
        ),
    ),
    Command("delete_entry", ("del",), ("{entry:entries}", "that|last")),
    Command(
        "take_off_topic",
        ("delete", "remove", "erase"),
        ("{note:list_note} from|off [my|the|our] {topic} list", "{note} from|off {topic}"),
    ),
    Command(
        "take_off_topic",
        ("take",),
        (
            "{note:list_note} off [of] [my|the|our] {topic} list",
            "{note:list_note} from [my|the|our] {topic} list",
            "{note} off {topic:short_topic}",
        ),
    ),
    Command("restore", ("restore", "undelete", "recover"), (f"[{_NOTE}] {{entry:entries}}",)),
    Command("restore", ("bring",), (f"back [{_NOTE}] {{entry:entries}}",)),
    Command("undo", ("undo",), ("", "[the|my] that|it|this|last|change [one|change|thing]")),
    # --- changing
    Command("move", ("move", "file"), (f"[{_NOTE}] {{entry:entries}} to|into|under [my] {{topic}}",)),
    Command("move", ("move",), (f"this|that [{_LAST}] to|into {{topic}}",)),
    Command("edit", ("edit",), (f"[{_NOTE}] {{entry}} {{text}}",)),
    Command("append", ("add", "append"), (f"to [my|the] that|this|last [{_LAST}] {{text}}",)),
    Command(
        "rename_topic",
        ("rename",),
        (
            "[the|my] {topic} list|topic to|into|as {new_topic:topic}",
            "[the|my] [topic|list] {topic} to|into|as {new_topic:topic}",
        ),
    ),
    Command(
        "merge_topics",
        ("merge",),
        ("[the|my] [topic|topics] {topic} into|to|with {new_topic:topic}",),
    ),
    # --- asking
    Command("set_timezone", ("timezone",), ("[is|to] {timezone}",)),
    Command("set_timezone", ("time",), ("zone [is|to] {timezone}",)),
    Command("commands", ("commands", "menu"), asked=True),
    Command("status", ("status",), asked=True),
    Command("repeat", ("repeat",), ("", "that", "please", "that again", "it"), asked=True),
    Command("greet", ("hi", "hello", "hey"), ("", "there")),
    Command("thanks", ("thanks", "thx", "ty", "cheers"), ("", "a lot|bunch|million", "so|very much")),
    Command("thanks", ("thank",), ("you", "you so|very much")),
    Command("choose", ("option", "number", "choice"), ("{choice}",)),
    Command("choose", ("the",), ("{choice:ordinal} one", "{choice:ordinal}")),
    Command("choose", ("first", "second", "third", "fourth", "fifth"), ("[one]",), whole="choice"),
)
