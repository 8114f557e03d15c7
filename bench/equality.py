"""Compare turns with Rasa's speed-ups and without: their results and their processor time.

    bot/.venv/bin/python bench/equality.py [FILE ...]

Each text of the files is sent through the trained model in two processes, with the speed-ups and with
``SCRAPBOOK_STOCK_TURNS=1``. The results are compared: intent, confidence, entities, actions, slots, all
events, the fields that the action server reads, and the wording. A fake action server answers from the call
alone. Without files, the training texts are used. In a ``.tsv`` file each cell is a text, in a ``.yml`` file
each example, in any other file each line.
"""

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rasa.core.agent import Agent

ROOT = Path(__file__).resolve().parent.parent
BOT = ROOT / "bot"
MODEL = ROOT / "models/assistant.tar.gz"

Turn = dict[str, Any]

# Fields that differ in every run.
RUN_FIELDS = ("timestamp", "message_id")


def training_files() -> list[Path]:
    return sorted((ROOT / "data/nlu").rglob("*.yml"))


def texts_of(path: Path) -> list[str]:
    """Return the texts of a file that are not blank."""
    if path.suffix in (".yml", ".yaml"):
        from rasa.shared.nlu.training_data.loading import load_data  # noqa: PLC0415 - needs the placeholders

        texts = [example.get("text") for example in load_data(str(path)).intent_examples]
    else:
        texts = path.read_text(encoding="utf-8").splitlines()
        if path.suffix == ".tsv":
            texts = [cell for line in texts for cell in line.split("\t")]
    return [text for text in texts if text and text.strip()]


def turns(texts: Iterable[str], *, stock: bool) -> list[Turn]:
    """Return the result of each text, from a separate process."""
    with tempfile.TemporaryDirectory() as folder:
        given, found = Path(folder) / "texts.json", Path(folder) / "turns.json"
        given.write_text(json.dumps(list(texts)))
        subprocess.run(
            [sys.executable, "-W", "ignore", __file__, "--answer", given, found],
            env=os.environ | {"SCRAPBOOK_STOCK_TURNS": str(int(stock)), "OMP_NUM_THREADS": "1"},
            stdout=subprocess.DEVNULL,
            check=True,
        )
        return json.loads(found.read_text())


def differences(stock: list[Turn], ours: list[Turn]) -> Iterator[tuple[str, str]]:
    """Yield each text whose turn differs, and the part that differs."""
    for a, b in zip(stock, ours, strict=True):
        for part in a:
            if part != "ms" and a[part] != b[part]:
                yield a["text"], part


def answer_to(call: dict[str, Any], responses: list[str]) -> dict[str, Any]:
    """Return the fake answer: a response of the domain, filled with the values of the call."""
    read = fields_read(call)
    name = responses[sum(json.dumps(read, sort_keys=True).encode()) % len(responses)]
    filled = {slot: f"{slot} is {value}" for slot, value in read["slots"].items()}
    return {"events": [], "responses": [{"response": name, **filled, "text_said": read["message"]["text"]}]}


def fields_read(call: dict[str, Any]) -> dict[str, Any]:
    """Return the fields that the actions read; slots without a value are left out."""
    tracker = call["tracker"]
    message, metadata = tracker["latest_message"], "session_started_metadata"
    slots = {name: v for name, v in tracker["slots"].items() if v is not None and name != metadata}
    names = ("text", "intent", "entities", "metadata", "is_paraphrase")
    return {
        "action": call["next_action"],
        "sender": (call["sender_id"], tracker["sender_id"]),
        "slots": slots,
        "message": {name: message[name] for name in names if name in message},
        "rest": [
            tracker[name] for name in ("paused", "followup_action", "active_loop", "latest_action_name")
        ],
    }


class FakeActionServer:
    """An action server in a thread, so that its processor time is not counted."""

    def __init__(self, responses: list[str]) -> None:
        self._responses = responses
        self.calls: list[dict[str, Any]] = []
        self._ready = threading.Event()
        threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True).start()
        self._ready.wait()

    async def _serve(self) -> None:
        from aiohttp import web  # noqa: PLC0415 - Rasa's environment has it, the other need not

        async def answer(request: web.Request) -> web.Response:
            call = await request.json()
            self.calls.append(fields_read(call))
            return web.json_response(answer_to(call, self._responses))

        app = web.Application(client_max_size=10**8)
        app.router.add_post("/webhook", answer)
        runner = web.AppRunner(app)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}/webhook"
        self._ready.set()
        await asyncio.Event().wait()


def _loaded() -> tuple["Agent", FakeActionServer, list[Any]]:
    """Return the assistant, its action server, and the list to which finished turns add their trackers."""
    from components.tracker_store import StatelessTrackerStore  # noqa: PLC0415
    from components.verbatim_responses import VerbatimNaturalLanguageGenerator  # noqa: PLC0415
    from rasa.core.agent import Agent  # noqa: PLC0415
    from rasa.utils.endpoints import EndpointConfig  # noqa: PLC0415

    trackers: list[Any] = []

    class RecordingTrackerStore(StatelessTrackerStore):
        async def save(self, tracker: Any) -> None:
            trackers.append(tracker)

    agent = Agent.load(str(MODEL))
    domain = agent.processor.domain
    server = FakeActionServer(sorted(domain.responses))
    agent.processor.nlg = VerbatimNaturalLanguageGenerator(None, domain)
    agent.processor.tracker_store = RecordingTrackerStore(domain)
    agent.processor.action_endpoint = EndpointConfig(server.url)
    return agent, server, trackers


async def _turn(agent: "Agent", server: FakeActionServer, trackers: list[Any], text: str) -> Turn:
    from parse import padded  # noqa: PLC0415 - needs the path of answer()
    from rasa.core.channels.channel import CollectingOutputChannel, UserMessage  # noqa: PLC0415

    channel = CollectingOutputChannel()
    message = UserMessage(padded(text), channel, "person", metadata={"message_id": "SM1"}, message_id="1")
    begun = time.thread_time()
    await agent.handle_message(message)
    took = 1000 * (time.thread_time() - begun)
    tracker, calls = trackers.pop(), list(server.calls)
    server.calls.clear()
    events = [event.as_dict() for event in tracker.events]
    return {
        "text": text,
        "understood": tracker.latest_message.parse_data,
        "actions": [event["name"] for event in events if event["event"] == "action"],
        "slots": tracker.current_slot_values(),
        "events": [_without(RUN_FIELDS, event) for event in events],
        "calls": calls,
        "said": channel.messages,
        "ms": took,
    }


def _without(names: Iterable[str], event: Any) -> Any:
    return {key: value for key, value in event.items() if key not in names}


def answer(given: Path, found: Path) -> None:
    """Send the texts of one file through the model and write their turns to the other."""
    import parse  # noqa: PLC0415
    import placeholders  # noqa: PLC0415

    placeholders.install()
    parse.silence()

    async def every(texts: list[str]) -> list[Turn]:
        loaded = _loaded()
        return [await _turn(*loaded, text) for text in texts]

    found.write_text(json.dumps(asyncio.run(every(json.loads(given.read_text())))))


def main() -> None:
    """Compare the turns; exit with status 1 if one differs."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("files", nargs="*", type=Path)
    options.add_argument("--answer", nargs=2, type=Path, help=argparse.SUPPRESS)
    chosen = options.parse_args()
    if chosen.answer:
        answer(*chosen.answer)
        return
    texts = {path: texts_of(path) for path in chosen.files or training_files()}
    every = [text for of_file in texts.values() for text in of_file]
    stock, ours = turns(every, stock=True), turns(every, stock=False)
    begin, unequal = 0, 0
    for path, of_file in texts.items():
        end = begin + len(of_file)
        found = list(differences(stock[begin:end], ours[begin:end]))
        for text, part in found:
            print(f"  {part} of {text!r}")
        same = len(of_file) - len({text for text, _ in found})
        print(f"{path.name}: {same} of {len(of_file)} the same")
        begin, unequal = end, unequal + len(found)
    costs = [statistics.median(turn["ms"] for turn in each) for each in (stock, ours)]
    print(f"{costs[0]:.1f} ms a turn without the speed-ups, {costs[1]:.1f} with them")
    sys.exit(unequal > 0)


if __name__ == "__main__":
    os.environ.update(RASA_TELEMETRY_ENABLED="false", SQLALCHEMY_SILENCE_UBER_WARNING="1")
    sys.path.insert(0, str(BOT))
    import placeholders

    placeholders.install()
    main()
