"""Each format is told by looking inside, and its entries come with their times, topics, authors and files."""

import base64
import hashlib
from pathlib import Path
from typing import Any

import pytest

from scrapbook.exchange.format_docs import formats_page
from scrapbook.exchange.registry import all_formats
from tests.unit.exchange.exports import JPEG, read, written

DIGEST = hashlib.md5(JPEG, usedforsecurity=False).hexdigest()

TWEET = {
    "rest_id": "17",
    "core": {"user_results": {"result": {"core": {"name": "Ada", "screen_name": "ada"}}}},
    "legacy": {
        "created_at": "Sat Mar 02 07:15:30 +0000 2024",
        "full_text": "Bread &amp; salt https://t.co/a https://t.co/m",
        "entities": {
            "urls": [{"url": "https://t.co/a", "expanded_url": "https://example.org/a"}],
            "media": [{"url": "https://t.co/m"}],
        },
    },
}
TIMELINE = {
    "data": {
        "bookmark_timeline_v2": {
            "timeline": {
                "instructions": [
                    {"entries": [{"content": {"itemContent": {"tweet_results": {"result": TWEET}}}}]}
                ]
            }
        }
    }
}
CONVERSATION: dict[str, Any] = {
    "title": "Soup",
    "create_time": 1709363730.0,
    "conversation_id": "c-1",
    "current_node": "d",
    "mapping": {
        "a": {"parent": None, "children": ["b", "c"], "message": None},
        "b": {"parent": "a", "children": [], "message": None},
        "c": {
            "parent": "a",
            "children": ["d"],
            "message": {"author": {"role": "user"}, "content": {"content_type": "text", "parts": ["Leeks?"]}},
        },
        "d": {
            "parent": "c",
            "children": [],
            "message": {
                "author": {"role": "assistant"},
                "content": {"content_type": "text", "parts": ["And butter."]},
            },
        },
    },
}
ENEX = f"""<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE en-export SYSTEM "http://xml.evernote.com/pub/evernote-export4.dtd">
<en-export><note><title>Boat</title><created>20240302T071530Z</created><tag>river</tag><tag>on foot</tag>
<note-attributes><source-url>https://example.org/boat</source-url></note-attributes>
<content><![CDATA[<?xml version="1.0"?><!DOCTYPE en-note SYSTEM "x"><en-note><div>Two&nbsp;oars</div>
<div><en-todo checked="true"/>paint</div><en-media hash="{DIGEST}" type="image/jpeg"/></en-note>]]></content>
<resource><data encoding="base64">{base64.b64encode(JPEG).decode()}</data><mime>image/jpeg</mime></resource>
</note></en-export>"""

MORNING = "2024-03-02T07:15:30+00:00"
MINUTE = "2024-03-02T07:15:00+00:00"

EXPORTS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "dayone": (
        {
            "Journal.json": {
                "metadata": {"version": "1.0"},
                "entries": [
                    {
                        "uuid": "A",
                        "creationDate": "2024-03-02T07:15:30Z",
                        "timeZone": "Asia/Tokyo",
                        "text": "Rain\\.\n\n![](dayone-moment://P1)\n\nSun\\!",
                        "tags": ["weather", "long walk"],
                        "photos": [{"identifier": "P1", "md5": "ab", "type": "jpeg"}],
                    }
                ],
            },
            "photos/ab.jpeg": JPEG,
        },
        {
            "text": "Rain.\n\nSun!\n\n#long walk",
            "created_at": "2024-03-02T16:15:30+09:00",
            "topic": "weather",
            "attachments": ["photos/ab.jpeg"],
        },
    ),
    "google-keep": (
        {
            "Takeout/Keep/List.json": {
                "isTrashed": False,
                "isPinned": True,
                "title": "List",
                "listContent": [{"text": "milk", "isChecked": True}, {"text": "tea", "isChecked": False}],
                "createdTimestampUsec": 1709363730000000,
                "labels": [{"name": "shop"}],
            },
            "Takeout/Keep/List.html": "<html>List</html>",
        },
        {"text": "List\n\n- [x] milk\n- [ ] tea", "created_at": MORNING, "topic": "shop"},
    ),
    "evernote": (
        {"notes.enex": ENEX},
        {
            "text": "Boat\n\nTwo\u00a0oars\n- [x] paint\n\nhttps://example.org/boat\n\n#on foot",
            "created_at": MORNING,
            "topic": "river",
            "source": "https://example.org/boat",
            "attachments": [f"{DIGEST}/file.jpg"],
        },
    ),
    "kindle": (
        {
            "clips.txt": "\ufeffWalks (Ellison, Mara)\r\n"
            "- Ihre Markierung auf Seite 3 | bei Position 20-22 | "
            "Hinzugefügt am Samstag, 2. März 2024 07:15:30\r\n\r\nSlow down.\r\n==========\r\n"
            "Walks (Ellison, Mara)\r\n- Ihre Notiz auf Seite 3 | bei Position 22 | Hinzugefügt am Samstag, "
            "2. März 2024 07:16:00\r\n\r\nyes\r\n==========\r\n"
        },
        {
            "text": "“Slow down.”\n— Ellison, Mara, Walks, page 3, location 20-22\n\nyes",
            "created_at": MORNING,
            "author": "Ellison, Mara",
            "source": "Walks",
            "kind": "quote",
        },
    ),
    "jrnl": (
        {"journal.txt": "[2024-03-02 07:15] Rain. *\nWith @Ada by the canal.\n[1] still text\n"},
        {"text": "Rain.\nWith @Ada by the canal.\n[1] still text", "created_at": MINUTE, "topic": "Ada"},
    ),
    "obsidian": (
        {
            "vault/.obsidian/app.json": "{}",
            "vault/Oars.md": "---\ntags: [boat]\ncreated: 2024-03-02T07:15:30Z\n---\n"
            "Two. `#no` ![[oar.jpg|200]]\n",
            "vault/files/oar.jpg": JPEG,
        },
        {
            "text": "Oars\n\nTwo. `#no` ![[oar.jpg|200]]",
            "created_at": MORNING,
            "topic": "boat",
            "attachments": ["vault/files/oar.jpg"],
        },
    ),
    "apple-notes": (
        {
            "Notes/Boats/Oars/Oars.md": "# Oars\n\nTwo.\n\n![oar](Attachments/oar.jpg)",
            "Notes/Boats/Oars/Attachments/oar.jpg": JPEG,
        },
        {"topic": "Boats", "created_at": None, "attachments": ["Notes/Boats/Oars/Attachments/oar.jpg"]},
    ),
    "apple-journal": (
        {
            "2024-03-02.html": '<html><body><div class="pageContainer"><div class="pageHeader">Saturday, 2 '
            'March 2024</div><div class="title">Rain</div><div class="bodyText"><p>All day.</p></div></div>'
        },
        {"text": "Rain\n\nAll day.", "created_at": "2024-03-02T12:00:00+00:00"},
    ),
    "chatgpt": (
        {"conversations.json": [CONVERSATION]},
        {
            "text": "Soup\n\nYou: Leeks?\n\nChatGPT: And butter.\n\nhttps://chatgpt.com/c/c-1",
            "created_at": MORNING,
            "kind": "conversation",
        },
    ),
    "x-bookmarks": (
        {"answer.json": TIMELINE},
        {
            "text": "Bread & salt https://example.org/a\n\n— Ada (@ada)\nhttps://x.com/ada/status/17",
            "created_at": MORNING,
            "author": "Ada",
        },
    ),
    "telegram": (
        {
            "result.json": {
                "name": "Walks",
                "type": "private_group",
                "id": 5,
                "messages": [
                    {"id": 1, "type": "service", "date": "2024-03-02T07:00:00", "text": ""},
                    {
                        "id": 2,
                        "type": "message",
                        "date": "2024-03-02T08:15:30",
                        "date_unixtime": "1709363730",
                        "from": "Ada",
                        "text": ["See ", {"type": "text_link", "text": "it", "href": "https://example.org"}],
                    },
                ],
            }
        },
        {
            "text": "See [it](https://example.org)",
            "created_at": MORNING,
            "author": "Ada",
            "topic": "Walks",
            "source": "Walks",
        },
    ),
    "whatsapp": (
        {
            "WhatsApp Chat with Boats.txt": "02/03/2024, 07:15 - Messages are end-to-end encrypted.\n"
            "02/03/2024, 07:15 - Ada: Two oars\nand a rope\n"
        },
        {"text": "Two oars\nand a rope", "created_at": MINUTE, "author": "Ada", "topic": "Boats"},
    ),
    "memos": (
        {
            "memos.json": {
                "data": [{"id": 3, "createdTs": 1709363730, "content": "Oil #gate", "visibility": "P"}]
            }
        },
        {"text": "Oil #gate", "created_at": MORNING, "topic": "gate"},
    ),
    "karakeep": (
        {
            "export.json": {
                "bookmarks": [
                    {
                        "createdAt": 1709363730,
                        "title": "Oars",
                        "tags": ["boat"],
                        "lists": ["l"],
                        "content": {"type": "link", "url": "https://example.org/oars"},
                        "note": "ash",
                    }
                ],
                "lists": [{"id": "l", "name": "Craft"}],
            }
        },
        {
            "text": "Oars\nhttps://example.org/oars\n\nash\n\n#Craft",
            "created_at": MORNING,
            "topic": "boat",
            "kind": "link",
        },
    ),
    "readwise": (
        {
            "rw.csv": "Highlight,Book Title,Book Author,Note,Tags,Location Type,Location,Highlighted at\n"
            '"Slow, down.",Walks,Mara Ellison,yes,rest,page,3,2024-03-02 07:15:30+00:00\n'
        },
        {
            "text": "“Slow, down.”\n— Mara Ellison, Walks, page 3\n\nyes",
            "created_at": MORNING,
            "author": "Mara Ellison",
            "topic": "rest",
        },
    ),
    "raindrop": (
        {
            "r.csv": "id,title,note,excerpt,url,folder,tags,created,cover,highlights,favorite\n"
            '1,Oars,ash,,https://example.org/o,Craft / Boats,"wood",2024-03-02T07:15:30.000Z,,'
            '"Highlight:Two\n\nNote:why",false\n'
        },
        {
            "text": "Oars\nhttps://example.org/o\n\nash\n\n“Two”\n\nwhy\n\n#wood",
            "created_at": MORNING,
            "topic": "Boats",
        },
    ),
    "pocket": (
        {
            "p.csv": "title,url,time_added,tags,status\nOars,https://example.org/o,1709363730,boat|wood,unread\n"
        },
        {"text": "Oars\nhttps://example.org/o\n\n#wood", "created_at": MORNING, "topic": "boat"},
    ),
    "instapaper": (
        {
            "i.csv": "URL,Title,Selection,Folder,Timestamp\nhttps://example.org/o,Oars,Two,Archive,1709363730\n"
        },
        {"text": "Oars\nhttps://example.org/o\n\n“Two”", "created_at": MORNING, "topic": None},
    ),
    "omnivore": (
        {
            "metadata_0_to_20.json": [
                {
                    "slug": "oars",
                    "title": "Oars",
                    "url": "https://example.org/o",
                    "savedAt": "2024-03-02T07:15:30.000Z",
                    "labels": ["boat"],
                }
            ],
            "highlights/oars.md": "> Two\n",
        },
        {"text": "Oars\nhttps://example.org/o\n\n> Two", "created_at": MORNING, "topic": "boat"},
    ),
    "linkwarden": (
        {
            "backup.json": {
                "name": "Ada",
                "collections": [
                    {
                        "name": name,
                        "links": [
                            {"name": "Oars", "url": "https://example.org/o", "createdAt": made, "tags": []}
                        ],
                    }
                    for name, made in (("Craft", "2024-03-05T00:00:00Z"), ("Boats", "2024-03-02T07:15:30Z"))
                ],
            }
        },
        {"text": "Oars\nhttps://example.org/o\n\n#Craft", "created_at": MORNING, "topic": "Boats"},
    ),
    "scrapbook": (
        {
            "person.jsonl": {
                "format": "scrapbook",
                "version": 1,
                "exported_at": "2024-03-05T07:15:30+00:00",
                "name": "Ann",
                "timezone": "Europe/London",
                "addresses": [],
                "quiet_hours": {"begins": 0, "ends": 0},
                "next_number": 8,
            },
            "topics.jsonl": "",
            "entries.jsonl": {
                "number": 7,
                "text": "Oars of ash",
                "kind": "note",
                "topic": "Boats",
                "created_at": "2024-03-02T07:15:30+00:00",
                **dict.fromkeys(("edited_at", "deleted_at", "pinned_at", "due_at", "author", "reminder")),
                **dict.fromkeys(("is_quote", "has_link", "is_location"), False),
                "note": "notes/Boats/7 Oars of ash.md",
                **{name: [] for name in ("takeaways", "attachments", "links", "history")},
            },
        },
        {"text": "Oars of ash", "created_at": MORNING, "topic": "Boats"},
    ),
    "pinboard": (
        {
            "p.json": [
                {
                    "href": "https://example.org/o",
                    "description": "Oars",
                    "extended": "ash",
                    "time": "2024-03-02T07:15:30Z",
                    "tags": "boat",
                }
            ]
        },
        {"text": "Oars\nhttps://example.org/o\n\nash", "created_at": MORNING, "topic": "boat"},
    ),
    "netscape-html": (
        {
            "b.html": "<!DOCTYPE NETSCAPE-Bookmark-file-1>\n<DL><p><DT><H3>Boats</H3>\n<DL><p>\n"
            '<DT><A HREF="https://example.org/o" ADD_DATE="1709363730">Oars &amp; rope</A>\n'
            "<DD>ash\n</DL><p></DL>"
        },
        {"text": "Oars & rope\nhttps://example.org/o\n\nash", "created_at": MORNING, "topic": "Boats"},
    ),
}


@pytest.mark.parametrize("name", [one.name for one in all_formats()])
def test_every_format_is_told_by_its_content_and_read(name: str, tmp_path: Path) -> None:
    files, expected = EXPORTS[name]
    found = read(written(tmp_path, files))
    assert found["format"] == name
    assert found["skipped"] == []
    [entry] = found["entries"]
    assert {key: entry[key] for key in expected} == expected


@pytest.mark.parametrize("name", [one.name for one in all_formats()])
def test_a_format_is_told_whatever_the_file_is_called(name: str, tmp_path: Path) -> None:
    files, _ = EXPORTS[name]
    if len(files) > 1 or name in {"apple-notes", "obsidian"}:
        pytest.skip("a folder is told by the names in it")
    [content] = files.values()
    assert read(written(tmp_path, {"export.bin": content}))["format"] == name


def test_the_page_of_the_formats_is_as_they_say() -> None:
    assert Path("docs/importing.md").read_text("utf-8") == formats_page(), (
        "write it again: scrapbook import --formats > docs/importing.md"
    )
