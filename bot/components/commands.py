"""The command table: the words that start each command and the words that may follow.

A text that starts like a command but does not match one of its templates is not that command.
"""

from typing import Tuple

from components.arguments import FILES, LINKS, LOCATIONS, PICTURES, QUOTES, VIDEOS
from components.command import Command
from components.unasked_commands import FOLLOWING, REMINDERS

_NOTE = "note|notes|entry|entries|number|thought|thoughts|memo|memos"
_THAT = "that|this|it|last"
_LAST = "one|note|entry|thought|message|thing|memo"
_MINE = "[i] [have|saved|sent|made|took|recorded]"
_MINE_SAID = (
    "[all] [of] my|these|this|that|it|everything "
    "[notes|entries|note|entry|list|memos|quotes|pictures|scrapbook]"
)
_MEMOS = ("memos", "recordings")
_WHEN = "[on|in|from|since|before|during] [the]"
_ENTRIES_SAID = (
    "[all] [of] [my|the] [everything|notes|entries|thoughts|stuff|things] [i] [saved|wrote|recorded]"
)
_TASKS = (
    "save|add|find|search|delete|remove|restore|undo|move|rename|merge|edit|change|correct|play|list|see|"
    "show [a|an|the|my|two|all] [last|deleted] "
    "note|notes|entry|entries|topic|topics|list|lists|memo|memos|reminder|reminders|timezone"
)
_SAID = ("it|that|this [anyway|too]", "that|this one", "my|that|the|this [last] question|message|text")
_THE_BOOK = "my|the book|scrapbook"
_A_LINK = "a|the|my|another|new [new] link"
_ALL_OF_ME = "everything|all [that] [you] [know|have|saved|stored] about|on me"
_EVERYWHERE = "everywhere|anywhere|completely"
_ALL_DEVICES = (
    "all|every|each [of] [my|the|other] device|devices|phone|phones|browser|browsers|computer|computers"
)
_SUCH = "that|this|it|these|those|them"
_BEHIND = "one|ones|off|out|back|away|there|up|again"
_DONE = (
    "do|did|done|save|saved|say|said|answer|answered|show|showed|showing|shown|put|file|filed|ask|asked|asking|"
    "add|added|delete|deleted|remove|removed|send|sent|sending|take|took|taken|keep|kept|find|found|bring|"
    "brought|list|listed|read|pick|picked|choose|chose|chosen|count|counted|move|moved|tell|told|telling"
)
_WHYS = (
    "",
    f"[{_SUCH}] [one|ones|answer|reply]",
    "so|there|though",
    "on earth",
    "do|did|are you ask|asking [me] [that|this]",
    f"did|do|have|are|would you {_DONE} [me] {_SUCH}|nothing|so [{_BEHIND}]",
    f"did|have you {_DONE} {_SUCH} under|in|into|to|on|onto|off|from|with|as [the|my] {{topic}}",
    f"was|were|is|are {_SUCH} {_DONE} [{_BEHIND}]",
    f"is|was {_SUCH}",
)
"""What follows "why" if the last reply is asked about, and nothing else."""
_REMINDERS_TO_COME = " [for|due|of|on|from] {when:period_to_come}"
_AUDIO = "memo|recording|sound|voice|one|note|entry|message"


def _entries(before: str = "", behind: str = "", named: str = "which_specific") -> Tuple[str, ...]:
    """Return templates for entries: by number, with and without a noun, and in other words.

    Args:
        before: what comes before the entries.
        behind: what comes behind them.
        named: the type of the other words, in ``references.py``.
    """
    return (
        f"{before}{_NOTE} {{entry:numbered_entries}}{behind}",
        f"{before}{{entry:entries}}{behind}",
        f"{before}{{entry:{named}}}{behind}",
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
    Command("keep_question", ("save",), ("", *_SAID)),
    Command("keep_question", ("keep",), _SAID),
    Command("keep_question", ("yes", "yeah"), ("save|keep it|that|this", "save")),
    Command("save_thought", ("save",), ("{text}",)),
    # "note 26 should say tuesday" is about an entry.
    Command("save_thought", ("note",), ("{thought}",)),
    # The action takes off its list what somebody says to have got.
    Command("save_thought", ("got", "bought"), ("the|my|our|some|both {text}",)),
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
        ("[for] : [the|my] [note|notes|thought|thoughts] [on|about|for] {query}",),
        asked=True,
    ),
    Command("find", ("look",), ("up [my|the] notes on|about {query}",), asked=True),
    Command("find", ("what",), ("did i say|save|write|note about {query}",), asked=True),
    Command(
        "find", ("notes", "thoughts", "anything", "everything"), ("[here] on|about|for {query}",), asked=True
    ),
    Command(
        "find",
        ("show", "list", "read", "open", "get"),
        (
            "[me] [all] [of] [my|the] notes|entries|thoughts|everything|anything "
            "[that] [i] [have|saved|wrote] on|about|under|mentioning|containing {query}",
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
        ("about|on|by {query}",),
        whole="query",
        asked=True,
    ),
    Command(
        "browse",
        (*_MEMOS, *PICTURES, *VIDEOS, *FILES, *QUOTES, *LINKS, *LOCATIONS),
        ("[i] [saved|sent|took|recorded] from|since|before|during|of|in {period:calendar}",),
        asked=True,
    ),
    # The action checks whether anybody is known by that name.
    Command("quotes_by", (*QUOTES, "quote"), ("from|of {source:author}",), asked=True),
    Command("quotes_by", ("quote",), ("by {source:author}",), asked=True),
    Command("list_reminders", ("reminders",), ("", _REMINDERS_TO_COME), asked=True),
    Command(
        "list_reminders",
        ("list", "show", "all", "my", "see", "upcoming", "what", "which"),
        (
            "[me] [all] [of] [my|the] [upcoming] reminders",
            f"[me] [all] [of] [my|the] [upcoming] reminders{_REMINDERS_TO_COME}",
            f"reminders do i have{_REMINDERS_TO_COME}",
            "reminders do i have",
        ),
        asked=True,
    ),
    Command("list_topics", ("topics",), asked=True),
    Command(
        "list_topics",
        ("list", "show", "all", "my", "see"),
        ("[me] [all] [of] [my|the] topics|lists|categories|folders|tags",),
        asked=True,
    ),
    # --- counting
    Command(
        "count",
        ("how",),
        (
            "many notes|entries|thoughts|things|topics|lists|reminders "
            "[do|have|did] [i] [have|got|saved|save]",
            "many {kind} [do|have|did] [i] [have|got|saved|save|sent]",
        ),
        asked=True,
    ),
    Command("why", ("why",), _WHYS, asked=True),
    Command(
        "why", ("but", "wait", "huh", "hm", "no"), tuple(f"why {one}".rstrip() for one in _WHYS), asked=True
    ),
    Command("why", ("how",), ("so", f"come [{_SUCH}]", f"come you {_DONE} {_SUCH} [{_BEHIND}]"), asked=True),
    Command(
        "why", ("how",), (f"was|were {_SUCH} read|understood", f"did you read|understand {_SUCH}"), asked=True
    ),
    Command("why", ("what",), (f"made|makes you {_DONE}|think {_SUCH} [{_BEHIND}]",), asked=True),
    Command("why", ("explain",), ("", f"{_SUCH} [answer|reply]", "yourself")),
    Command(
        "when_saved",
        ("when",),
        (
            "did i save|write|note|record|send|mention [down] [the|my|that|a] {query:note}",
            "was|were [the|my|that] {query:note} saved|written|noted|recorded|sent",
            "did i start|begin [this|here]",
            "did you start|begin keeping|saving [my|the] notes|entries|thoughts|this",
        ),
        asked=True,
    ),
    Command(
        "when_saved",
        ("since",),
        (
            "when do|have you have|had|got|hold|keep|kept [any|my|the] "
            "[notes|entries|anything|things|thoughts|texts] [from|of|by] [me|mine]",
        ),
        asked=True,
    ),
    Command(
        "when_saved",
        ("how",),
        (
            "long have you had|got|kept [my|the] notes|entries|thoughts [for]",
            "far|long back do my|the notes|entries go [back]",
        ),
        asked=True,
    ),
    Command(
        "cancel_reminder",
        ("dont", "stop"),
        ("remind|reminding me [any] [anymore|more] about|of|to [the|my] {note:reminded_of}",),
    ),
    Command(
        "cancel_reminder",
        ("no",),
        ("need|reason to remind me [any] [anymore|more|again] about|of|to [the|my] {note:reminded_of}",),
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
        ("what",),
        (
            "did|have|had i|we "
            "save|saved|write|wrote|written|note|noted|record|recorded|keep|kept|put|add|added|jot "
            f"[down] [here] {_WHEN} {{period:calendar}}",
        ),
        asked=True,
    ),
    Command(
        "browse",
        ("everything", "anything", "all", "notes", "entries", "thoughts", "stuff", "things", "my"),
        (f"{_ENTRIES_SAID} from|since|before|during|of|in {{period:calendar}}",),
        asked=True,
    ),
    Command(
        "browse",
        ("list", "show"),
        (f"[me] {_ENTRIES_SAID} from|since|before|during|of|in {{period:calendar}}",),
        asked=True,
    ),
    Command(
        "browse",
        ("list", "show"),
        (f"[me] [all] [of] [my|the] {{kind}} {_MINE} from|since|before|during|of|in {{period:calendar}}",),
        asked=True,
    ),
    Command(
        "browse",
        ("did", "have"),
        (
            "i|we [ever] save|saved|write|written|note|noted|record|recorded|keep|kept "
            f"anything|something|nothing [down] [here] {_WHEN} {{period:calendar}}",
        ),
        asked=True,
    ),
    Command("browse", ("show", "see"), ("[me] [my|the] last|latest|newest {kind:one_kind}",), asked=True),
    Command(
        "browse",
        ("list", "show", "all", "my", "see"),
        (f"[me] [all] [of] [my|the] {{kind}} {_MINE}",),
        asked=True,
    ),
    Command("browse", ("list", "show", "all", "my"), ("[me] [all] [of] [my|the] {kind}",), asked=True),
    Command(
        "browse",
        (*_MEMOS, "contacts", *PICTURES, *VIDEOS, *FILES, *QUOTES, *LINKS, *LOCATIONS),
        ("",),
        whole="kind",
        asked=True,
    ),
    Command("browse", ("voice",), ("memos",), whole="kind", asked=True),
    Command("browse", ("contact",), ("cards",), whole="kind", asked=True),
    Command("on_this_day", ("on",), ("this day [in] [history]", "this day in earlier|other|past years")),
    Command("surprise", ("surprise",), ("me",)),
    Command("surprise", ("random",), ("note|entry|thought",)),
    Command("show", ("show", "open", "read", "view"), _entries("[me] ", named="which_few"), asked=True),
    Command("show", ("the",), ("{entry:other}",), asked=True),
    Command("show", ("and", "now"), ("the {entry:other}",), asked=True),
    Command("show", ("what", "whats"), ("[was|is|were] {entry:which_by_time}",), asked=True),
    Command("more", ("more",), ("", "results"), asked=True),
    Command("more", ("show",), ("[me] more",), asked=True),
    Command("more", ("keep",), ("going|reading",)),
    # --- listening
    Command(
        "play",
        ("play",),
        (
            "",
            f"[me] [back] {_THAT}",
            f"[me] [back] [the|my|that|this] [last|latest] [voice] {_AUDIO}",
            "[me] [back] {entry}",
            f"[me] [back] [the|my] [{_AUDIO}] {_AUDIO}|number {{entry:numbered}}",
        ),
        asked=True,
    ),
    Command(
        "play",
        ("listen",),
        (
            f"to {_THAT}",
            f"to [the|my|that|this] [last|latest] [voice] {_AUDIO}",
            "to {entry}",
            f"to [the|my] [{_AUDIO}] {_AUDIO}|number {{entry:numbered}}",
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
        ("", *_entries(named="which"), _THAT, f"[the|my|that|this] [last] {_LAST}"),
    ),
    Command("delete_entry", ("del",), ("{entry:entries}", "{entry:which_specific}", "that|last")),
    Command(
        "delete_entry",
        ("scratch", "scrap", "trash", "discard", "bin"),
        (*_entries(), _THAT, f"[the|my|that|this] [last] {_LAST}"),
    ),
    Command(
        "delete_entry",
        ("get",),
        (*_entries("rid of "), f"rid of {_THAT}", f"rid of the|my|that|this [last] {_LAST}"),
    ),
    Command("delete_entry", ("throw",), (*_entries("away "), f"away the|my|that|this [last] {_LAST}")),
    Command(
        "delete_entry",
        ("take", "cross", "check", "tick", "strike", "scratch"),
        ("{entry:which_listed}", "off|out {entry:which_listed}"),
    ),
    Command("delete_entry", ("cross", "check", "tick", "strike"), ("off {entry:which_placed}",)),
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
    *REMINDERS,
    # --- changing
    Command("move", ("move", "file"), _entries(behind=" to|into|under [my|the] {topic} topic|notes")),
    Command("move", ("move", "file"), _entries(behind=" to|into|under [my] {topic}")),
    Command("move", ("put", "save"), ("{entry:which_specific} under [my|the] {topic}",)),
    Command("move", ("move",), (f"this|that [{_LAST}] to|into {{topic}}",)),
    Command("pin", ("pin",), (*_entries(named="which"), _THAT, f"[the|my|that|this] [last] {_LAST}")),
    Command("unpin", ("unpin",), (*_entries(named="which"), _THAT, f"[the|my|that|this] [last] {_LAST}")),
    Command("move", ("move",), ("the|my last one|note|entry|thought|memo to|into|under {topic}",)),
    Command("edit", ("edit",), ("{entry:digits} {text}", f"[{_NOTE}] {{entry:marked}} {{text}}")),
    Command("edit", ("edit",), (f"{_NOTE} {{entry:numbered}} {{text}}",)),
    Command(
        "edit",
        ("edit", "change", "update", "rewrite", "replace"),
        ("{entry:which_described} to|with : [say|read] {text}", "{entry:which_before_colon} : {text}"),
    ),
    # Without new words, the action replies with instructions.
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
    # --- the book
    Command("open_book", ("book",)),
    Command("open_book", ("open",), (f"[up] {_THE_BOOK}",), asked=True),
    Command(
        "open_book",
        ("send", "give", "show", "text", "get"),
        (f"me {_THE_BOOK}", f"[me] {_A_LINK} to {_THE_BOOK}", f"[me] {_THE_BOOK} link"),
        asked=True,
    ),
    Command("open_book", ("link",), (f"to {_THE_BOOK}",), asked=True),
    Command("open_book", ("my",), ("book", "book link"), asked=True),
    Command("open_book", ("sign", "log"), ("me in", "in to|into [my|the] book|scrapbook"), asked=True),
    Command(
        "sign_out_everywhere",
        ("sign", "log"),
        (f"[me] out [{_EVERYWHERE}]", f"[me] out on|of|from {_ALL_DEVICES}", "[me] out of everything"),
        asked=True,
    ),
    Command("sign_out_everywhere", ("signout", "logout"), ("", _EVERYWHERE, f"on|of|from {_ALL_DEVICES}")),
    # --- erasing everything
    Command("forget_me", ("forget",), ("me [completely|entirely|forever]", _ALL_OF_ME)),
    Command(
        "forget_me", ("delete", "erase", "remove", "wipe"), (_ALL_OF_ME, "my account", "all [of] my data")
    ),
    Command("confirm_forgetting", ("forget",), ("{entry:four_digits}",)),
    # The action keeps the text as a thought if there is no such topic.
    Command("share_topic", ("share",), ("", "{topic:shared_topic}", "[the|my] topic {topic:shared_topic}")),
    Command("share_topic", ("share",), ("[the|my] {topic:shared_topic} topic",)),
    Command(
        "share_with",
        ("share",),
        (
            "[the|my|our] topic {topic:shared_topic} with {person:author}",
            "[the|my|our] {topic:shared_topic} topic|list with {person:author}",
            "{topic:shared_topic} with {person:author}",
        ),
    ),
    Command("leave_topic", ("leave",), ("[the|our] {topic:shared_topic} topic|list", "{topic:shared_topic}")),
    Command(
        "unshare_topic",
        ("unshare",),
        (
            "[the|my|our] {topic:shared_topic} topic|list with|from {person:author}",
            "[the|my|our] [topic] {topic:shared_topic} with|from {person:author}",
        ),
    ),
    Command(
        "unshare_topic",
        ("stop",),
        (
            "sharing [the|my|our] {topic:shared_topic} topic|list with {person:author}",
            "sharing [the|my|our] [topic] {topic:shared_topic} with {person:author}",
        ),
    ),
    Command("share_topic", ("publish",), ("the|my topic {topic}", "my {topic} topic")),
    Command("share_topic", ("make",), ("the|my topic {topic} public", "my {topic} topic public")),
    Command(
        "unshare_topic",
        ("make",),
        ("the|my topic {topic} private [again]", "my {topic} topic private [again]"),
    ),
    Command(
        "unshare_topic", ("unshare", "unpublish"), ("", "[the|my] [topic] {topic}", "[the|my] {topic} topic")
    ),
    Command("unshare_topic", ("stop",), ("sharing [the|my] topic {topic}", "sharing [my] {topic}")),
    Command("list_shared", ("shared",), ("",), asked=True),
    Command("list_shared", ("my",), ("shared topics", "public pages"), asked=True),
    Command(
        "list_shared",
        ("list", "show", "see"),
        ("[me] [all] [of] [my|the] shared topics", "[me] [all] [of] [my|the] public pages"),
        asked=True,
    ),
    Command("list_shared", ("what",), ("is shared|public", "do|am|have i share|sharing|shared"), asked=True),
    Command("list_shared", ("whats",), ("shared|public",), asked=True),
    *FOLLOWING,
    Command("ask_presence", ("are",), ("you still there|here|online", "you there|here|online"), asked=True),
    Command("ask_presence", ("you",), ("[still] there",), asked=True),
    Command("ask_presence", ("anyone", "anybody", "somebody"), ("there|home|here",), asked=True),
    Command("export", ("export",), ("",)),
    Command(
        "import",
        ("import",),
        (
            "",
            "it|that|this|them|everything|all|these",
            "all|everything of it|them|that|this",
            "[all] [of] my|the|that|this file|files|export|archive|entries|notes [please]",
        ),
    ),
    Command(
        "export",
        ("export", "download"),
        (f"[me] {_MINE_SAID}", f"[me] {_MINE_SAID} [to|as|into|for] [a|me] [file|zip|me]"),
        asked=True,
    ),
    Command(
        "cannot",
        ("print", "email", "mail"),
        (f"[me] {_MINE_SAID}", f"[me] {_MINE_SAID} [to|as|into|for] [a|me] [file|pdf|me]"),
        whole="service",
        asked=True,
    ),
    Command(
        "cannot",
        ("export", "download", "print", "email", "mail"),
        ("[me] my|our {query:short_topic} list|notes|topic",),
        whole="service",
        asked=True,
    ),
    Command(
        "cannot",
        ("share", "forward", "send", "email", "mail", "post"),
        (f"{_MINE_SAID} to|with|on {{note:author}}", "my|this {query} list|notes to|with {note:author}"),
        whole="service",
        asked=True,
    ),
    Command("ask_bot", ("who", "what"), ("are|r|re you|u",), asked=True),
    Command("ask_bot", ("who", "what"), ("am i talking|texting|writing|speaking to|with",), asked=True),
    Command(
        "ask_privacy",
        ("who",),
        (
            "[else] can|could|will see|read|access this|these|that|them|it|my|our "
            "[notes|entries|thoughts|messages|texts|scrapbook|stuff|lists|pictures]",
            "[else] can|could|will see|read|access what|everything i save|write|text|send [here|you]",
        ),
        asked=True,
    ),
    Command("commands", ("commands", "menu"), asked=True),
    Command("commands", ("how",), (f"do|can|could i {_TASKS}", f"to {_TASKS}"), asked=True),
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
