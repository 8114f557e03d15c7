"""The ``scrapbook`` command beside a running house."""

import json
import re

import pytest

from tests.e2e.house import House, message_form, new_sid


def test_text_prints_the_replies(house: House, number: str) -> None:
    done = house.run("text", "python: decorators are just functions", "--from", number)
    assert done.returncode == 0, done.stderr
    assert "Saved 1" in done.stdout


def test_parse_prints_one_object_per_line(house: House) -> None:
    done = house.run("parse", stdin="fnid gpu\nI had a lovely walk\n\n")
    assert done.returncode == 0, done.stderr
    found, kept, empty = map(json.loads, done.stdout.splitlines())
    assert found["effect"] == "retrieve"
    assert {"entity": "query", "value": "gpu", "start": 5, "end": 8} in found["entities"]
    assert kept["effect"] == empty["effect"] == "save"
    assert kept["text"] == "I had a lovely walk"


def test_parse_counts_from_the_start_of_the_line(house: House) -> None:
    [found] = json.loads(house.run("parse", stdin="   find gpu\n").stdout)["entities"]
    assert "   find gpu"[found["start"] : found["end"]] == found["value"] == "gpu"


def test_match_prints_one_object_per_line(house: House) -> None:
    topics = house.folder / "topics.txt"
    topics.write_text("python\ngardening\n")
    done = house.run("match", "--topics", str(topics), stdin="pyhton\ngardening\nxylophone\n")
    assert [json.loads(line)["outcome"] for line in done.stdout.splitlines()] == ["sure", "exact", "none"]


def test_doctor_finds_nothing_to_complain_about(house: House) -> None:
    done = house.run("doctor")
    assert done.returncode == 0, done.stdout


def test_inbox_is_empty_when_everything_is_answered(house: House, number: str) -> None:
    house.say("a thought", number)
    assert "finished" in house.run("inbox").stdout


def test_people_are_added_renamed_and_removed(house: House) -> None:
    assert house.run("people", "add", "Ada", "+15550990", "whatsapp:+15550991").returncode == 0
    assert "whatsapp:+15550991" in house.run("people", "list").stdout
    assert house.run("people", "rename", "Ada", "Grace").returncode == 0
    assert "Saved 1" in house.say("a thought of Grace's", "+15550990")
    refused = house.run("people", "remove", "Grace")
    assert refused.returncode == 1
    assert "--with-entries" in refused.stderr
    assert house.run("people", "remove", "Grace", "--with-entries").returncode == 0
    assert "+15550990" not in house.run("people", "list").stdout
    house.webhook(message_form(new_sid(), "+15550990", "still there?"))
    assert len(house.sent_to("+15550990")) == 1


@pytest.mark.parametrize("number", ["12", "+", "whatsapp:", "call me"])
def test_a_number_that_is_none_gets_a_plain_sentence(house: House, number: str) -> None:
    done = house.run("people", "add", "Nobody", number)
    assert done.returncode == 1
    assert re.fullmatch(r"scrapbook: .+\n", done.stderr), done.stderr
