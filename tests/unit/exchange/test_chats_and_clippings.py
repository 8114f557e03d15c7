"""Chats and clippings are read in the forms of many phones, readers and languages."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from tests.unit.exchange.exports import read, written
from tests.unit.exchange.test_formats import TIMELINE

EVENING = "2024-02-13T21:25:00+00:00"


@pytest.mark.parametrize(
    ("begin", "created"),
    [
        ("13/02/2024, 21:25 - ", EVENING),
        ("13.02.24, 21:25 - ", EVENING),
        ("13.02.24 um 21:25 - ", EVENING),
        ("2/13/24, 9:25\u202fPM - ", EVENING),
        ("13/02/2024, 9:25 pm - ", EVENING),
        ("2024-02-13, 21:25 - ", EVENING),
        ("13/2/24 9:25:00 p. m.: ", EVENING),
        ("[13/02/2024, 21:25:00] ", EVENING),
        ("\u200e[13.2.2024 klo 21.25.00] ", EVENING),
        ("[2024. 2. 13. 오후 9:25:00] ", EVENING),
        ("\u200f[13/2/2024, 9:25:00 م] ", EVENING),
        ("[٢٠٢٤/٢/١٣, ٢١:٢٥:٠٠] ", EVENING),
    ],
)
def test_a_message_of_whatsapp_keeps_its_time(begin: str, created: str, tmp_path: Path) -> None:
    [entry] = read(written(tmp_path, {"c.txt": f"{begin}Ada: It is 12:30 - tea: yes\nor later\n"}))["entries"]
    assert (entry["text"], entry["author"]) == ("It is 12:30 - tea: yes\nor later", "Ada")
    assert entry["created_at"] == created


@pytest.mark.parametrize(
    ("days", "created"),
    [
        (("11/02/24", "12/02/24", "13/02/24"), "2024-02-11"),
        (("02/11/24", "02/12/24", "02/13/24"), "2024-02-11"),
        (("02/01/24", "02/02/24", "02/03/24"), "2024-02-01"),
        (("01/02/24", "02/02/24", "03/02/24"), "2024-02-01"),
    ],
)
def test_the_order_of_messages_tells_days_from_months(
    days: tuple[str, ...], created: str, tmp_path: Path
) -> None:
    chat = "".join(f"{day}, 12:00 - Ada: {day}\n" for day in days)
    first, *_ = read(written(tmp_path, {"c.txt": chat}))["entries"]
    assert (first["created_at"] or "").startswith(created)


def test_what_whatsapp_says_is_no_message_and_what_is_not_there_is_named(tmp_path: Path) -> None:
    chat = (
        "[13/02/2024, 21:25:00] Boats: \u200eAda created this group\n"
        "[13/02/2024, 21:26:00] Ada: \u200eimage omitted\n"
        "[13/02/2024, 21:27:00] Ada: \u200e<attached: 0001-PHOTO.jpg>\n"
        "[13/02/2024, 21:28:00] Ada: \u200eThis message was deleted.\n"
        "[13/02/2024, 21:29:00] Ada: Oars \u200e<This message was edited>\n"
    )
    found = read(written(tmp_path, {"c.txt": chat}))
    assert [entry["text"] for entry in found["entries"]] == ["0001-PHOTO.jpg", "Oars"]
    assert len(found["skipped"]) == 2


@pytest.mark.parametrize(
    "line",
    [
        "- Your Highlight on page 3 | Location 20-22 | Added on Saturday, March 2, 2024 7:15:30 AM",
        "- 3ページ|位置No. 20-22のハイライト |作成日: 2024年3月2日土曜日 7:15:30",
        "- Ваш выделенный отрывок страница 3 | Место 20–22 | Добавлено: суббота, 2 марта 2024 г. в 7:15:30",
        "- Uw markering op pagina 3 | locatie 20-22 | Toegevoegd op zaterdag 2 maart 2024 07:15:30",
        "- Seu destaque na página 3 | posição 20-22 | Adicionado: sábado, 2 de março de 2024 07:15:30",
        "- Twoje zaznaczenie na stronie 3 | Lokalizacja 20-22 | Dodano sobota, 2 marca 2024 07:15:30",
        "- 3페이지의 하이라이트 | 위치 20-22 | 추가됨: 2024년 3월 2일 토요일 오전 7:15:30",
        "- 您在第 3 頁（位置 #20-22）的標註 | 新增於 2024年3月2日 星期六 上午7:15:30",
    ],
)
def test_a_highlight_of_a_reader_in_any_language_keeps_its_place_and_time(line: str, tmp_path: Path) -> None:
    [entry] = read(written(tmp_path, {"k.txt": f"Walks (Ada)\n{line}\n\nSlow.\n==========\n"}))["entries"]
    assert entry["text"] == "“Slow.”\n— Ada, Walks, page 3, location 20-22"
    assert entry["created_at"] == "2024-03-02T07:15:30+00:00"


def test_a_date_that_cannot_be_is_named_and_none_is_made_up(tmp_path: Path) -> None:
    line = "- Your Highlight on page 3 | Added on Thursday, 31 February 2019 10:00:00"
    found = read(written(tmp_path, {"k.txt": f"Walks (Ada)\n{line}\n\nSlow.\n==========\n"}))
    assert found["entries"][0]["created_at"] is None
    assert "cannot be read" in found["skipped"][0]["why"]


def test_an_account_of_telegram_has_its_chats_by_their_names(tmp_path: Path) -> None:
    def message(text: str) -> dict[str, Any]:
        return {"id": 1, "type": "message", "date": "2024-03-02T07:15:30", "from": "Ada", "text": text}

    chats = [
        {"name": "Boats", "type": "private_group", "id": 1, "messages": [message("a")]},
        {"type": "saved_messages", "id": 2, "messages": [message("b")]},
    ]
    account = {"about": "x", "personal_information": {}, "chats": {"about": "y", "list": chats}}
    found = read(written(tmp_path, {"result.json": account}))
    assert found["format"] == "telegram"
    assert [(entry["text"], entry["topic"]) for entry in found["entries"]] == [("a", "Boats"), ("b", None)]


def test_bookmarks_of_x_are_found_in_what_a_browser_recorded(tmp_path: Path) -> None:
    def request(name: str, content: dict[str, str]) -> dict[str, Any]:
        return {
            "request": {"url": f"https://x.com/i/api/graphql/a/{name}"},
            "response": {"content": content},
        }

    answer = json.dumps(TIMELINE)
    recorded = [
        request("HomeTimeline", {"text": answer.replace('"17"', '"18"')}),
        request("Bookmarks?v", {"text": base64.b64encode(answer.encode()).decode(), "encoding": "base64"}),
        request("Bookmarks?v", {"text": answer[:100]}),
    ]
    found = read(written(tmp_path, {"x.har": {"log": {"version": "1.2", "entries": recorded}}}))
    assert [entry["source"] for entry in found["entries"]] == ["https://x.com/ada/status/17"]
    assert [one["where"] for one in found["skipped"]] == ["x.har, request 3"]


def test_a_page_that_was_saved_twice_is_one_entry_with_all_topics_and_notes(tmp_path: Path) -> None:
    def link(note: str, folder: str, added: int) -> str:
        anchor = f'<DT><A HREF="https://example.org/o" ADD_DATE="{added}">Oars</A>\n<DD>{note}\n'
        return f"<DT><H3>{folder}</H3>\n<DL><p>{anchor}</DL><p>\n"

    links = link("ash", "Boats", 1709363730) + link("of oak", "Craft", 1709363000)
    found = read(written(tmp_path, {"b.html": f"<!DOCTYPE NETSCAPE-Bookmark-file-1>\n<DL><p>{links}</DL>"}))
    [entry] = found["entries"]
    assert entry["text"] == "Oars\nhttps://example.org/o\n\nof oak\n\nash\n\n#Boats"
    assert entry["topic"] == "Craft"
