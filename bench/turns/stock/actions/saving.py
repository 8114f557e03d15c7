"""Keeps what was texted in one table, durably, and says its number."""

import os
import sqlite3
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

connection = sqlite3.connect(os.environ["STOCK_DATABASE"], isolation_level=None)
connection.execute("PRAGMA journal_mode = WAL")
connection.execute("CREATE TABLE IF NOT EXISTS entries (id INTEGER PRIMARY KEY, sender TEXT, text TEXT)")


class ActionSave(Action):
    """One row and one reply."""

    def name(self) -> str:
        """As in the domain."""
        return "action_save"

    async def run(
        self,
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        domain: dict[str, Any],  # noqa: ARG002 - rasa-sdk hands it over
    ) -> list[dict[str, Any]]:
        """Saves the text of this turn."""
        row = (tracker.sender_id, tracker.latest_message["text"])
        kept = connection.execute("INSERT INTO entries (sender, text) VALUES (?, ?)", row)
        dispatcher.utter_message(response="utter_saved", number=str(kept.lastrowid))
        return []
