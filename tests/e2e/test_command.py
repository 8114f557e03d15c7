"""The ``scrapbook`` command beside a running app."""

import json
import re
from pathlib import Path

import pytest

from scrapbook.assistant.parse import parse_offline
from tests.support.installation import Installation, message_form, new_sid


def test_text_prints_the_replies(installation: Installation, number: str) -> None:
    done = installation.run("text", "python: decorators are just functions", "--from", number)
    assert done.returncode == 0, done.stderr
    assert "Saved 1" in done.stdout


def test_parse_prints_one_object_per_line(installation: Installation) -> None:
    done = installation.run("parse", stdin="fnid gpu\nI had a lovely walk\n\n")
    assert done.returncode == 0, done.stderr
    found, kept, empty = map(json.loads, done.stdout.splitlines())
    assert found["effect"] == "retrieve"
    assert {"entity": "query", "value": "gpu", "start": 5, "end": 8} in found["entities"]
    assert kept["effect"] == empty["effect"] == "save"
    assert kept["text"] == "I had a lovely walk"


def test_parse_counts_from_the_start_of_the_line(installation: Installation) -> None:
    [found] = json.loads(installation.run("parse", stdin="   find gpu\n").stdout)["entities"]
    assert "   find gpu"[found["start"] : found["end"]] == found["value"] == "gpu"


PARSED_TEXTS = """\
find gpu
   fnid  gpu kernels\t
delete notes three, four and forty two
pls remvoe candles from my shopping lsit
what did i save about sourdough starters?
thank you so much for your help

  /undo
/delete_entry{"entry": "3"}
“Delete what you do not need” — Ann Example
\u00a0last five \U0001f600
\u200bundo
put crème brûlée on my shopping list
I had a lovely walk
"""


def test_the_running_assistant_and_the_loaded_model_print_the_same_objects(
    installation: Installation, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    source = tmp_path / "texts.txt"
    source.write_text(PARSED_TEXTS, encoding="utf-8")
    online = installation.run("parse", stdin=PARSED_TEXTS)
    assert online.returncode == 0, online.stderr
    with source.open(encoding="utf-8") as texts:
        assert parse_offline(texts) == 0
    offline = capfd.readouterr().out
    assert online.stdout == offline
    assert [json.loads(line)["text"] for line in offline.splitlines()] == PARSED_TEXTS.splitlines()
    assert sum(bool(json.loads(line)["entities"]) for line in offline.splitlines()) >= 6


def test_match_prints_one_object_per_line(installation: Installation) -> None:
    topics = installation.folder / "topics.txt"
    topics.write_text("python\ngardening\n")
    done = installation.run("match", "--topics", str(topics), stdin="pyhton\ngardening\nxylophone\n")
    assert [json.loads(line)["outcome"] for line in done.stdout.splitlines()] == ["sure", "exact", "none"]


def test_doctor_finds_nothing_to_complain_about(installation: Installation) -> None:
    done = installation.run("doctor")
    assert done.returncode == 0, done.stdout


def test_inbox_is_empty_when_everything_is_answered(installation: Installation, number: str) -> None:
    installation.say("a thought", number)
    assert "finished" in installation.run("inbox").stdout


def test_people_are_added_renamed_and_removed(installation: Installation) -> None:
    assert installation.run("people", "add", "Ada", "+15550990", "whatsapp:+15550991").returncode == 0
    assert "whatsapp:+15550991" in installation.run("people", "list").stdout
    assert installation.run("people", "rename", "Ada", "Grace").returncode == 0
    assert "Saved 1" in installation.say("a thought of Grace's", "+15550990")
    refused = installation.run("people", "remove", "Grace")
    assert refused.returncode == 1
    assert "--with-entries" in refused.stderr
    assert installation.run("people", "remove", "Grace", "--with-entries").returncode == 0
    assert "+15550990" not in installation.run("people", "list").stdout
    installation.webhook(message_form(new_sid(), "+15550990", "still there?"))
    assert len(installation.sent_to("+15550990")) == 1


def test_whoever_has_opted_out_is_listed_and_can_be_opted_in(installation: Installation, number: str) -> None:
    installation.say("before", number)
    installation.text("STOP", number)
    assert "(opted out 20" in installation.run("people", "list").stdout
    done = installation.run("people", "opt-in", number)
    assert f"gets answers again at {number}" in done.stdout
    assert "Saved 2" in installation.say("after", number)
    again = installation.run("people", "opt-in", number)
    assert again.returncode == 1
    assert "has not opted out" in again.stderr


@pytest.mark.parametrize("number", ["12", "+", "whatsapp:", "call me"])
def test_a_number_that_is_none_gets_a_plain_sentence(installation: Installation, number: str) -> None:
    done = installation.run("people", "add", "Nobody", number)
    assert done.returncode == 1
    assert re.fullmatch(r"scrapbook: .+\n", done.stderr), done.stderr
