"""A hostile or damaged export gets a plain sentence for each thing that is left out, and hurts nothing."""

import io
import json
import stat
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import pytest

from scrapbook.exchange import sources
from scrapbook.exchange.registry import all_formats
from scrapbook.exchange.sources import ExportUnreadable, open_source
from tests.unit.exchange.exports import JPEG, read, written, zipped
from tests.unit.exchange.test_formats import EXPORTS

PINS = [{"href": "https://example.org/o", "description": "Oars", "extended": "", "tags": "", "time": ""}]


def whys(found: Any) -> list[str]:
    return [one["why"] for one in found["skipped"]]


def sentences(path: Path) -> list[str]:
    """What was left out, or why the whole was refused."""
    try:
        return whys(read(path))
    except ExportUnreadable as error:
        return [str(error)]


@pytest.mark.parametrize("name", ["../../evil.md", "/etc/evil.md", "C:\\evil.md", "a/../../evil.md"])
def test_a_name_that_leads_out_of_an_archive_is_left_out(name: str, tmp_path: Path) -> None:
    found = read(zipped(tmp_path / "a.zip", {"note.md": "kept", name: "evil"}))
    assert [entry["text"] for entry in found["entries"]] == ["note\n\nkept"]
    assert whys(found) == ["Its name leads out of the archive."]


def test_a_link_in_a_zip_is_left_out(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"note.md": "![](passwd)"})
    with zipfile.ZipFile(path, "a") as archive:
        link = zipfile.ZipInfo("passwd")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
    found = read(path)
    assert found["entries"][0]["attachments"] == []
    assert "It is a link, and links are not followed." in whys(found)


def test_a_link_in_a_folder_is_left_out(tmp_path: Path) -> None:
    folder = written(tmp_path / "vault", {"a.md": "![](secret.png)", "b.md": "b"})
    (tmp_path / "secret.png").write_bytes(JPEG)
    (folder / "secret.png").symlink_to(tmp_path / "secret.png")
    found = read(folder)
    assert all(entry["attachments"] == [] for entry in found["entries"])
    assert "It is a link to another file, and links are not followed." in whys(found)


def test_a_file_names_none_outside_its_folder(tmp_path: Path) -> None:
    written(tmp_path, {"secret.png": JPEG, "notes/oars.md": "![](../secret.png)"})
    assert read(tmp_path / "notes" / "oars.md")["entries"][0]["attachments"] == []


def test_a_link_and_a_name_that_leads_out_of_a_tar_are_left_out(tmp_path: Path) -> None:
    path = tmp_path / "a.tgz"
    with tarfile.open(path, "w:gz") as archive:
        for name in ("note.md", "../evil.md"):
            info = tarfile.TarInfo(name)
            info.size = 4
            archive.addfile(info, io.BytesIO(b"kept"))
        link = tarfile.TarInfo("passwd.md")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    found = read(path)
    assert [entry["text"] for entry in found["entries"]] == ["note\n\nkept"]
    assert len(found["skipped"]) == 2


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "MIN_SUSPECT", 2**20)
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb.json", b"[" + b" " * 4 * 2**20)
    with pytest.raises(ExportUnreadable, match="unpacks to more than its size allows"):
        read(path)


def test_a_bomb_of_gzip_is_refused_while_it_is_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import gzip

    monkeypatch.setattr(sources, "MIN_SUSPECT", 2**20)
    path = tmp_path / "bomb.json.gz"
    path.write_bytes(gzip.compress(b" " * 4 * 2**20))
    with pytest.raises(ExportUnreadable, match="unpacks to more than its size allows"):
        read(path)


def test_a_zip_of_many_names_is_read(tmp_path: Path) -> None:
    path = tmp_path / "many.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(20_000):
            archive.writestr(f"{number:06}.bin", b"\0")
        archive.writestr("note.md", "kept")
    assert len(read(path)["entries"]) == 1


def test_more_names_than_any_export_has_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "MAX_FILES", 10)
    many = {f"{number}.md": "note" for number in range(11)}
    for path in (zipped(tmp_path / "many.zip", many), written(tmp_path / "many", many)):
        with pytest.raises(ExportUnreadable, match="Import it in parts"):
            open_source(path)


def test_json_that_is_nested_a_thousand_deep_is_left_out(tmp_path: Path) -> None:
    deep = json.dumps(PINS[0])[:-1] + ', "x": ' + "[" * 1000 + "]" * 1000 + "}"
    found = read(written(tmp_path, {"pins.json": f"[{json.dumps(PINS[0])}, {deep}]"}))
    assert len(found["entries"]) == 1
    assert whys(found) == ["pins.json is nested more than 200 deep."]


def test_html_that_is_nested_ten_thousand_deep_is_read(tmp_path: Path) -> None:
    folders = "<DL><p><DT><H3>x</H3>" * 10_000
    link = '<DT><A HREF="https://example.org/o">Oars</A>'
    found = read(written(tmp_path, {"b.html": f"<!DOCTYPE NETSCAPE-Bookmark-file-1>{folders}{link}"}))
    assert len(found["entries"]) == 1


def test_a_note_of_evernote_nested_ten_thousand_deep_does_not_end_the_import(tmp_path: Path) -> None:
    deep = "<div>" * 10_000 + "deep" + "</div>" * 10_000
    notes = "".join(
        f"<note><title>{title}</title><content><![CDATA[<en-note>{body}</en-note>]]></content></note>"
        for title, body in (("a", deep), ("b", "<div>kept</div>"))
    )
    found = read(written(tmp_path, {"n.enex": f"<en-export>{notes}</en-export>"}))
    assert "b\n\nkept" in [entry["text"] for entry in found["entries"]]


def test_entities_are_never_expanded(tmp_path: Path) -> None:
    secret = written(tmp_path / "secret", {"s.txt": "the secret"})
    definitions = f'<!ENTITY f SYSTEM "file://{secret}"><!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;">'
    note = "<note><title>&f;&b;</title><content><![CDATA[<en-note>words</en-note>]]></content></note>"
    found = read(
        written(tmp_path, {"n.enex": f"<!DOCTYPE en-export [{definitions}]><en-export>{note}</en-export>"})
    )
    assert "secret" not in json.dumps(found)
    assert "lollol" not in json.dumps(found)


def test_formulas_of_a_table_are_words(tmp_path: Path) -> None:
    row = '"=HYPERLINK(""https://example.com"")",Walks,@SUM(A1),,,,,'
    head = "Highlight,Book Title,Book Author,Note,Tags,Location Type,Location,Highlighted at"
    [entry] = read(written(tmp_path, {"rw.csv": f"{head}\n{row}\n"}))["entries"]
    assert '=HYPERLINK("https://example.com")' in entry["text"]


def test_front_matter_that_refers_to_itself_is_kept_as_text_or_read(tmp_path: Path) -> None:
    bomb = "---\na: &a [x]\nb: &b [*a,*a,*a,*a]\ntags: *b\n---\nOars\n"
    found = read(written(tmp_path, {"a.md": bomb, "b.md": "---\n: [\n---\nRope"}))
    assert [("Oars" in e["text"], "Rope" in e["text"]) for e in found["entries"]] == [
        (True, False),
        (False, True),
    ]
    assert whys(found) == ["Its front matter cannot be read, and was kept as text."]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-8-sig", "latin-1"])
def test_a_text_is_read_in_whatever_encoding_it_is(encoding: str, tmp_path: Path) -> None:
    table = "title,url,time_added,tags,status\nÉté à Orléans,https://example.org/o,1709363730,été,unread\n"
    [entry] = read(written(tmp_path, {"p.csv": table.encode(encoding)}))["entries"]
    assert entry["text"] == "Été à Orléans\nhttps://example.org/o"
    assert entry["topic"] == "été"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "utf-8-sig"])
def test_json_is_read_in_whatever_encoding_it_is(encoding: str, tmp_path: Path) -> None:
    pins = json.dumps([{**PINS[0], "description": "Été 🐦"}], ensure_ascii=False)
    [entry] = read(written(tmp_path, {"p.json": pins.encode(encoding)}))["entries"]
    assert entry["text"] == "Été 🐦\nhttps://example.org/o"


def test_a_mark_in_the_middle_of_a_file_is_no_text(tmp_path: Path) -> None:
    table = (
        "title,url,time_added,tags,status\n\ufeffOars,https://example.org/o,1709363730,\ufeffboat,unread\n"
    )
    [entry] = read(written(tmp_path, {"p.csv": table}))["entries"]
    assert (entry["text"], entry["topic"]) == ("Oars\nhttps://example.org/o", "boat")


@pytest.mark.parametrize("name", [one.name for one in all_formats()])
def test_a_file_cut_anywhere_ends_in_entries_and_sentences(name: str, tmp_path: Path) -> None:
    files, _ = EXPORTS[name]
    first, content = next((name, one) for name, one in files.items() if ".obsidian" not in name)
    whole = content if isinstance(content, str) else json.dumps(content)
    raw = whole.encode()
    for end in range(1, len(raw), max(1, len(raw) // 40)):
        path = tmp_path / str(end)
        written(path, {**files, first: raw[:end]})
        assert all(why.endswith(".") for why in sentences(path if len(files) > 1 else path / first))


@pytest.mark.parametrize("end", [30, 100, 200, -1])
def test_a_zip_that_is_cut_is_refused_with_a_sentence(end: int, tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"note.md": "kept " * 50})
    path.write_bytes(path.read_bytes()[:end])
    with pytest.raises(ExportUnreadable):
        read(path)


def test_a_damaged_file_in_a_zip_is_reported_and_the_others_are_read(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"a.md": "a" * 500, "b.md": "kept"})
    path.write_bytes(path.read_bytes().replace(b"a" * 500, b"a" * 499 + b"!"))
    found = read(path)
    assert [entry["text"] for entry in found["entries"]] == ["b\n\nkept"]
    assert len(found["skipped"]) == 1


@pytest.mark.parametrize("repeated", ["\n", "![", "# ", "\\", "<", "[[", "%%"])
def test_no_text_takes_long(repeated: str, tmp_path: Path) -> None:
    words = repeated * 200_000
    entry = {"uuid": "a", "creationDate": "1" * 100_000, "text": f"{words}end"}
    journal = {"metadata": {"version": "1.0"}, "entries": [entry]}
    clip = "Walks (Ada)\n- Your Highlight on page 1 | Added on Saturday, 2 March 2024\n\nSlow.\n==========\n"
    long = f"Walks (Ada)\n- Your Highlight | Added on {words.strip()}\n\n{words}end\n==========\n"
    assert read(written(tmp_path / "j", {"j.json": journal}))["entries"][0]["text"].endswith("end")
    assert read(written(tmp_path / "n", {"n.md": f"#a {words}end"}))["entries"][0]["topic"] == "a"
    assert len(read(written(tmp_path / "k", {"k.txt": clip + long}))["entries"]) == 2
