"""Every command is shown in the table of commands, whose rows are run end to end."""

import re
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml

ROOT = Path(__file__).parents[2]


class Promised(NamedTuple):
    """``text`` is a pattern of the texts that people send for it."""

    intent: str
    text: str


PROMISED = {
    "any text is saved": Promised("save_thought", r"The \w+ came"),
    "a topic before a colon": Promised("save_thought", r"python: "),
    "a tag": Promised("save_thought", r".*#\w+"),
    "saved under a topic": Promised("file_under", r"save this under "),
    "filed afterwards": Promised("file_under", r"under \w+$"),
    "more words for an entry": Promised("append", r"add: "),
    "find": Promised("find", r"find "),
    "find by asking": Promised("find", r"what did I save about "),
    "find notes on something": Promised("find", r"notes on "),
    "find by a word and a question mark": Promised("find", r"\w+\?$"),
    "an entry in full": Promised("show", r"show \d+$"),
    "a sound again": Promised("play", r"play \d+$"),
    "the rest of a list": Promised("more", r"more$"),
    "the topics": Promised("list_topics", r"topics$"),
    "the last ones": Promised("browse", r"last \d+$"),
    "today": Promised("browse", r"today$"),
    "yesterday": Promised("browse", r"yesterday$"),
    "last week": Promised("browse", r"last week$"),
    "pictures": Promised("browse", r"pictures$"),
    "videos": Promised("browse", r"videos$"),
    "contact cards": Promised("browse", r"contacts$"),
    "files": Promised("browse", r"files$"),
    "memos": Promised("browse", r"memos$"),
    "quotes": Promised("browse", r"quotes$"),
    "quotes by somebody": Promised("quotes_by", r"quotes by "),
    "links": Promised("browse", r".*links$"),
    "places": Promised("browse", r"locations$"),
    "what was taken away": Promised("takeaway", r"takeaway: "),
    "a question that found nothing": Promised("keep_question", r"save$"),
    "this day in earlier years": Promised("on_this_day", r"on this day$"),
    "any one": Promised("surprise", r"surprise me$"),
    "onto a list": Promised("add_to_topic", r"add \w+ to "),
    "what a list holds": Promised("find", r"what'?s on my .* list"),
    "off a list": Promised("take_off_topic", r"take \w+ off "),
    "undo": Promised("undo", r"undo$"),
    "done to something else": Promised("amend", r"no, I meant "),
    "what the list shows": Promised("pin", r"pin the third$"),
    "more than one is asked about": Promised("delete_entry", r"delete the first two notes$"),
    "edit": Promised("edit", r"edit \d+ "),
    "delete": Promised("delete_entry", r"delete \d+$"),
    "restore": Promised("restore", r"restore \d+$"),
    "move": Promised("move", r"move \d+ to "),
    "rename": Promised("rename_topic", r"rename \w+ to "),
    "merge": Promised("merge_topics", r"merge \w+ into "),
    "pin": Promised("pin", r"pin \d+$"),
    "unpin": Promised("unpin", r"unpin \d+$"),
    "correct": Promised("correct", r"correct( \d+)?: "),
    "what only sounds like a command": Promised("delete_entry", r"I (don't|no longer) "),
    "an answer by number": Promised("choose", r"\d$"),
    "reminders": Promised("remind", r"remind me "),
    "what is to come": Promised("list_reminders", r"reminders( this week)?$"),
    "a reminder at another time": Promised("reschedule_reminder", r"move .* to .*(am|pm)$"),
    "a reminder that went out, later": Promised("reschedule_reminder", r"snooze \w+$"),
    "a reminder that is done": Promised("finish_reminder", r"done \d+$"),
    "no reminders for now": Promised("pause_reminders", r"pause reminders$"),
    "nothing unasked": Promised("stop_everything", r"stop everything$"),
    "a question every evening": Promised("switch_on", r"prompt me every"),
    "no more questions": Promised("switch_off", r"stop prompts$"),
    "what is said unasked": Promised("list_switched_on", r"prompts$"),
    "reminders again": Promised("resume_reminders", r"resume reminders$"),
    "everything again": Promised("resume_reminders", r"resume everything$"),
    "quiet hours": Promised("set_quiet_hours", r"quiet \d+ to \d+$"),
    "a reminder that is not wanted any more": Promised("cancel_reminder", r"cancel the \w+ reminder"),
    "how many there are": Promised("count", r"how many "),
    "since when": Promised("when_saved", r"when did I "),
    "whether it is private": Promised("ask_privacy", r"is this private"),
    "where it is kept": Promised("ask_storage", r"where is it kept"),
    "what becomes of pictures": Promised("ask_pictures", r"what can you do with pictures"),
    "what becomes of memos": Promised("ask_memos", r"what can you do with voice memos"),
    "what becomes of links": Promised("ask_links", r"what can you do with links"),
    "what becomes of contacts": Promised("ask_contacts", r"what can you do with contacts"),
    "who is there": Promised("ask_bot", r"are you a bot"),
    "what it costs": Promised("ask_cost", r"how much does it cost"),
    "whether it works offline": Promised("ask_offline", r"does it work offline"),
    "whether anybody is there": Promised("ask_presence", r"are you there"),
    "what it does not do": Promised("cannot", r"email me my notes"),
    "how a text was read": Promised("why", r"why\?"),
    "a link to the book": Promised("open_book", r"book$"),
    "all of it as a file": Promised("export", r"export$"),
    "all of a file that was sent": Promised("import", r"import$"),
    "out of the book again": Promised("sign_out_everywhere", r"sign out everywhere$"),
    "everything of me erased": Promised("forget_me", r"forget me$"),
    "everything of me erased, with the code": Promised("confirm_forgetting", r"forget \d{4}$"),
    "a public page of a topic": Promised("share_topic", r"share \w+$"),
    "the end of it": Promised("unshare_topic", r"unshare \w+$"),
    "a topic for two": Promised("share_with", r"share \w+ with \w+$"),
    "out of it": Promised("leave_topic", r"leave \w+$"),
    "what is shared": Promised("list_shared", r"shared$"),
    "a page to follow": Promised("follow", r"follow https://"),
    "the end of that": Promised("unfollow", r"unfollow \w+$"),
    "what is followed": Promised("list_following", r"following$"),
    "what is new": Promised("whats_new", r"what's new$"),
    "told when something is mentioned": Promised("watch_feed", r"tell me when "),
    "told no more": Promised("unwatch_feed", r"stop telling me about "),
    "the time zone": Promised("set_timezone", r"time ?zone "),
    "the commands": Promised("commands", r"commands$"),
    "how something is done": Promised("commands", r"how do I "),
    "what is being worked on": Promised("status", r"status$"),
    "the last words again": Promised("repeat", r"repeat$"),
    "a greeting": Promised("greet", r"hello$"),
    "a goodbye": Promised("goodbye", r"good night$"),
    "thanks": Promised("thanks", r"thank you$"),
    "a word that tells nothing": Promised("acknowledge", r"fair enough$"),
}


ROWS = re.findall(
    r"^\| `(.+?)` \|", (ROOT / "docs" / "commands.md").read_text(encoding="utf-8"), re.MULTILINE
)


def intents_with_a_rule() -> set[str]:
    files = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in (ROOT / "data/rules").glob("*.yml")]
    return {rule["steps"][0]["intent"] for file in files for rule in file["rules"]}


@pytest.mark.parametrize("name", PROMISED)
def test_a_command_is_shown_in_the_table(name: str) -> None:
    assert [row for row in ROWS if re.match(PROMISED[name].text, row)]


def test_every_rule_belongs_to_a_command_of_the_table() -> None:
    assert intents_with_a_rule() == {promised.intent for promised in PROMISED.values()}
