"""The commands for what is said unasked: reminders, prompts and round-ups, feeds that are followed.

Few of these have examples to learn from: the whole text tells them apart. Where only the scrapbook knows
whether one is meant ("21 done", "tell me when mum says yes"), the action keeps the text as a thought if there
is no such reminder or feed.
"""

from typing import FrozenSet, Tuple

from components.command import Command

_NOTE = "note|notes|entry|entries|number|thought|thoughts|memo|memos|reminder"
_LATER = " to|till|until|til|by|for|on|at {when:due_words}"
_AWHILE = "[for] [a] bit|while|moment|sec|minute"

_FINISHED = "done|finished|complete|completed|sorted"
_FINISHED_NUMBERS = "[with] [reminder|reminders|number|numbers] {entry:digit_entries}"

_ALL_REMINDERS = "[all] [of] [my|the|your|these] reminders"
_FOR_NOW = "[for] [now|today|tonight|please]"
_UNTIL = "for|until|till|til {when:due_words}"
_AGAIN = "[back] [on] [again] [please|now]"

_SOME_QUESTION = "a|one|another|some|my|the|this [daily|nightly|weekly] question|questions|prompt|prompts"
_QUESTION = "question|questions|prompt|prompts"
_ROUND_UPS = "round-up|round-ups|roundup|roundups|summary|recap|digest"
_SOME_ROUND_UP = f"[me] [a|the|my|some] [weekly|daily|week's|weeks] {_ROUND_UPS}"
_OF_THE_WEEK = "of|for [my|the|our|this] week"
_WANT = "[i] [would] want|need|like|have|get [to] [get|have|receive]"
_SWITCHED = (
    f"[the|my|a] [daily|nightly|weekly] prompts|questions|{_ROUND_UPS}",
    "[the|my|a] [weekly] round up|ups",
    "on this day",
)
"""What is switched on and off, by its name."""

_TELL = ("tell", "alert", "notify", "text", "ping", "warn", "message", "inform")
_WHEN_FEED = "when|if|whenever|once|as [soon] [as] [the|my] {feed}"
_SAYS = "mentions|mention|says|say|reports|report|contains|includes|names"
_SOMETHING = "something|anything|news|sth|more|posts|stories|items|entries [new] about|on|of|with|for"
_ANY_NEWS = "[something|anything|news] [new] about|on {mentioned}"
_TOLD = (
    f"{_WHEN_FEED} {_SAYS} [something|anything] [about|on] {{mentioned}}",
    f"{_WHEN_FEED} has|posts|publishes|writes|gets|brings|says {_SOMETHING} {{mentioned}}",
    f"{_WHEN_FEED} talks|writes|posts about|of {{mentioned}}",
    f"when|if|whenever there is|are {_ANY_NEWS} on|in|at|from [the|my] {{feed}}",
    f"when|if|whenever theres|there's {_ANY_NEWS} on|in|at|from [the|my] {{feed}}",
    "when|if|whenever {mentioned} is|are|gets mentioned on|in|by [the|my] {feed}",
    "when|if|whenever {mentioned} comes|come|shows|show|turns|pops up on|in|at [the|my] {feed}",
)
"""What is to be told of a feed, behind "tell me"."""

_TELLING = "telling|alerting|notifying|texting|sending|messaging|pinging|warning|informing|bothering"


def _behind(before: str, templates: Tuple[str, ...]) -> Tuple[str, ...]:
    return tuple(f"{before} {template}" for template in templates)


REMINDERS: Tuple[Command, ...] = (
    Command(
        "list_reminders",
        ("whats", "what", "anything"),
        (
            "[is] coming up",
            "[is] coming [up] [on|for] {when:period_to_come}",
            "[is] due [on|for] {when:period_to_come}",
            "time|day [is|are] [the|my] {note:reminded_of} reminder [due]",
        ),
        asked=True,
    ),
    Command(
        "list_reminders",
        ("when", "whens"),
        (
            "[is|are] [the|my] {note:reminded_of} reminder [due]",
            "[is|are] [the|my] reminder about|for|of|to {note:reminded_of}",
            "am|will i [be] [being] reminded about|of|to [the|my] {note:reminded_of}",
            "do|will you remind me about|of|to [the|my] {note:reminded_of}",
        ),
        asked=True,
    ),
    Command(
        "switch_on",
        ("change", "move", "set", "make", "put", "reschedule", "shift", "switch"),
        tuple(f"{name} [to|for] {{when:due_words}}" for name in _SWITCHED),
    ),
    Command(
        "pause_reminders",
        ("pause", "stop", "mute", "silence", "hold", "suspend", "halt", "disable", "snooze"),
        (
            f"{_ALL_REMINDERS} {_FOR_NOW}",
            f"{_ALL_REMINDERS} {_UNTIL}",
            f"{_ALL_REMINDERS} {_AWHILE}",
            f"{_ALL_REMINDERS} until|till further notice",
            f"sending|all [me] [the|my|any] reminders {_FOR_NOW}",
            f"sending [me] [the|my|any] reminders {_UNTIL}",
            f"reminding me {_FOR_NOW}",
            "reminding me of|about everything|anything",
            f"reminding me {_UNTIL}",
        ),
    ),
    Command(
        "reschedule_reminder",
        ("snooze",),
        (
            "",
            _LATER,
            "[it|that|this] to|till|until|til|at {when:hour}",
            "[reminder|number] {entry:digits} to|till|until|til|at {when:hour}",
            "the|my {note:reminded_first} [reminder] till|until|til {when:hour}",
            "[reminder|number] {entry:digits}",
            "[reminder|number] {entry:digits} [for] {when:later_words}",
            "[it|that|this] {when:due_words}",
            f"[it|that|this] {_AWHILE}",
            "[it|that|this] later|again",
            "the|my {note:reminded_first} [reminder] {when:later_words}",
            "{note:reminded_first} reminder {when:later_words}",
        ),
    ),
    # "Move it to friday" is one only as an answer to a reminder (``reminder_answers.py``).
    Command(
        "reschedule_reminder",
        ("move", "postpone", "push", "reschedule", "delay", "shift", "snooze"),
        (
            f"[back] {_NOTE} {{entry:numbered}}{_LATER}",
            f"[back] {{entry:digits}} [back]{_LATER}",
            f"[back] [the|my] reminder about|for|of|to {{note:reminded_first}} [back]{_LATER}",
            f"[back] [the|my] {{note:reminded_first}} [back]{_LATER}",
        ),
    ),
    Command(
        "reschedule_reminder",
        ("push", "postpone", "delay"),
        (
            "[back] [reminder|number] {entry:digits} [back] {when:later_words}",
            "[back] the|my {note:reminded_first} [reminder] [back] {when:later_words}",
        ),
    ),
    Command(
        "reschedule_reminder",
        ("change", "set", "make", "put"),
        (
            f"[reminder] {{entry:digits}}{_LATER}",
            f"the|my {{note:reminded_first}} reminder|one{_LATER}",
            "the|my {note:reminded_first} reminder|one {when:later_words}",
            f"the|my reminder about|for|of|to {{note:reminded_first}}{_LATER}",
        ),
    ),
    Command(
        "finish_reminder",
        ("done", "finished", "completed", "did"),
        ("[with] [the|my] {note:reminded_of} reminder", _FINISHED_NUMBERS),
    ),
    Command(
        "finish_reminder",
        ("i", "ive", "im", "just", "already"),
        (f"[am|have] [just|already|now] done|did|finished|completed {_FINISHED_NUMBERS}",),
    ),
    Command(
        "finish_reminder",
        ("mark", "check", "tick", "set"),
        (
            f"[reminder|reminders|number|numbers] {{entry:digit_entries}} [off] [as] {_FINISHED}",
            f"[the|my] {{note:reminded_of}} reminder|one [off] [as] {_FINISHED}",
        ),
    ),
    Command(
        "reschedule_reminder",
        ("the", "my"),
        (
            "{note:reminded_first} reminder should|must be [moved|changed] [to] {when:later_words}",
            "{note:reminded_first} reminder needs|has to be [moved|changed] [to] {when:later_words}",
        ),
    ),
    Command("finish_reminder", ("the", "my"), (f"{{note:reminded_of}} reminder is [all|now] {_FINISHED}",)),
    Command(
        "pause_reminders",
        ("turn", "switch"),
        (
            f"off {_ALL_REMINDERS} {_FOR_NOW}",
            f"off {_ALL_REMINDERS} {_UNTIL}",
            f"{_ALL_REMINDERS} off {_FOR_NOW}",
            f"{_ALL_REMINDERS} off {_UNTIL}",
        ),
    ),
    Command(
        "pause_reminders",
        ("no",),
        ("[more] reminders [for] [now|please|anymore|today|tonight|tomorrow]", f"[more] reminders {_UNTIL}"),
    ),
    Command(
        "pause_reminders",
        ("dont",),
        (
            f"send|give|text me [any] [more] reminders {_FOR_NOW}",
            f"send|give|text me [any] [more] reminders {_UNTIL}",
            "remind me anymore|any [more|longer]",
            f"remind me of|about anything|everything {_FOR_NOW}",
            f"remind me of|about anything|everything {_UNTIL}",
        ),
    ),
    Command("pause_reminders", ("give",), ("me a break|rest|pause from [the|my|all] [the|my] reminders",)),
    Command("pause_reminders", ("reminders",), ("off [please|now]", "on hold", f"off {_UNTIL}")),
    Command(
        "resume_reminders",
        ("resume", "unpause", "unmute", "restart", "continue", "start", "reactivate", "enable"),
        (
            f"{_ALL_REMINDERS} {_AGAIN}",
            f"[sending] [me] [the|my] reminders {_AGAIN}",
            "reminding me [again] [please|now]",
        ),
    ),
    Command(
        "resume_reminders",
        ("turn", "switch", "put"),
        (f"[back] on {_ALL_REMINDERS} [again]", f"{_ALL_REMINDERS} [back] on [again]"),
    ),
    Command("stop_everything", ("pause", "mute"), ("everything",)),
    Command("resume_reminders", ("resume", "unpause", "unmute"), ("everything|all [again]",)),
    Command("resume_reminders", ("bring",), ("back [all] [my|the] reminders", "[my|the] reminders back")),
    Command("resume_reminders", ("reminders",), ("[back] on [again] [please|now]", "again [please]")),
    Command("resume_reminders", ("send",), ("me [my|the] reminders again",)),
    Command(
        "switch_on",
        ("prompt",),
        ("me", "me {when:due_words} [instead|please]", "me with|for [a] question|questions {when:due_words}"),
    ),
    Command(
        "switch_on",
        ("ask", "send", "text", "give", "message"),
        (
            f"me {_SOME_QUESTION} {{when:often_words}}",
            "me questions|prompts {when:often_words}",
            f"{_SOME_ROUND_UP} {{when:often_words}}",
            f"[me] a|the {_ROUND_UPS} {_OF_THE_WEEK} {{when:often_words}}",
            "[me] [a|the|my] [weekly] round up {when:often_words}",
            f"[me] a|the weekly {_ROUND_UPS}",
            "[me] on this day {when:often_words}",
            "[me] [my|some] memories {when:often_words}",
        ),
    ),
    Command(
        "switch_on",
        ("ask",),
        (
            "me something|anything|things {when:often_words}",
            "me {when:often_words} a|some question|something",
        ),
    ),
    Command(
        "switch_on",
        ("every", "each"),
        (
            f"{{when:due_words}} : ask|send|text|give me {_SOME_QUESTION}",
            "{when:due_words} : ask me something",
            "{when:due_words} : prompt me",
            f"{{when:due_words}} : send|text|give {_SOME_ROUND_UP}",
        ),
    ),
    Command(
        "switch_on",
        ("i", "id", "can", "could", "may"),
        (
            f"{_WANT} {_SOME_QUESTION} {{when:often_words}}",
            "[would] want|need|like to be prompted {when:often_words}",
            f"[would] want|need|like to be asked {_SOME_QUESTION} {{when:often_words}}",
            f"{_WANT} a|the [weekly] {_ROUND_UPS} {{when:often_words}}",
            f"{_WANT} a|the weekly {_ROUND_UPS}",
        ),
        asked=True,
    ),
    Command(
        "switch_on",
        ("turn", "switch", "start"),
        (
            *(f"on {name}" for name in _SWITCHED),
            *(f"{name} on" for name in _SWITCHED),
            *(f"[sending] [me] {name}" for name in _SWITCHED),
            *(f"[sending] [me] {name} {{when:often_words}}" for name in _SWITCHED),
            "prompting me",
            "prompting me {when:often_words}",
            "asking me [some] questions",
            "asking me [some|a] question|questions|something {when:often_words}",
        ),
    ),
    Command("switch_on", ("daily", "nightly"), (f"{_QUESTION} {{when:due_words}}", _QUESTION)),
    Command(
        "switch_on",
        ("weekly",),
        (
            "round-up|round-ups|roundup|roundups",
            f"{_ROUND_UPS} on|at|every|each {{when:due_words}}",
            "round up on|at|every|each {when:due_words}",
        ),
    ),
    Command(
        "switch_on",
        ("a",),
        (
            "weekly round-up|roundup",
            f"weekly {_ROUND_UPS} on|at {{when:due_words}}",
            f"{_QUESTION} {{when:often_words}}",
        ),
    ),
    Command("switch_on", ("prompts", "questions"), ("on", "{when:often_words}", "on please|again")),
    Command(
        "switch_on", ("on",), ("this day every|each|daily|on {when:due_words}", "this day daily|every day")
    ),
    Command(
        "switch_on",
        ("roundup", "roundups"),
        ("", "on", "on|every|each {when:due_words}", "weekly|daily", "weekly on|at {when:due_words}"),
    ),
    Command(
        "switch_on",
        ("round",),
        ("up on|every|each {when:due_words}", "up my|the|our week {when:often_words}"),
    ),
    Command("switch_on", ("sum",), ("up [my|the|our] week {when:often_words}",)),
    Command(
        "switch_off",
        ("stop", "end", "cancel", "pause", "disable", "mute"),
        (
            "prompting [me]",
            *(f"[sending|texting] [me] {name}" for name in _SWITCHED),
            *(f"[sending|texting] [me] {name} {_UNTIL}" for name in _SWITCHED),
            "asking me [a|any|the] [more|daily] question|questions [anymore]",
        ),
    ),
    Command(
        "switch_off",
        ("turn", "switch"),
        (*(f"off {name}" for name in _SWITCHED), *(f"{name} off" for name in _SWITCHED)),
    ),
    Command(
        "switch_off",
        ("dont",),
        ("ask me [any] [more] questions|anything [anymore|again]", "prompt me [anymore|again]"),
    ),
    Command("switch_off", ("no",), (f"more prompts|questions|{_ROUND_UPS}", "prompts [please|anymore]")),
    Command("switch_off", ("prompts", "questions", "roundups", "roundup"), ("off",)),
    Command("list_switched_on", ("prompts",), ("",), asked=True),
    Command(
        "list_switched_on", ("what", "which"), (f"{_QUESTION} do i have|get", "do you send me"), asked=True
    ),
    Command(
        "stop_everything",
        ("stop",),
        (
            "[it] everything|all",
            "telling|texting|sending me everything|anything",
            "texting|messaging|bothering|bugging me",
            "all [of] [the|your|these] messages|texts|notifications [from] [you]",
        ),
    ),
    Command(
        "set_quiet_hours", ("quiet",), ("[hours|time] [from|is|are|:] {when:hours}", "off|on", "hours|time")
    ),
    Command("set_quiet_hours", ("quiet",), ("hours|time off|on", "hours|time [to] off|on"), asked=True),
    Command("set_quiet_hours", ("no",), ("quiet hours|time",)),
)

# No text that has neither an address nor the name of a feed is weighed against these. The actions keep as a
# thought what is about nothing followed.
FOLLOWING: Tuple[Command, ...] = (
    Command(
        "follow",
        ("follow", "subscribe"),
        (
            "",
            "[me] [to] {address}",
            "[to] {address} as|called {text}",
            "[to] the|this feed|page|site|blog [at|of] {address}",
            "[to] {address} for me",
        ),
    ),
    Command("follow", ("keep",), ("an eye on {address}", "an eye on {address} for me")),
    Command("unfollow", ("unfollow",), ("", "[the|my] {feed}", "them [all]", "all of them")),
    Command("unfollow", ("unsubscribe",), ("[me] from [the|my] {feed}", "[me] from them [all]")),
    Command(
        "unfollow", ("stop",), ("following [the|my] {feed}", "following them [all]", "following all of them")
    ),
    Command(
        "unfollow",
        ("stop", "cancel", "remove", "delete", "drop"),
        ("[sending|following] [me] the|my {feed} feed",),
    ),
    Command("unfollow", ("get",), ("rid of the|my {feed} feed",)),
    Command("list_following", ("following",), ("",), asked=True),
    Command("list_following", ("what", "who"), ("am i following|subscribed [to]", "do i follow"), asked=True),
    Command(
        "list_following",
        ("which", "what"),
        (
            "feeds|pages|sites|blogs am|do i following|follow|have",
            "feeds am i subscribed to",
            "feeds|pages|sites|blogs do you check|follow|read|watch [for] [me]",
        ),
        asked=True,
    ),
    Command("list_following", ("list", "show"), ("[me] [all] [of] [my|the] feeds [i] [follow]",), asked=True),
    Command("list_following", ("my",), ("feeds",), asked=True),
    Command(
        "whats_new", ("whats",), ("new", "new on|in|from [the|my] {feed}", "new on|from my feeds"), asked=True
    ),
    Command("whats_new", ("whats",), ("the latest on|in|from [the|my] {feed}",), asked=True),
    Command("whats_new", ("what",), ("is the latest on|in|from [the|my] {feed}",), asked=True),
    Command("whats_new", ("what",), ("is new", "is new on|in|from [the|my] {feed}"), asked=True),
    Command(
        "whats_new", ("anything",), ("new on|from [the|my] {feed}", "new on|in|from my feeds"), asked=True
    ),
    Command("whats_new", ("is",), ("there anything new on|from [the|my] {feed}",), asked=True),
    Command("watch_feed", _TELL, _behind("me", _TOLD), asked=True),
    Command("watch_feed", ("let",), _behind("me know", _TOLD), asked=True),
    Command(
        "unwatch_feed",
        ("stop",),
        (
            f"{_TELLING} [me] {_WHEN_FEED} {_SAYS} {{mentioned}}",
            f"{_TELLING} [me] [anything|news|stuff|alerts] about|of|on|from|with [the|my] {{mentioned}}",
            "[sending] [me] [the|my] {mentioned} alerts|notifications|updates|news",
            "alerts|notifications|updates|news about|on|for|from [the|my] {mentioned}",
            "watching [the|my] {mentioned}",
        ),
    ),
    Command(
        "unwatch_feed",
        ("dont",),
        (
            f"tell|alert|notify me [anymore] {_WHEN_FEED} {_SAYS} {{mentioned}}",
            "tell|alert|notify|text|ping|message me [anymore] [anything] about|of [the|my] {mentioned}",
            "send|text|show me [any] [more] [the|my] {mentioned} anymore",
            "send|text|show me [any] [the|my] {mentioned} any more",
        ),
    ),
    Command(
        "unwatch_feed",
        ("no",),
        ("more alerts|notifications|updates|news about|on|of|from|for [the|my] {mentioned}",),
    ),
    Command("unwatch_feed", ("unwatch",), ("[the|my] {mentioned}",)),
)

UNASKED_INTENTS: FrozenSet[str] = frozenset(command.intent for command in (*REMINDERS, *FOLLOWING))
"""The words that begin these say nothing of what is to be done with an entry or a topic."""
