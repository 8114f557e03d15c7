"""Switch on and off what is said again and again: prompts, this day in other years, what the week held."""

from actions.action import BookAction
from actions.replies import reply
from actions.turn import Turn
from scrapbook.core import recurring
from scrapbook.store import RecurringKind, TurnResult
from scrapbook.text.due import say_rule

SWITCHED_ON: dict[RecurringKind, str] = {
    "prompts": "utter_prompts_on",
    "on_this_day": "utter_on_this_day_on",
    "round_ups": "utter_round_ups_on",
}


class ActionSwitchOn(BookAction):
    action_name = "action_switch_on"

    def answer(self, turn: Turn) -> TurnResult:
        book, body = turn.book, turn.message.body
        due = recurring.times_in(book, body)
        if due is None:
            return reply("utter_switch_on_how")
        kind, rule = recurring.kind_in(body), due.rule or ""
        before = recurring.switch_on(book, kind, due)
        when = recurring.format_times(book, due.at, rule)
        if before and before.rule != rule:
            when += f", instead of {say_rule(before.rule)}"
        return reply(SWITCHED_ON[kind], when=when)


class ActionSwitchOff(BookAction):
    action_name = "action_switch_off"

    def answer(self, turn: Turn) -> TurnResult:
        kind = recurring.kind_in(turn.message.body)
        was_on = recurring.switch_off(turn.book, kind)
        return reply("utter_switched_off" if was_on else "utter_off_already", what=recurring.NAMES[kind])


class ActionListSwitchedOn(BookAction):
    action_name = "action_list_switched_on"

    def answer(self, turn: Turn) -> TurnResult:
        book = turn.book
        lines = [
            f"{recurring.NAMES[one.kind]}: {recurring.format_times(book, one.occurs_at, one.rule)}".replace(
                ", first on ", ", next on "
            )
            for one in book.tx.recurring.of_person(book.person.id)
        ]
        return reply("utter_switched_on", lines="\n".join(lines)) if lines else reply("utter_nothing_on")
