"""Read and validate all settings.

A value is read from the environment, from ``.env`` in the working directory, or from the file that
``NAME_FILE`` names, as for container secrets; the first of these that is set is used.
"""

import os
import secrets
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
from scrapbook.net.internal_auth import InternalAuth
from scrapbook.net.secret_file import read_or_create, replace

# The default number of the local phone: one that is reserved for fiction.
PHONE_NUMBER = "+15550100"
# Room for the longest reply (1,600 UTF-16 code units, 67 per segment) and the notice of the limit.
MIN_SEGMENTS = 30
# DBOS stores finished workflows, with the texts in them, for that long.
MIN_RETENTION_DAYS = 7
# Characters of a secret that nobody guesses.
MIN_SECRET = 32
DSN_EXAMPLE = "https://key@sentry.example.org/1"


class Mode(StrEnum):
    """Whether to run the tools for development, such as the local phone."""

    DEVELOPMENT = "development"
    PRODUCTION = "production"


class _SecretFiles(PydanticBaseSettingsSource):
    """Reads a setting ``NAME`` from the file that ``NAME_FILE`` names."""

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
    """The settings of one installation. ``load()`` reads them."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", env_ignore_empty=True, frozen=True)

    mode: Mode = Field(default=Mode.DEVELOPMENT, validation_alias="SCRAPBOOK_MODE")
    public_url: str = Field(default="", validation_alias="SCRAPBOOK_PUBLIC_URL")
    database_url: str = Field(default="", validation_alias="SCRAPBOOK_DATABASE_URL")
    actions_database_url: str = Field(default="", validation_alias="SCRAPBOOK_ACTIONS_DATABASE_URL")
    data_dir: Path = Field(default=Path("scrapbook-data"), validation_alias="SCRAPBOOK_DATA_DIR")
    allowed_numbers: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(), validation_alias="SCRAPBOOK_ALLOWED_NUMBERS"
    )
    host: str = Field(default="127.0.0.1", validation_alias="SCRAPBOOK_HOST")
    port: int = Field(default=8000, ge=1024, le=65500, validation_alias="SCRAPBOOK_PORT")
    internal_host: str = Field(default="127.0.0.1", validation_alias="SCRAPBOOK_INTERNAL_HOST")
    internal_secret: SecretStr = Field(default=SecretStr(""), validation_alias="SCRAPBOOK_INTERNAL_SECRET")
    voice_secret: SecretStr = Field(default=SecretStr(""), validation_alias="SCRAPBOOK_VOICE_SECRET")
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
    mirror_dir: Path | None = Field(default=None, validation_alias="SCRAPBOOK_MIRROR_DIR")
    delete_media: bool = Field(default=False, validation_alias="SCRAPBOOK_DELETE_MEDIA")
    forget_texts_after: int = Field(
        default=0, ge=0, le=36500, validation_alias="SCRAPBOOK_FORGET_TEXTS_AFTER"
    )
    backup_retention_days: int = Field(
        default=0, ge=0, le=36500, validation_alias="SCRAPBOOK_BACKUP_RETENTION_DAYS"
    )
    import_megabytes: int = Field(default=512, ge=1, le=65536, validation_alias="SCRAPBOOK_IMPORT_MB")
    log_level: str = Field(default="INFO", validation_alias="SCRAPBOOK_LOG_LEVEL")

    semantic_model: str = Field(default="", validation_alias="SCRAPBOOK_SEMANTIC_MODEL")
    whisper_model: str = Field(default="small", min_length=1, validation_alias="WHISPER_MODEL")
    whisper_compute_type: str = Field(default="auto", validation_alias="WHISPER_COMPUTE_TYPE")

    twilio_account_sid: str = Field(default="", validation_alias="TWILIO_ACCOUNT_SID")
    twilio_auth_token: SecretStr = Field(default=SecretStr(""), validation_alias="TWILIO_AUTH_TOKEN")
    twilio_from: str = Field(default="", validation_alias="TWILIO_FROM")
    whatsapp_template: str = Field(
        default="", pattern="^(HX[0-9a-fA-F]{32})?$", validation_alias="SCRAPBOOK_WHATSAPP_TEMPLATE"
    )
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
        return init_settings, env_settings, dotenv_settings, _SecretFiles(settings_cls)

    @classmethod
    def load(cls) -> Self:
        """Read and check the settings.

        Raises:
            SettingsError: a value is missing or wrong; the message names each setting and the values that it
            takes.
        """
        try:
            return cls()
        except ValidationError as error:
            raise SettingsError("\n".join(_error_line(dict(one)) for one in error.errors())) from None

    @field_validator("allowed_numbers", mode="before")
    @classmethod
    def _split_numbers(cls, value: object) -> object:
        return tuple(value.replace(",", " ").split()) if isinstance(value, str) else value

    @field_validator("allowed_numbers")
    @classmethod
    def _check_numbers(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if not value:
            return value
        from scrapbook.messaging.addresses import normalize  # noqa: PLC0415 - loads the metadata of all phone numbers

        for number in value:
            try:
                normalize(number)
            except AddressInvalid:
                raise ValueError(f"{number} is not a phone number with a plus and the country code") from None
        return value

    @field_validator("data_dir", "mirror_dir")
    @classmethod
    def _make_absolute(cls, value: Path | None) -> Path | None:
        return value.expanduser().absolute() if value else None

    @field_validator("public_url", "twilio_api_url", "actions_url", "voice_url")
    @classmethod
    def _check_url(cls, value: str) -> str:
        if value and not _is_url(value):
            raise ValueError("must be a URL like https://scrapbook.example.org")
        return value.rstrip("/")

    @field_validator("rasa_urls", mode="before")
    @classmethod
    def _split_urls(cls, value: object) -> object:
        return tuple(url.strip().rstrip("/") for url in value.split(",")) if isinstance(value, str) else value

    @field_validator("rasa_urls")
    @classmethod
    def _check_urls(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for url in value:
            if not _is_url(url):
                raise ValueError(f"'{url}' is not a URL like http://rasa:8003; separate several with commas")
            if value.count(url) > 1:
                raise ValueError(f"{url} is named more than once")
        return value

    @field_validator("daily_segments", "daily_segments_in_all")
    @classmethod
    def _check_segments(cls, value: int | None) -> int | None:
        if value and value < MIN_SEGMENTS:
            raise ValueError(
                f"must be 0 for no limit, or at least {MIN_SEGMENTS}: the longest reply has to fit"
            )
        return value

    @field_validator("forget_texts_after")
    @classmethod
    def _check_retention(cls, value: int) -> int:
        if 0 < value < MIN_RETENTION_DAYS:
            raise ValueError(
                f"must be 0 for never, or at least {MIN_RETENTION_DAYS} days, for which DBOS stores texts"
            )
        return value

    @field_validator("internal_secret", "voice_secret")
    @classmethod
    def _check_secret(cls, value: SecretStr) -> SecretStr:
        if 0 < len(value.get_secret_value()) < MIN_SECRET:
            raise ValueError(
                f"must have at least {MIN_SECRET} characters, as `openssl rand -hex 32` prints them"
            )
        return value

    @field_validator("sentry_dsn")
    @classmethod
    def _check_dsn(cls, value: SecretStr) -> SecretStr:
        if not value.get_secret_value():
            return value
        if not _is_dsn(value.get_secret_value()):
            raise ValueError(f"must be a DSN like {DSN_EXAMPLE}")
        return value

    @field_validator("log_level")
    @classmethod
    def _check_level(cls, value: str) -> str:
        if value.upper() not in {"DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"}:
            raise ValueError("must be one of DEBUG, INFO, WARNING, ERROR, CRITICAL")
        return value.upper()

    @model_validator(mode="after")
    def _check_together(self) -> Self:
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
    def _set_defaults(self) -> Self:
        """Set the defaults that depend on other settings, bypassing the frozen model's ``__setattr__``."""
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
        if not self.actions_database_url:
            object.__setattr__(self, "actions_database_url", self.database_url)
        if self.local_twilio and not self.allowed_numbers:
            object.__setattr__(self, "allowed_numbers", (PHONE_NUMBER,))
        return self

    @property
    def uploads_dir(self) -> Path:
        """Return the folder of exports that were uploaded to be imported."""
        return self.data_dir / "uploads"

    @property
    def max_import_bytes(self) -> int:
        """Return how many bytes an export may have that is uploaded."""
        return self.import_megabytes * 2**20

    def make_data_dir(self) -> None:
        """Create the data directory, readable by its owner only.

        Raises:
            SettingsError: the directory cannot be created or written to.
        """
        try:
            self.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not os.access(self.data_dir, os.W_OK):
                raise PermissionError(13, "Permission denied")
        except OSError as error:
            raise SettingsError(f"SCRAPBOOK_DATA_DIR: {error.strerror}: {self.data_dir}") from error

    @property
    def internal_auth(self) -> InternalAuth:
        """Return how app, Rasa and action server know each other, for callers and callees.

        Without SCRAPBOOK_INTERNAL_SECRET, the secret is in a file of the data directory, which the first
        process creates, and ``scrapbook up`` creates anew at each start.

        Raises:
            SettingsError: the file cannot be read.
        """
        return InternalAuth(self.internal_secret_value)

    @property
    def internal_secret_value(self) -> str:
        """Return the secret of ``internal_auth``; one that nobody has before a start. SettingsError."""
        if secret := self.internal_secret.get_secret_value():
            return secret
        return read_or_create(self._secret_file, _new_secret) if self._secret_file.exists() else _new_secret()

    def create_internal_secret(self) -> None:
        """Create the file of the secret, unless it is there or the setting is set. Raises SettingsError."""
        if not self.internal_secret.get_secret_value():
            self.make_data_dir()
            read_or_create(self._secret_file, _new_secret)

    @property
    def voice_auth(self) -> InternalAuth:
        """Return how the voice process knows its callers; see ``internal_auth``.

        It may have a secret of its own, so that what decodes strangers' audio cannot call the others.
        """
        return InternalAuth(self.voice_secret.get_secret_value() or self.internal_secret_value)

    def renew_internal_secret(self) -> None:
        """Create the file of the secret anew. Raises SettingsError."""
        self.make_data_dir()
        replace(self._secret_file, _new_secret())

    @property
    def _secret_file(self) -> Path:
        return self.data_dir / "run" / "internal.secret"

    @property
    def elsewhere(self) -> frozenset[str]:
        """Return the processes whose URL is set: they run elsewhere, and nothing of theirs is needed here."""
        fields = {"rasa": "rasa_urls", "actions": "actions_url", "voice": "voice_url"}
        return frozenset(name for name, field in fields.items() if field in self.model_fields_set)

    @property
    def local_twilio(self) -> bool:
        """Return whether the local Twilio is used, because no account is configured."""
        return not self.twilio_account_sid

    @property
    def segments_per_second(self) -> float:
        """Return how many segments per second one number may send; 0 for no limit.

        Twilio sends one segment a second from a long code; the local Twilio has no limit.
        """
        if self.send_rate is None:
            return 0.0 if self.local_twilio else 1.0
        return self.send_rate

    @property
    def segments_per_day(self) -> tuple[int, int]:
        """Return how many segments one person, and all people, may get in a day of UTC; 0 for no limit."""
        return self._limit(self.daily_segments, 200), self._limit(self.daily_segments_in_all, 1000)

    @property
    def messages_per_minute_limit(self) -> int:
        """Return how many messages of one person are answered in a minute; 0 for no limit."""
        return self._limit(self.messages_per_minute, 60)

    @property
    def text_retention(self) -> timedelta | None:
        """Return for how long the texts of answered messages and of replies are stored; None for ever."""
        return timedelta(days=self.forget_texts_after) if self.forget_texts_after else None

    def _limit(self, configured: int | None, default: int) -> int:
        """Return the configured limit, or its default: none with the local Twilio, which costs nothing."""
        if configured is None:
            return 0 if self.local_twilio else default
        return configured

    @property
    def media_is_elsewhere(self) -> bool:
        """Return whether SCRAPBOOK_MEDIA_URL is set."""
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
    def has_actions_role(self) -> bool:
        """Return whether the action server connects to the database as a role of its own."""
        return self.actions_database_url != self.database_url

    @property
    def sqlite_path(self) -> Path:
        """Return the database file of a scrapbook on SQLite."""
        return Path(self.database_url.partition(":///")[2])

    @property
    def dbos_path(self) -> Path:
        """Return the file of DBOS's system database, for a scrapbook on SQLite."""
        return self.data_dir / "journey.db"

    @property
    def dbos_database_url(self) -> str:
        """Return the URL of DBOS's system database: a file of its own, or the same PostgreSQL."""
        return f"sqlite:///{self.dbos_path}" if self.is_sqlite else self.database_url


class PartialSettings(Settings):
    """Settings of which some may still be missing, for commands that help to find them."""

    @model_validator(mode="after")
    @override
    def _check_together(self) -> Self:
        return self


# By pydantic's error types, whose own messages are written for programmers.
_MESSAGES = {
    "bool_parsing": "must be true or false",
    "enum": "must be {expected}",
    "finite_number": "must be a number",
    "float_parsing": "must be a number",
    "greater_than_equal": "must be at least {ge:g}",
    "int_parsing": "must be a whole number",
    "less_than_equal": "must be at most {le:g}",
}


def _new_secret() -> str:
    return secrets.token_hex(32)


def _is_dsn(value: str) -> bool:
    """Return whether Sentry's SDK accepts it: https://docs.sentry.io/concepts/key-terms/dsn-explainer/."""
    try:
        parts = urlsplit(value)
        return (
            parts.scheme in {"http", "https"}
            and bool(parts.hostname and parts.username)
            and parts.port != 0
            and parts.path.rpartition("/")[2].isdigit()
        )
    except ValueError:  # the port is not a number, or the brackets hold no IPv6 address
        return False


def _is_url(value: str) -> bool:
    try:
        parts = urlsplit(value)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:  # the port is not a number, or the brackets hold no IPv6 address
        return False


def _error_line(error: Mapping[str, Any]) -> str:
    name = ".".join(str(part) for part in error["loc"])
    message = _MESSAGES.get(error["type"], "").format(**error.get("ctx", {}))
    message = message or str(error["msg"]).removeprefix("Value error, ")
    return f"{name}: {message}" if name else message
