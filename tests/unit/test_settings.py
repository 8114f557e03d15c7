"""A setting that is wrong is refused in a plain sentence that names it and says what it takes."""

from datetime import timedelta
from pathlib import Path

import pytest

from scrapbook.errors import SettingsError
from scrapbook.settings import Settings

ACCOUNT = {
    "TWILIO_ACCOUNT_SID": "AC1",
    "TWILIO_AUTH_TOKEN": "secret",
    "TWILIO_FROM": "+15550199",
    "SCRAPBOOK_PUBLIC_URL": "https://scrapbook.example.org",
}

SHORT_SECRET = "must have at least 32 characters, as `openssl rand -hex 32` prints them"


@pytest.fixture(autouse=True)
def nothing_is_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # where there is no .env
    for field in Settings.model_fields.values():
        monkeypatch.delenv(str(field.validation_alias), raising=False)
        monkeypatch.delenv(f"{field.validation_alias}_FILE", raising=False)


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("SCRAPBOOK_MODE", "prod", "must be 'development' or 'production'"),
        ("SCRAPBOOK_PORT", "80", "must be at least 1024"),
        ("SCRAPBOOK_PORT", "65535", "must be at most 65500"),
        ("SCRAPBOOK_PORT", "http", "must be a whole number"),
        ("SCRAPBOOK_INTERNAL_SECRET", "short", SHORT_SECRET),
        ("SCRAPBOOK_VOICE_SECRET", "s" * 31, SHORT_SECRET),
        (
            "SCRAPBOOK_ALLOWED_NUMBERS",
            "+15550100, 555",
            "555 is not a phone number with a plus and the country code",
        ),
        ("SCRAPBOOK_PUBLIC_URL", "scrapbook.example", "must be a URL like https://scrapbook.example.org"),
        (
            "SCRAPBOOK_RASA_URL",
            "rasa:8003",
            "'rasa:8003' is not a URL like http://rasa:8003; separate several with commas",
        ),
        ("SCRAPBOOK_SEND_RATE", "-1", "must be at least 0"),
        ("SCRAPBOOK_SEND_RATE", "inf", "must be a number"),
        ("SCRAPBOOK_SEND_RATE", "fast", "must be a number"),
        ("SCRAPBOOK_DAILY_SEGMENTS", "-30", "must be at least 0"),
        (
            "SCRAPBOOK_DAILY_SEGMENTS",
            "29",
            "must be 0 for no limit, or at least 30: the longest reply has to fit",
        ),
        (
            "SCRAPBOOK_DAILY_SEGMENTS_IN_ALL",
            "1",
            "must be 0 for no limit, or at least 30: the longest reply has to fit",
        ),
        ("SCRAPBOOK_DAILY_SEGMENTS_IN_ALL", "many", "must be a whole number"),
        ("SCRAPBOOK_MESSAGES_PER_MINUTE", "-1", "must be at least 0"),
        ("SCRAPBOOK_MESSAGES_PER_MINUTE", "0.5", "must be a whole number"),
        ("SCRAPBOOK_DELETE_MEDIA", "perhaps", "must be true or false"),
        ("SCRAPBOOK_FORGET_TEXTS_AFTER", "-1", "must be at least 0"),
        ("SCRAPBOOK_FORGET_TEXTS_AFTER", "a year", "must be a whole number"),
        (
            "SCRAPBOOK_FORGET_TEXTS_AFTER",
            "6",
            "must be 0 for never, or at least 7 days, for which DBOS stores texts",
        ),
        ("SCRAPBOOK_FORGET_TEXTS_AFTER", "1000000", "must be at most 36500"),
        ("SCRAPBOOK_LOG_LEVEL", "LOUD", "must be one of DEBUG, INFO, WARNING, ERROR, CRITICAL"),
        ("SENTRY_DSN", "sentry", "must be a DSN like https://key@sentry.example.org/1"),
        ("SENTRY_TRACES_SAMPLE_RATE", "10", "must be at most 1"),
        ("SENTRY_TRACES_SAMPLE_RATE", "all", "must be a number"),
    ],
)
def test_a_wrong_value_is_refused_in_a_plain_sentence(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, sentence: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as refused:
        Settings.load()
    assert str(refused.value) == f"{name}: {sentence}"


def test_all_that_is_wrong_is_said_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCRAPBOOK_PORT", "80")
    monkeypatch.setenv("SCRAPBOOK_DELETE_MEDIA", "perhaps")
    with pytest.raises(SettingsError) as refused:
        Settings.load()
    assert len(str(refused.value).splitlines()) == 2


@pytest.mark.parametrize("name", list(ACCOUNT)[1:])
def test_an_account_without_the_rest_is_refused_by_the_name_of_what_is_missing(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    for key, value in ACCOUNT.items():
        monkeypatch.setenv(key, value)
    Settings.load()
    monkeypatch.delenv(name)
    with pytest.raises(SettingsError, match=f"{name} must be set too"):
        Settings.load()


def test_a_secret_is_not_quoted_where_it_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SENTRY_DSN", "my-secret")
    with pytest.raises(SettingsError) as refused:
        Settings.load()
    assert "my-secret" not in str(refused.value)


def test_a_file_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TWILIO_AUTH_TOKEN_FILE", str(tmp_path / "token"))
    with pytest.raises(SettingsError, match=r"TWILIO_AUTH_TOKEN_FILE: No such file .*token"):
        Settings.load()


def test_what_costs_money_is_limited_where_there_is_an_account_and_free_where_there_is_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    free = Settings.load()
    assert (free.segments_per_day, free.messages_per_minute_limit, free.segments_per_second) == ((0, 0), 0, 0)
    for key, value in ACCOUNT.items():
        monkeypatch.setenv(key, value)
    paid = Settings.load()
    assert (paid.segments_per_day, paid.messages_per_minute_limit, paid.segments_per_second) == (
        (200, 1000),
        60,
        1,
    )


def test_texts_are_kept_unless_somebody_says_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Settings.load().text_retention is None
    monkeypatch.setenv("SCRAPBOOK_FORGET_TEXTS_AFTER", "30")
    assert Settings.load().text_retention == timedelta(days=30)


def test_each_start_makes_a_new_secret_in_a_file_of_its_owner(tmp_path: Path) -> None:
    settings = Settings(SCRAPBOOK_DATA_DIR=str(tmp_path))
    secrets = []
    for _ in range(2):
        settings.renew_internal_secret()
        secrets.append(settings.internal_secret_value)
        settings.create_internal_secret()  # as each process does; it leaves the file as it is
        assert settings.internal_secret_value == secrets[-1]
    assert len({*secrets}) == 2
    assert (tmp_path / "run" / "internal.secret").stat().st_mode & 0o777 == 0o600


def test_a_secret_that_is_set_is_in_no_file(tmp_path: Path) -> None:
    settings = Settings(SCRAPBOOK_DATA_DIR=str(tmp_path), SCRAPBOOK_INTERNAL_SECRET="s" * 32)
    settings.create_internal_secret()
    assert settings.internal_secret_value == "s" * 32
    assert not list(tmp_path.rglob("*.secret"))
