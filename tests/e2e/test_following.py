"""The story of an assistant for the wildfires of a county: incidents, asked for by misspelled places."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from scrapbook.paths import ROOT
from tests.support.feeds import ChangingFeed, Post, conditional
from tests.support.installation import Installation, wait_until
from tests.support.pages import PageServer, page, serving

NUMBER, NEIGHBOUR = "+15550100", "+15550101"

NEARBY = """
import sys

if "scrapbook.feeds.feed_process" in sys.orig_argv:
    from scrapbook.links import public_client
    from tests.support.pages import Neighbourhood

    public_client.PublicInternet = lambda _: Neighbourhood({port})
"""
"""Read at the start of the process that fetches feeds, which inherits no other variable: names that end in
``.example`` lead to the test's server."""


@pytest.fixture(scope="module")
def server() -> Iterator[PageServer]:
    with serving() as server:
        yield server


@pytest.fixture(scope="module")
def county(server: PageServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    nearby = tmp_path_factory.mktemp("nearby")
    (nearby / "sitecustomize.py").write_text(NEARBY.format(port=server.server_port))
    variables = {"PYTHONPATH": f"{nearby}:{ROOT}"}
    installation = Installation(tmp_path_factory.mktemp("county"), (NUMBER, NEIGHBOUR), variables)
    try:
        installation.start()
        yield installation
    finally:
        installation.stop()


def incident(number: int, name: str, place: str, contained: int = 0) -> Post:
    text = f"{name} near {place}, {contained} % contained"
    return Post(f"{name} ({place})", f"https://fire.example/incidents/{number}", f"urn:fire:{number}", text)


def database(installation: Installation) -> Path:
    return Path(installation.database_url.removeprefix("sqlite:///"))


def titles(installation: Installation) -> list[str]:
    with closing(sqlite3.connect(database(installation))) as connection:
        return [title for (title,) in connection.execute("SELECT title FROM feed_items ORDER BY id")]


def ten_minutes_pass(installation: Installation, server: PageServer, number: int) -> None:
    """Make every feed due, as after ten minutes, and follow another page, which has the app look."""
    with closing(sqlite3.connect(database(installation), timeout=30)) as connection, connection:
        connection.execute("UPDATE feeds SET next_fetch_at = '2020-01-01 00:00:00.000000'")
    server.pages[f"/other/{number}"] = page(b"<p>Nothing much to be seen on this page</p>")
    installation.say(f"follow https://fire.example/other/{number} as other {number}", NEIGHBOUR)


@pytest.mark.timeout(600)
def test_a_county_watches_its_fires(county: Installation, server: PageServer) -> None:
    feed = ChangingFeed("County incidents")
    places = ("Napa", "Sonoma", "Santa Rosa", "Calistoga")
    feed.add(*(incident(number, f"Fire {number}", place) for number, place in enumerate(places, 1)))
    link = b'<link rel="alternate" type="application/rss+xml" href="/incidents.xml">'
    server.pages |= {
        "/": page(b"<html><head>" + link + b"</head><body>Incidents of the county</body></html>"),
        "/incidents.xml": conditional(feed.rss),
    }

    assert county.say("quiet off", NUMBER).startswith("There are no quiet hours")  # it runs at any hour
    reply = county.say("follow https://fire.example as fires", NUMBER)
    assert reply == "Following fires. To see what is new there, text: what's new"
    wait_until(lambda: len(titles(county)) == 4, 60, county.printed)

    assert "Fire 1 (Napa)" in county.say("find nappa in fires", NUMBER)
    assert "Fire 3 (Santa Rosa)" in county.say("find snta rosa in fires", NUMBER)
    assert county.say("what's new on fires", NUMBER).startswith("Nothing new.")

    reply = county.say("tell me when fires mentions napa", NUMBER)
    assert reply.startswith("I will tell you when fires mentions napa")
    sent = len(county.sent_to(NUMBER))
    feed.add(incident(5, "Glass Fire", "Healdsburg"), incident(6, "Hennessey Fire", "Napa"))
    feed.posts = [*feed.posts[:2], incident(1, "Fire 1", "Napa", 80), *feed.posts[3:]]
    ten_minutes_pass(county, server, 1)
    wait_until(lambda: len(county.sent_to(NUMBER)) > sent, 60, county.printed)
    assert county.sent_to(NUMBER)[sent:] == [
        "fires mentions napa:\nHennessey Fire (Napa)\nhttps://fire.example/incidents/6\n"
        "To end this, text: stop telling me about napa"
    ]

    reply = county.say("what's new", NUMBER)
    assert [line[2:] for line in reply.splitlines()[1:]] == [
        "Glass Fire (Healdsburg)",
        "Hennessey Fire (Napa)",
    ]
    assert county.say("save 2", NUMBER).startswith("Saved 1")
    assert "https://fire.example/incidents/6" in county.say("show 1", NUMBER)
    assert "80 % contained" in county.say("find fire 1 in fires", NUMBER)

    assert county.say("stop telling me about nappa", NUMBER) == "I won't tell you about napa any more."
    sent = len(county.sent_to(NUMBER))
    feed.add(incident(7, "Atlas Fire", "Napa"))
    ten_minutes_pass(county, server, 2)
    wait_until(lambda: "Atlas Fire (Napa)" in titles(county), 60, county.printed)
    assert len(county.sent_to(NUMBER)) == sent

    assert county.say("unfollow fiers", NUMBER) == "fires is not followed any more."
    assert county.say("following", NUMBER).startswith("You follow nothing.")
    assert "Incidents" not in county.say("find napa", NUMBER)
