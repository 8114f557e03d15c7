"""Everything that can be configured, typed and checked where it is read.

A value comes from the environment, from ``.env`` in the working directory, or from the file that
``NAME_FILE`` names (the way container secrets are handed over); the first of these that is set wins.
"""

import os
from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic.fields import FieldInfo
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)
from typing_extensions import override

from scrapbook.errors import AddressInvalid, SettingsError

# Who texts from our own phone when nobody is named: a number that is reserved for fiction.
PHONE_NUMBER = "+15550100"
# What the longest reply takes (1,600 characters of 16 bits), and one segment to tell that it was the last.
LEAST_SEGMENTS = 30
# As long as a journey that has ended is kept, with what was texted.
LEAST_DAYS = 7
DSN_LIKE_THIS = "https://key@sentry.example.org/1"


class Mode(StrEnum):
    """Whether the house may run what only helps to try it out."""

    DEVELOPMENT = "development"
    PRODUCTION = "production"


class _NamedFiles(PydanticBaseSettingsSource):
    """Reads ``NAME`` from the file that ``NAME_FILE`` names."""

    @override
    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        name = str(field.validation_alias)
        path = os.environ.get(f"{name}_FILE")
        if not path:
            return None, name, False
        try:
            return Path(path).read_text(encoding="utf-8").strip(), name, False
        except OSError as error:
            raise SettingsError(f"{name}_FILE: {error.strerror}: {path}") from error

    @override
    def __call__(self) -> dict[str, Any]:
        found = (self.get_field_value(field, name) for name, field in self.settings_cls.model_fields.items())
        return {alias: value for value, alias, _ in found if value}


class Settings(BaseSettings):
    """The settings of one installation; ``load()`` is the way to get them."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", env_ignore_empty=True, frozen=True)

    mode: Mode = Field(default=Mode.DEVELOPMENT, validation_alias="SCRAPBOOK_MODE")
    public_url: str = Field(default="", validation_alias="SCRAPBOOK_PUBLIC_URL")
    database_url: str = Field(default="", validation_alias="SCRAPBOOK_DATABASE_URL")
    data_dir: Path = Field(default=Path("scrapbook-data"), validation_alias="SCRAPBOOK_DATA_DIR")
    allowed_numbers: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(), validation_alias="SCRAPBOOK_ALLOWED_NUMBERS"
    )
    host: str = Field(default="127.0.0.1", validation_alias="SCRAPBOOK_HOST")
    port: int = Field(default=8000, ge=1024, le=65500, validation_alias="SCRAPBOOK_PORT")
    internal_host: str = Field(default="127.0.0.1", validation_alias="SCRAPBOOK_INTERNAL_HOST")
    executor_id: str = Field(default="app", min_length=1, validation_alias="SCRAPBOOK_EXECUTOR_ID")
    rasa_urls: Annotated[tuple[str, ...], NoDecode] = Field(default=(), validation_alias="SCRAPBOOK_RASA_URL")
    actions_url: str = Field(default="", validation_alias="SCRAPBOOK_ACTIONS_URL")
    send_rate: float | None = Field(
        default=None, ge=0, allow_inf_nan=False, validation_alias="SCRAPBOOK_SEND_RATE"
    )
    daily_segments: int | None = Field(default=None, ge=0, validation_alias="SCRAPBOOK_DAILY_SEGMENTS")
    daily_segments_in_all: int | None = Field(
        default=None, ge=0, validation_alias="SCRAPBOOK_DAILY_SEGMENTS_IN_ALL"
    )
    messages_per_minute: int | None = Field(
        default=None, ge=0, validation_alias="SCRAPBOOK_MESSAGES_PER_MINUTE"
    )
    voice_url: str = Field(default="", validation_alias="SCRAPBOOK_VOICE_URL")
    media_url: str = Field(default="", validation_alias="SCRAPBOOK_MEDIA_URL")
    delete_media: bool = Field(default=False, validation_alias="SCRAPBOOK_DELETE_MEDIA")
    forget_texts_after: int = Field(
        default=0, ge=0, le=36500, validation_alias="SCRAPBOOK_FORGET_TEXTS_AFTER"
    )
    log_level: str = Field(default="INFO", validation_alias="SCRAPBOOK_LOG_LEVEL")

    whisper_model: str = Field(default="small", min_length=1, validation_alias="WHISPER_MODEL")
    whisper_compute_type: str = Field(default="auto", validation_alias="WHISPER_COMPUTE_TYPE")

    twilio_account_sid: str = Field(default="", validation_alias="TWILIO_ACCOUNT_SID")
    twilio_auth_token: SecretStr = Field(default=SecretStr(""), validation_alias="TWILIO_AUTH_TOKEN")
    twilio_from: str = Field(default="", validation_alias="TWILIO_FROM")
    twilio_api_url: str = Field(default="", validation_alias="TWILIO_API_URL")
    sentry_dsn: SecretStr = Field(default=SecretStr(""), validation_alias="SENTRY_DSN")
    sentry_traces_sample_rate: float = Field(
        default=0.0, ge=0, le=1, validation_alias="SENTRY_TRACES_SAMPLE_RATE"
    )

    @classmethod
    @override
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, dotenv_settings, _NamedFiles(settings_cls)

    @classmethod
    def load(cls) -> Self:
        """Read and check the settings.

        Raises:
            SettingsError: a value is missing or wrong; the message names the setting and says what it takes.
        """
        try:
            return cls()
        except ValidationError as error:
            raise SettingsError("\n".join(_plainly(dict(problem)) for problem in error.errors())) from None

    @field_validator("allowed_numbers", mode="before")
    @classmethod
    def _split_numbers(cls, value: object) -> object:
        return tuple(value.replace(",", " ").split()) if isinstance(value, str) else value

    @field_validator("allowed_numbers")
    @classmethod
    def _are_numbers(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if not value:
            return value
        from scrapbook.numbers import normalise  # noqa: PLC0415 - all numbers of the world, where one is set

        for number in value:
            try:
                normalise(number)
            except AddressInvalid:
                raise ValueError(f"{number} is not a number with a plus and the country code") from None
        return value

    @field_validator("data_dir")
    @classmethod
    def _absolute(cls, value: Path) -> Path:
        return value.expanduser().absolute()

    @field_validator("public_url", "twilio_api_url", "actions_url", "voice_url")
    @classmethod
    def _is_a_url(cls, value: str) -> str:
        if value and not _is_url(value):
            raise ValueError("must be a URL like https://scrapbook.example.org")
        return value.rstrip("/")

    @field_validator("rasa_urls", mode="before")
    @classmethod
    def _split_urls(cls, value: object) -> object:
        return tuple(url.strip().rstrip("/") for url in value.split(",")) if isinstance(value, str) else value

    @field_validator("rasa_urls")
    @classmethod
    def _are_different_urls(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for url in value:
            if not _is_url(url):
                raise ValueError(
                    f"'{url}' is not a URL like http://rasa:8003; several have a comma between them"
                )
            if value.count(url) > 1:
                raise ValueError(f"{url} is named more than once")
        return value

    @field_validator("daily_segments", "daily_segments_in_all")
    @classmethod
    def _has_room_for_a_reply(cls, value: int | None) -> int | None:
        if value and value < LEAST_SEGMENTS:
            raise ValueError(
                f"must be 0 for no limit, or at least {LEAST_SEGMENTS}: the longest reply has to fit"
            )
        return value

    @field_validator("forget_texts_after")
    @classmethod
    def _is_not_sooner_than_the_engine(cls, value: int) -> int:
        if 0 < value < LEAST_DAYS:
            raise ValueError(
                f"must be 0 for never, or at least {LEAST_DAYS} days: the durable engine has texts so long"
            )
        return value

    @field_validator("sentry_dsn")
    @classmethod
    def _is_a_dsn(cls, value: SecretStr) -> SecretStr:
        if not value.get_secret_value():
            return value
        from sentry_sdk.utils import BadDsn, Dsn  # noqa: PLC0415 - a large library, of which most need nothing

        try:
            Dsn(value.get_secret_value())
        except BadDsn:
            raise ValueError(f"must be a DSN like {DSN_LIKE_THIS}") from None
        return value

    @field_validator("log_level")
    @classmethod
    def _is_a_level(cls, value: str) -> str:
        if value.upper() not in {"DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"}:
            raise ValueError("must be one of DEBUG, INFO, WARNING, ERROR, CRITICAL")
        return value.upper()

    @model_validator(mode="after")
    def _agree(self) -> Self:
        needed = {
            "TWILIO_AUTH_TOKEN": self.twilio_auth_token.get_secret_value(),
            "TWILIO_FROM": self.twilio_from,
            "SCRAPBOOK_PUBLIC_URL": self.public_url,
        }
        missing = [name for name, value in needed.items() if not value]
        if self.twilio_account_sid and missing:
            raise ValueError(f"TWILIO_ACCOUNT_SID is set, so {', '.join(missing)} must be set too")
        if self.twilio_api_url and not self.twilio_account_sid:
            raise ValueError("TWILIO_API_URL is set, so TWILIO_ACCOUNT_SID must be set too")
        if self.mode is Mode.PRODUCTION and not self.twilio_account_sid:
            raise ValueError("SCRAPBOOK_MODE=production needs a Twilio account: set TWILIO_ACCOUNT_SID")
        return self

    @model_validator(mode="after")
    def _fill_in(self) -> Self:
        """Derive what was left open from what was set; the model is frozen, so this goes past the guard."""
        derived = {
            "database_url": f"sqlite:///{self.data_dir / 'scrapbook.db'}",
            "public_url": f"http://127.0.0.1:{self.port}",
            "rasa_urls": (f"http://127.0.0.1:{self.rasa_port}",),
            "actions_url": f"http://127.0.0.1:{self.actions_port}",
            "voice_url": f"http://127.0.0.1:{self.voice_port}",
            "media_url": str(self.data_dir / "media"),
        }
        for name, value in derived.items():
            if not getattr(self, name):
                object.__setattr__(self, name, value)
        if self.local_twilio and not self.allowed_numbers:
            object.__setattr__(self, "allowed_numbers", (PHONE_NUMBER,))
        return self

    def make_data_dir(self) -> None:
        """The directory, readable by its owner alone.

        Raises:
            SettingsError: it cannot be made or written to.
        """
        try:
            self.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not os.access(self.data_dir, os.W_OK):
                raise PermissionError(13, "Permission denied")
        except OSError as error:
            raise SettingsError(f"SCRAPBOOK_DATA_DIR: {error.strerror}: {self.data_dir}") from error

    @property
    def elsewhere(self) -> frozenset[str]:
        """The processes that were set to be somewhere else: nothing of theirs need be here."""
        fields = {"rasa": "rasa_urls", "actions": "actions_url", "voice": "voice_url"}
        return frozenset(name for name, field in fields.items() if field in self.model_fields_set)

    @property
    def local_twilio(self) -> bool:
        """Whether our own Twilio carries the texts, because no account is configured."""
        return not self.twilio_account_sid

    @property
    def segments_per_second(self) -> float:
        """How fast one number may send; 0 for no limit.

        Twilio sends one segment a second from a long code; our own phone takes any number of them.
        """
        if self.send_rate is None:
            return 0.0 if self.local_twilio else 1.0
        return self.send_rate

    @property
    def segments_per_day(self) -> tuple[int, int]:
        """What one person's replies, and everybody's, may take in a day of UTC; 0 for no limit."""
        return self._limit(self.daily_segments, 200), self._limit(self.daily_segments_in_all, 1000)

    @property
    def pace(self) -> int:
        """How many messages of one person are worked on in a minute; 0 for no limit."""
        return self._limit(self.messages_per_minute, 60)

    @property
    def texts_are_kept(self) -> timedelta | None:
        """For how long the words of answered messages and of their replies are; None for ever."""
        return timedelta(days=self.forget_texts_after) if self.forget_texts_after else None

    def _limit(self, configured: int | None, default: int) -> int:
        """What our own phone carries costs nothing."""
        if configured is None:
            return 0 if self.local_twilio else default
        return configured

    @property
    def media_is_elsewhere(self) -> bool:
        """Whether somebody said where pictures and sounds are kept."""
        return "media_url" in self.model_fields_set

    @property
    def phone_port(self) -> int:
        return self.port + 1

    @property
    def actions_port(self) -> int:
        return self.port + 2

    @property
    def rasa_port(self) -> int:
        return self.port + 3

    @property
    def voice_port(self) -> int:
        return self.port + 4

    @property
    def sentry_port(self) -> int:
        return self.port + 5

    @property
    def metrics_port(self) -> int:
        return self.port + 6

    @property
    def phone_url(self) -> str:
        return f"http://127.0.0.1:{self.phone_port}"

    @cached_property
    def is_sqlite(self) -> bool:
        return self.database_url.startswith("sqlite")

    @property
    def sqlite_path(self) -> Path:
        """The file of a scrapbook on SQLite."""
        return Path(self.database_url.partition(":///")[2])

    @property
    def journey_path(self) -> Path:
        """The durable engine's file beside a scrapbook on SQLite."""
        return self.data_dir / "journey.db"

    @property
    def journey_database_url(self) -> str:
        """Where the durable engine keeps its state: a file of its own, or the same PostgreSQL."""
        return f"sqlite:///{self.journey_path}" if self.is_sqlite else self.database_url


class Unfinished(Settings):
    """Settings in which what the others ask for may still be missing: for finding out what to put there."""

    @model_validator(mode="after")
    @override
    def _agree(self) -> Self:
        return self


# By pydantic's kinds of errors, whose own sentences are for programmers.
_SENTENCES = {
    "bool_parsing": "must be true or false",
    "enum": "must be {expected}",
    "finite_number": "must be a number",
    "float_parsing": "must be a number",
    "greater_than_equal": "must be at least {ge:g}",
    "int_parsing": "must be a whole number",
    "less_than_equal": "must be at most {le:g}",
}


def _is_url(value: str) -> bool:
    try:
        parts = urlsplit(value)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is no number, brackets that hold no address
        return False


def _plainly(problem: Mapping[str, Any]) -> str:
    name = ".".join(str(part) for part in problem["loc"])
    sentence = _SENTENCES.get(problem["type"], "").format(**problem.get("ctx", {}))
    message = sentence or str(problem["msg"]).removeprefix("Value error, ")
    return f"{name}: {message}" if name else message
