"""Scripts without spaces between words, and emoji, are found on both databases."""

import asyncio

import pytest
from sqlalchemy import text as sql

from scrapbook.store import Person, Store, Transaction
from scrapbook.store.attached_words import character_terms
from scrapbook.text.parsed_text import ParsedText, UnparsedText
from scrapbook.workflows import indexing
from tests.integration.conftest import NOW, searched


def save(tx: Transaction, person: Person, *texts: str) -> None:
    for text in texts:
        tx.entries.add(person.id, ParsedText(text), None, None, NOW)


def found(tx: Transaction, person: Person, query: str) -> list[str]:
    return [entry.text for entry in searched(tx, person, query)]


CASES = [
    ("今日は寒い日だった", "寒い"),
    ("今日は寒い日だった", "寒"),
    ("今日は寒い日だった", "日"),
    ("今日は寒い日だった", "寒い日 今日"),
    ("スーパーでラーメンを買う", "ラーメン"),
    ("ｽｰﾊﾟｰで買う", "スーパー"),
    ("我要去超市买牛奶和鸡蛋", "牛奶"),
    ("我要去超市买牛奶和鸡蛋", "超市 鸡蛋"),
    ("我要去超市买牛奶和鸡蛋", "蛋"),
    ("วันนี้อากาศหนาวมาก", "หนาว"),
    ("ຂ້ອຍມັກກາເຟເຢັນ", "ກາເຟ"),
    ("ខ្ញុំចូលចិត្តកាហ្វេ", "កាហ្វេ"),
    ("서울대학교에서 만났다", "학교"),
    ("서울대학교에서 만났다", "대학교"),
    ("우유를 샀다", "우유"),
    ("GPUの温度が高い", "温度"),
    ("昨日のgpuの温度", "gpu"),
    ("昨日のgpuの温度", "GPUの温度"),
    ("pizza tonight 🍕", "🍕"),
    ("pizza tonight 🍕", "pizza 🍕"),
    ("party🎉time", "🎉"),
    ("well done 👍🏽", "👍"),
    ("well done 👍", "👍🏿"),
    ("dinner by 👩‍🍳", "👩‍🍳"),
    ("dinner by 👩🏽‍🍳", "🍳"),
    ("I ❤️ this", "❤"),
    ("I ❤ this", "❤️"),
    ("off to 🇩🇪 again", "🇩🇪"),
    ("𠮷野家に行った", "野家"),
    ("𠮷野家に行った", "𠮷"),
]


@pytest.mark.parametrize(("text", "query"), CASES)
def test_an_entry_is_found(store: Store, ann: Person, text: str, query: str) -> None:
    with store.transaction() as tx:
        save(tx, ann, text, "something else", "別のこと", "🌂🇫🇷")
        assert found(tx, ann, query) == [text]


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("今日は寒い日", "寒日"),
        ("我要去超市", "市超"),
        ("🇩🇪🇫🇷", "🇪🇫"),
        ("pizza 🍕", "🍔"),
        ("well done 👍🏽", "🏽"),
        ("寒い", "ꙮ"),
    ],
)
def test_what_is_not_there_is_not_found(store: Store, ann: Person, text: str, query: str) -> None:
    with store.transaction() as tx:
        save(tx, ann, text)
        assert found(tx, ann, query) == []


def test_a_word_at_the_beginning_comes_before_the_same_within_another(store: Store, ann: Person) -> None:
    with store.transaction() as tx:
        save(tx, ann, "学校に行った", "大学校の話")
        assert found(tx, ann, "学校") == ["学校に行った", "大学校の話"]


def test_an_emoji_only_orders_what_the_words_find(store: Store, ann: Person) -> None:
    with store.transaction() as tx:
        save(tx, ann, "pizza with Ben 🍕", "pizza again")
        assert found(tx, ann, "pizza 🍕") == ["pizza with Ben 🍕", "pizza again"]
        assert found(tx, ann, "pizza 🍔") == found(tx, ann, "pizza")


def test_the_index_follows_the_text(store: Store, ann: Person) -> None:
    with store.transaction() as tx:
        save(tx, ann, "牛奶 🍕")
        [entry] = tx.entries.list(ann.id)
        with tx.changes.recording(ann.id, None, "edit", {}, NOW):
            tx.entries.change_text(entry.id, ParsedText("今日は寒い 🎉"), NOW)
        assert (found(tx, ann, "牛奶"), found(tx, ann, "🍕")) == ([], [])
        assert found(tx, ann, "寒い") == found(tx, ann, "🎉") == ["今日は寒い 🎉"]
        tx.changes.undo_latest(ann.id, NOW)
        assert found(tx, ann, "奶") == found(tx, ann, "🍕") == ["牛奶 🍕"]
        assert found(tx, ann, "寒い") == []


def test_the_index_follows_the_topic(store: Store, ann: Person) -> None:
    with store.transaction() as tx:
        topic = tx.topics.add(ann.id, "food")
        tx.entries.add(ann.id, ParsedText("我要买牛奶"), topic.id, None, NOW)
        tx.topics.rename(topic.id, "groceries")
        assert found(tx, ann, "牛奶 groceries") == ["我要买牛奶"]
        assert found(tx, ann, "牛奶 food") == []


def test_one_person_never_finds_anothers_entry(store: Store, ann: Person, ben: Person) -> None:
    with store.transaction() as tx:
        save(tx, ann, "寒い日 🍕")
        assert found(tx, ben, "い日") == found(tx, ben, "🍕") == []


def test_a_long_text_in_such_a_script_is_indexed_within_the_limits(store: Store, ann: Person) -> None:
    signs = "".join(map(chr, range(0x4E00, 0x9FA0)))
    with store.transaction() as tx:
        save(tx, ann, "牛奶" + signs * 12)
        assert len(found(tx, ann, "牛奶")) == 1


def test_a_text_that_is_saved_unparsed_is_saved(store: Store, ann: Person) -> None:
    with store.transaction() as tx:
        tx.entries.add(ann.id, UnparsedText("今日は寒い"), None, None, NOW)
        assert found(tx, ann, "今日") == ["今日は寒い"]


def test_entries_of_an_earlier_release_are_indexed_batch_by_batch(
    store: Store, ann: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indexing, "BATCH", 2)
    monkeypatch.setattr(indexing, "PAUSE_SECONDS", 0)
    with store.transaction() as tx:
        save(tx, ann, "今日は寒い", "plain", "pizza 🍕", "一番寒い", "日本語")
        tx._work.session.execute(sql("UPDATE entries SET character_terms = NULL"))
        assert found(tx, ann, "寒い") == found(tx, ann, "🍕") == []
        assert found(tx, ann, "plain") == ["plain"]
    with store.transaction() as tx:
        assert tx.entries.index_characters(1) == 1
        assert found(tx, ann, "本語") == ["日本語"]
    assert asyncio.run(indexing.index_characters(store)) == 4
    assert asyncio.run(indexing.index_characters(store)) == 0
    with store.transaction() as tx:
        assert found(tx, ann, "寒い") == ["一番寒い", "今日は寒い"]
        assert found(tx, ann, "🍕") == ["pizza 🍕"]


def test_a_text_in_latin_letters_has_no_terms() -> None:
    assert character_terms("Crème brûlée, 3.5 & Привет") == ""
