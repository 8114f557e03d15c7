"""The commands: the words that start them and what may follow. A text that starts like a command but goes on
in another way is not that command.
"""

from dataclasses import dataclass
from typing import Tuple

from components.arguments import LINKS, LOCATIONS, PICTURES, QUOTES


@dataclass(frozen=True)
class Command:
    """``keywords`` start it, misspelled or not; ``followed_by`` holds templates as ``grammar.py`` reads them.

    ``whole`` names an argument that is the keyword and its rest together ("last week"). ``asked`` says if
    the command may end in a question mark without politeness before it ("find gpu?", but not "today?", which
    is a question to somebody). ``marks``: one of these has to be behind the keyword; other commands allow a
    colon or a comma there.
    """

    intent: str
    keywords: Tuple[str, ...]
    followed_by: Tuple[str, ...] = ("",)
    whole: str = ""
    asked: bool = False
    marks: str = ""


_NOTE = "note|notes|entry|entries|number|thought|thoughts|memo|memos"
_THAT = "that|this|it|last"
_LAST = "one|note|entry|thought|message|thing|memo"
_MINE = "[i] [have|saved|sent|made|took|recorded]"
_HOUSEWORK = (
    "save|add|find|search|delete|remove|restore|undo|move|rename|merge|edit|change|correct|play|list|see|"
    "show [a|an|the|my|two|all] [last|deleted] "
    "note|notes|entry|entries|topic|topics|list|lists|memo|memos|reminder|reminders|timezone"
)
_SOUND = "memo|recording|sound|voice|one|note|entry|message"


def _entries(before: str = "", behind: str = "") -> Tuple[str, ...]:
    """Templates for numbered entries, with or without a noun."""
    return (
        f"{before}{_NOTE} {{entry:numbered_entries}}{behind}",
        f"{before}{{entry:entries}}{behind}",
    )


COMMANDS: Tuple[Command, ...] = (
    # --- saving
    Command("file_under", ("under",), ("{topic:short_topic}",)),
    Command(
        "file_under",
        ("save", "file", "store", "keep", "put"),
        (
            "this|that|it [note] under {topic:filed_topic}",
            f"[the] last [{_LAST}] under {{topic:filed_topic}}",
            "this|that|it [note] under|in|into|to [my|the] {topic:filed_topic} topic|notes",
            f"[the] last [{_LAST}] under|in|into|to [my|the] {{topic:filed_topic}} topic|notes",
        ),
    ),
    Command(
        "file_under",
        ("tag", "label", "file", "categorise", "categorize"),
        ("this|that|it [note] as|under|with {topic:filed_topic}",),
    ),
    Command("file_under", ("save", "file", "store"), ("this|that|it [note] in|to|as {topic:filed_topic}",)),
    Command(
        "move",
        ("save", "put", "keep"),
        (
            f"{_NOTE} {{entry:numbered_entries}} under|in|into|to [my|the] {{topic}} topic|notes",
            f"{_NOTE} {{entry:numbered_entries}} under [my] {{topic}}",
        ),
    ),
    Command("keep_question", ("save",), ("", "it|that|this", "my|that|the|this question")),
    Command("keep_question", ("keep",), ("it|that|this", "my|that|the|this question")),
    Command("keep_question", ("yes", "yeah"), ("save|keep it|that|this", "save")),
    Command("save_thought", ("save",), ("{text}",)),
    # "note 26 should say tuesday" is about an entry.
    Command("save_thought", ("note",), ("{thought}",)),
    Command("append", ("add", "append"), ("{text}",), marks=":"),
    Command("takeaway", ("takeaway",), ("{text}",), marks=":,"),
    Command("takeaway", ("takeaways",), ("{text}",), marks=":"),
    Command(
        "add_to_topic",
        ("add", "put", "stick", "pop", "include"),
        ("{note:list_note} to|on|onto|into [my|the|our] {topic} list",),
    ),
    Command("add_to_topic", ("add",), ("{note} to|into [my] {topic}",)),
    Command(
        "add_to_topic",
        ("add", "put", "stick", "pop", "include"),
        ("{note:items} to|on|onto|into [my|the|our] {topic} list",),
    ),
    Command("add_to_topic", ("add",), ("{note:items} to|into [my] {topic}",)),
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
    Command(
        "find", ("notes", "thoughts", "anything", "everything"), ("[here] on|about|for {query}",), asked=True
    ),
    Command(
        "find",
        ("show", "list", "read", "open", "get"),
        (
            "[me] [all] [of] [my|the] notes|entries|thoughts|everything|anything "
            "[that] [i] [have|saved|wrote] on|about|under {query}",
            "[me] my|the {query} list|notes|topic",
        ),
        asked=True,
    ),
    Command("quotes_by", QUOTES, ("by {author}",), asked=True),
    Command(
        "quotes_by",
        ("list", "show", "all", "my"),
        ("[me] [all] [of] [my|the] quotes by {author}",),
        asked=True,
    ),
    Command(
        "find",
        ("quotes", "links", "memos", "pictures"),
        ("about|on|by {query}", "from {period}"),
        whole="query",
        asked=True,
    ),
    # Who says it, if somebody is known by that name: the action sees to that.
    Command("quotes_by", (*QUOTES, "quote"), ("from|of {source:author}",), asked=True),
    Command("quotes_by", ("quote",), ("by {source:author}",), asked=True),
    Command("find", ("reminders",), ("",), whole="query", asked=True),
    Command(
        "find",
        ("list", "show", "all", "my", "see"),
        ("[me] [all] [of] [my|the] {query:reminders}",),
        asked=True,
    ),
    Command("list_topics", ("topics",), asked=True),
    Command(
        "list_topics",
        ("list", "show", "all", "my", "see"),
        ("[me] [all] [of] [my|the] topics|lists|categories|folders|tags",),
        asked=True,
    ),
    # --- browsing
    Command(
        "browse", ("last", "latest"), ("{count}", "{count} notes|entries|thoughts", "notes|entries|thoughts")
    ),
    Command("browse", ("today", "yesterday"), ("",), whole="period"),
    Command("browse", ("last", "this"), ("week|month",), whole="period"),
    Command(
        "browse",
        ("everything", "anything", "all", "notes", "entries", "thoughts", "stuff", "things"),
        ("[my|the] [notes|entries|thoughts] [i] [saved|wrote] from {period}",),
    ),
    Command(
        "browse",
        ("list", "show"),
        (
            "[me] {period}",
            "[me] [all] [my|the] everything|notes|entries|thoughts from {period}",
            "[me] everything",
        ),
        asked=True,
    ),
    Command(
        "browse",
        ("list", "show", "all", "my", "see"),
        (f"[me] [all] [of] [my|the] {{kind}} {_MINE}",),
        asked=True,
    ),
    Command("browse", ("list", "show", "all", "my"), ("[me] [all] [of] [my|the] {kind}",), asked=True),
    Command(
        "browse",
        ("memos", "recordings", *PICTURES, *QUOTES, *LINKS, *LOCATIONS),
        ("",),
        whole="kind",
        asked=True,
    ),
    Command("browse", ("voice",), ("memos",), whole="kind", asked=True),
    Command("on_this_day", ("on",), ("this day [in] [history]", "this day in earlier|other|past years")),
    Command("surprise", ("surprise",), ("me",)),
    Command("surprise", ("random",), ("note|entry|thought",)),
    Command("show", ("show", "open", "read", "view"), _entries("[me] "), asked=True),
    Command("more", ("more",), ("", "results"), asked=True),
    Command("more", ("show",), ("[me] more",), asked=True),
    # --- listening
    Command(
        "play",
        ("play",),
        (
            "",
            f"[me] [back] {_THAT}",
            f"[me] [back] [the|my|that|this] [last|latest] [voice] {_SOUND}",
            "[me] [back] {entry}",
            f"[me] [back] [the|my] [{_SOUND}] {_SOUND}|number {{entry:numbered}}",
        ),
        asked=True,
    ),
    Command(
        "play",
        ("listen",),
        (
            f"to {_THAT}",
            f"to [the|my|that|this] [last|latest] [voice] {_SOUND}",
            "to {entry}",
            f"to [the|my] [{_SOUND}] {_SOUND}|number {{entry:numbered}}",
        ),
    ),
    Command(
        "play",
        ("hear",),
        (
            "[the|my|that|this] [last|latest] [voice] memo|recording [again]",
            "[the|my] [voice] memo|recording {entry:numbered}",
        ),
    ),
    Command(
        "play",
        ("let",),
        (
            "me hear [the|my|that|this] [last|latest] [voice] memo|recording [again]",
            "me hear [the|my] [voice] memo|recording {entry:numbered}",
        ),
    ),
    # --- deleting
    Command(
        "delete_entry",
        ("delete", "remove", "erase"),
        (
            "",
            _THAT,
            *_entries(),
            f"[the|my|that|this] [last] {_LAST}",
        ),
    ),
    Command("delete_entry", ("del",), ("{entry:entries}", "that|last")),
    Command(
        "delete_entry",
        ("scratch", "scrap", "trash", "discard", "bin"),
        (_THAT, *_entries(), f"[the|my|that|this] [last] {_LAST}"),
    ),
    Command(
        "delete_entry",
        ("get",),
        (f"rid of {_THAT}", *_entries("rid of "), f"rid of the|my|that|this [last] {_LAST}"),
    ),
    Command("delete_entry", ("throw",), (*_entries("away "), f"away the|my|that|this [last] {_LAST}")),
    Command(
        "take_off_topic",
        ("delete", "remove", "erase"),
        (
            "{note:list_note} from|off [my|the|our] {topic} list",
            "{note:list_note} from|off [of] my|the|our list",
            "{note} from|off {topic}",
        ),
    ),
    Command(
        "take_off_topic",
        ("cross", "check", "tick", "strike", "scratch"),
        (
            "off|out {note:list_note} from|on|off [my|the|our] {topic} list",
            "off|out {note:list_note} from|on|off my|the|our list",
            "{note:list_note} off|from [of] [my|the|our] {topic} list",
            "{note:list_note} off|from [of] my|the|our list",
            "{note} off {topic:short_topic}",
            "off {note}",
        ),
    ),
    Command(
        "take_off_topic",
        ("take",),
        (
            "{note:list_note} off [of] [my|the|our] {topic} list",
            "{note:list_note} from [my|the|our] {topic} list",
            "{note:list_note} off|from [of] my|the|our list",
            "{note} off {topic:short_topic}",
        ),
    ),
    Command("restore", ("restore", "undelete", "recover"), _entries()),
    Command("restore", ("restore", "undelete"), ("",)),
    Command("restore", ("bring",), (*_entries("back "), *_entries(behind=" back"))),
    Command(
        "restore",
        ("restore", "bring", "get", "take", "fetch", "retrieve", "rescue"),
        (*_entries(behind=" [back] from the trash|bin"), *_entries(behind=" [back] out of the trash|bin")),
    ),
    Command("restore", ("get",), (f"back {_NOTE} {{entry:numbered}}", f"{_NOTE} {{entry:numbered}} back")),
    Command("undo", ("undo",), ("", "[the|my] that|it|this|last|change [one|change|thing]")),
    # --- changing
    Command("move", ("move", "file"), _entries(behind=" to|into|under [my|the] {topic} topic|notes")),
    Command("move", ("move", "file"), _entries(behind=" to|into|under [my] {topic}")),
    Command("move", ("move",), (f"this|that [{_LAST}] to|into {{topic}}",)),
    Command("pin", ("pin",), (_THAT, *_entries(), f"[the|my|that|this] [last] {_LAST}")),
    Command("unpin", ("unpin",), (_THAT, *_entries(), f"[the|my|that|this] [last] {_LAST}")),
    Command("move", ("move",), ("the|my last one|note|entry|thought|memo to|into|under {topic}",)),
    Command("edit", ("edit",), ("{entry:digits} {text}", f"[{_NOTE}] {{entry:marked}} {{text}}")),
    Command("edit", ("edit",), (f"{_NOTE} {{entry:numbered}} {{text}}",)),
    # Without the words, the action says how.
    Command("edit", ("edit",), ("", "{entry:digits}", f"{_NOTE} {{entry:numbered}}")),
    Command("move", ("move",), ("{entry:digits}",)),
    Command("correct", ("correct",), ("{text}",), marks=":"),
    Command("correct", ("correction",), ("{text}",), marks=":,"),
    Command("correct", ("correct", "correction"), (f"[{_NOTE}] {{entry:marked}} {{text}}",)),
    Command("correct", ("correct",), (f"{_NOTE} {{entry:numbered}} {{text}}",)),
    Command(
        "append",
        ("add", "append"),
        (
            f"to [my|the] that|this|last [{_LAST}] : {{text}}",
            f"[this|that] to [{_NOTE}] {{entry:marked}} {{text}}",
        ),
    ),
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
    Command("commands", ("how",), (f"do|can|could i {_HOUSEWORK}", f"to {_HOUSEWORK}"), asked=True),
    Command("status", ("status",), asked=True),
    Command("repeat", ("repeat",), ("", "that", "please", "that again", "it"), asked=True),
    Command(
        "repeat",
        ("say", "send", "tell"),
        (
            "[me] [that|it] again",
            "[me] [that|it] once more",
            "[me] [that|it] one more time",
        ),
        asked=True,
    ),
    Command("greet", ("hi", "hello", "hey"), ("", "there")),
    Command("thanks", ("thanks", "thx", "ty", "cheers"), ("", "a lot|bunch|million", "so|very much")),
    Command("thanks", ("thank",), ("you", "you so|very much")),
    Command("choose", ("option", "number", "choice"), ("{choice}",)),
    Command("choose", ("the",), ("{choice:ordinal} one", "{choice:ordinal}")),
    Command("choose", ("first", "second", "third", "fourth", "fifth"), ("[one]",), whole="choice"),
)
