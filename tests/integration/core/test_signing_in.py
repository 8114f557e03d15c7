"""Links and sessions as they are stored, on both databases."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from scrapbook.core.signing_in import (
    LINK_LIFETIME,
    SESSION_LIFETIME,
    create_link,
    link_is_open,
    session_of,
    sign_out_everywhere,
    use_link,
)
from scrapbook.media.storage import MediaStore
from scrapbook.settings import Settings
from scrapbook.store import Person, Store
from scrapbook.workflows.retention import purge_expired
from tests.integration.conftest import NOW
from tests.support.served_book import rows_of

SECOND = timedelta(seconds=1)


def new_link(store: Store, person: Person) -> str:
    return store.write(lambda tx: create_link(tx, person.id, NOW))


def new_session(store: Store, person: Person) -> str:
    token = new_link(store, person)
    opened = store.write(lambda tx: use_link(tx, token, "Firefox on Linux", NOW))
    assert opened
    return opened.token


def test_a_link_opens_one_session_of_its_person(store: Store, ann: Person, ben: Person):
    new_link(store, ben)
    token = new_link(store, ann)
    assert store.read(lambda tx: link_is_open(tx, token, NOW))
    opened = store.write(lambda tx: use_link(tx, token, "Firefox on Linux", NOW))
    assert opened
    session = store.read(lambda tx: session_of(tx, opened.token, NOW))
    assert session
    assert (session.id, session.person_id, session.device) == (opened.id, ann.id, "Firefox on Linux")
    assert store.write(lambda tx: use_link(tx, token, "Firefox on Linux", NOW)) is None
    assert not store.read(lambda tx: link_is_open(tx, token, NOW))


def test_of_uses_at_the_same_time_one_opens_a_session(store: Store, ann: Person):
    for _ in range(3):
        token = new_link(store, ann)
        with ThreadPoolExecutor(8) as threads:
            opened = list(
                threads.map(lambda _: store.write(lambda tx: use_link(tx, token, "", NOW)), range(8))  # noqa: B023
            )
        assert Counter(one is None for one in opened) == {True: 7, False: 1}


def test_links_and_sessions_expire_to_the_second(store: Store, ann: Person):
    token, session = new_link(store, ann), new_session(store, ann)

    def is_open(after: timedelta) -> bool:
        return store.read(lambda tx: link_is_open(tx, token, NOW + after))

    def lasts(after: timedelta) -> bool:
        return store.read(lambda tx: session_of(tx, session, NOW + after)) is not None

    assert [is_open(LINK_LIFETIME - SECOND), is_open(LINK_LIFETIME)] == [True, False]
    assert store.write(lambda tx: use_link(tx, token, "", NOW + LINK_LIFETIME)) is None
    assert [lasts(SESSION_LIFETIME - SECOND), lasts(SESSION_LIFETIME)] == [True, False]


def test_signing_out_everywhere_leaves_nothing_of_the_person_alone(store: Store, ann: Person, ben: Person):
    new_link(store, ann)
    sessions = [new_session(store, ann), new_session(store, ann)]
    of_ben = new_session(store, ben)
    ended = store.write(lambda tx: sign_out_everywhere(tx, ann.id, NOW))
    assert (ended.sessions, ended.links) == (2, 1)
    with store.transaction(read_only=True) as tx:
        assert [session_of(tx, token, NOW) for token in sessions] == [None, None]
        assert session_of(tx, of_ben, NOW)


def test_who_is_removed_is_signed_out(store: Store, ann: Person):
    new_link(store, ann)
    new_session(store, ann)
    store.write(lambda tx: tx.people.remove(ann.id))
    assert rows_of(store) == []


def test_what_has_expired_is_deleted(store: Store, ann: Person, url: str, tmp_path, monkeypatch):
    monkeypatch.setenv("SCRAPBOOK_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("SCRAPBOOK_DATABASE_URL", url)
    files = MediaStore(str(tmp_path / "media"))
    new_link(store, ann)
    new_session(store, ann)

    def left(after: timedelta) -> int:
        purge_expired(Settings.load(), store, files, NOW + after)
        return len(rows_of(store))

    # Two links, one of them used, and a session.
    assert [left(timedelta(0)), left(LINK_LIFETIME + SECOND), left(SESSION_LIFETIME + SECOND)] == [3, 1, 0]
