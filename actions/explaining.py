"""Say how the message before was read, by what, and what else it nearly was."""

from actions.action import BookAction
from actions.replies import quoted, reply
from actions.turn import Turn
from scrapbook.core.explaining import Reading, reading_asked_about
from scrapbook.core.wording import sentence
from scrapbook.model.evidence import Evidence
from scrapbook.store import TurnResult

READ_AS = {
    "save_thought": "utter_read_as_thought",
    "keep_question": "utter_read_as_thought",
    "add_to_topic": "utter_read_as_list_item",
    "remind": "utter_read_as_reminder",
    "reschedule_reminder": "utter_read_as_answer_to_reminder",
    "finish_reminder": "utter_read_as_answer_to_reminder",
    "list_reminders": "utter_read_as_listing",
    "pause_reminders": "utter_read_as_when_to_speak",
    "resume_reminders": "utter_read_as_when_to_speak",
    "stop_everything": "utter_read_as_when_to_speak",
    "switch_on": "utter_read_as_when_to_speak",
    "switch_off": "utter_read_as_when_to_speak",
    "list_switched_on": "utter_read_as_when_to_speak",
    "set_quiet_hours": "utter_read_as_when_to_speak",
    "find": "utter_read_as_search",
    "browse": "utter_read_as_listing",
    "quotes_by": "utter_read_as_listing",
    "on_this_day": "utter_read_as_listing",
    "more": "utter_read_as_listing",
    "list_topics": "utter_read_as_topics",
    "show": "utter_read_as_showing",
    "surprise": "utter_read_as_showing",
    "play": "utter_read_as_showing",
    "count": "utter_read_as_counting",
    "when_saved": "utter_read_as_counting",
    "delete_entry": "utter_read_as_removal",
    "take_off_topic": "utter_read_as_removal",
    "cancel_reminder": "utter_read_as_removal",
    "restore": "utter_read_as_undo",
    "undo": "utter_read_as_undo",
    "move": "utter_read_as_change",
    "file_under": "utter_read_as_change",
    "edit": "utter_read_as_change",
    "correct": "utter_read_as_change",
    "pin": "utter_read_as_change",
    "unpin": "utter_read_as_change",
    "append": "utter_read_as_change",
    "takeaway": "utter_read_as_change",
    "rename_topic": "utter_read_as_change",
    "merge_topics": "utter_read_as_change",
    "amend": "utter_read_as_change",
    "set_timezone": "utter_read_as_setting",
    "follow": "utter_read_as_following",
    "unfollow": "utter_read_as_following",
    "list_following": "utter_read_as_following",
    "whats_new": "utter_read_as_following",
    "watch_feed": "utter_read_as_following",
    "unwatch_feed": "utter_read_as_following",
    "open_book": "utter_read_as_book",
    "sign_out_everywhere": "utter_read_as_signing_out",
    "export": "utter_read_as_export",
    "import": "utter_read_as_import",
    "forget_me": "utter_read_as_forgetting",
    "confirm_forgetting": "utter_read_as_forgetting",
    "share_topic": "utter_read_as_sharing",
    "share_with": "utter_read_as_sharing",
    "unshare_topic": "utter_read_as_sharing",
    "leave_topic": "utter_read_as_sharing",
    "list_shared": "utter_read_as_sharing",
    "commands": "utter_read_as_help",
    "ask_privacy": "utter_read_as_help",
    "ask_storage": "utter_read_as_help",
    "ask_pictures": "utter_read_as_help",
    "ask_memos": "utter_read_as_help",
    "ask_links": "utter_read_as_help",
    "ask_contacts": "utter_read_as_help",
    "ask_bot": "utter_read_as_help",
    "ask_cost": "utter_read_as_help",
    "ask_offline": "utter_read_as_help",
    "cannot": "utter_read_as_cannot",
    "status": "utter_read_as_status",
    "repeat": "utter_read_as_repeat",
    "why": "utter_read_as_why",
    "greet": "utter_read_as_talk",
    "goodbye": "utter_read_as_talk",
    "acknowledge": "utter_read_as_talk",
    "thanks": "utter_read_as_talk",
    "ask_presence": "utter_read_as_talk",
    "choose": "utter_read_as_answer",
}
"""What each intent is called."""

BECAUSE = {
    "command": "utter_why_command",
    "context": "utter_why_context",
    "wording": "utter_why_wording",
    "doubt": "utter_why_doubt",
}
"""The explanation, by what told the intent."""

UNPARSED = frozenset({"utter_saved_unparsed", "utter_memo_saved_unparsed"})
"""What is said of a message that was saved without the assistant."""

LEAST = 0.02
"""The chance from which on another reading is worth a word."""


class ActionWhy(BookAction):
    action_name = "action_why"

    def answer(self, turn: Turn) -> TurnResult:
        asked_about = reading_asked_about(turn.book, turn.message.replied_to)
        return _explained(asked_about) if asked_about else reply("utter_why_nothing")


def _explained(reading: Reading) -> TurnResult:
    words, evidence = quoted(reading.message.body), reading.evidence
    if evidence is not None and words and evidence.by in BECAUSE and evidence.intent in READ_AS:
        return reply(
            BECAUSE[evidence.by],
            words=words,
            reading=sentence(READ_AS[evidence.intent]),
            percent=_percent(evidence.chance),
            other=_nearly(evidence),
        )
    if reading.result and reading.result.response in UNPARSED and words:
        return reply("utter_why_unparsed", words=words)
    if reading.result is None and reading.message.state != "answered":
        return reply("utter_why_waiting", words=words) if words else reply("utter_why_unknown")
    return reply("utter_why_unknown")


def _nearly(evidence: Evidence) -> str:
    """Return the sentence about the likeliest other reading."""
    known = {READ_AS[evidence.intent], None}
    others = (guess for guess in evidence.ranking if READ_AS.get(guess.intent) not in known)
    nearest = next((guess for guess in others if guess.chance >= LEAST), None)
    if nearest is None:
        return sentence("utter_why_nothing_else")
    reading = sentence(READ_AS[nearest.intent])
    # What was kept in doubt was weighed; the ranking has only what the classifier thinks of the wording.
    chance = 1 - evidence.chance if evidence.by == "doubt" else nearest.chance
    if chance >= nearest.limit:
        return sentence("utter_why_might", reading=reading)
    return sentence(
        "utter_why_nearly", reading=reading, percent=_percent(chance), limit=_percent(nearest.limit)
    )


def _percent(chance: float) -> str:
    return str(round(chance * 100))
