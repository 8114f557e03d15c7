"""An executor id has one app process, among all who share a database."""

from pathlib import Path

from scrapbook.store import Claim


def test_a_name_is_claimed_by_one_at_a_time(url: str, tmp_path: Path) -> None:
    first, second, other = (Claim(url, name, tmp_path) for name in ("app", "app", "app2"))
    assert first.is_ours()
    assert not second.is_ours()
    assert other.is_ours()
    assert first.is_ours()
    first.close()
    assert second.is_ours()
    second.close()
    other.close()
