"""The compose file keeps its promises: what is pinned, shut and documented, and what each service may."""

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy import make_url

from scrapbook import __version__
from scrapbook.net import http_limits
from scrapbook.ops.processes import APP_BODY, WRITTEN_BODY
from scrapbook.paths import ROOT
from scrapbook.settings import Settings

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OPERATIONS = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
DOCKERFILES = [ROOT / "Dockerfile", ROOT / "bot" / "Dockerfile", ROOT / "deploy" / "caddy" / "Dockerfile"]
# A version with all of its parts, or a digest.
PINNED = re.compile(r"docker\.io/[a-z/]+:\d+(\.\d+)+(-[a-z]+)*(@sha256:[0-9a-f]{64})?$")
SECRETS = {
    *("SCRAPBOOK_DATABASE_URL", "SCRAPBOOK_ACTIONS_DATABASE_URL", "TWILIO_AUTH_TOKEN", "SENTRY_DSN"),
    *("POSTGRES_PASSWORD", "SCRAPBOOK_INTERNAL_SECRET", "SCRAPBOOK_VOICE_SECRET"),
}

each_service = pytest.mark.parametrize("name", SERVICES)


def variables(name: str) -> dict[str, str]:
    return {key: str(value) for key, value in SERVICES[name].get("environment", {}).items()}


def documented() -> set[str]:
    settings = {str(field.validation_alias) for field in Settings.model_fields.values()}
    return settings | set(re.findall(r"^\| `([A-Z_]+)` \|", OPERATIONS, re.MULTILINE))


def base_images(dockerfile: Path) -> set[str]:
    text = dockerfile.read_text(encoding="utf-8")
    stages = set(re.findall(r"^FROM \S+ AS (\S+)$", text, re.MULTILINE))
    return set(re.findall(r"^FROM (\S+)", text, re.MULTILINE)) - stages


def test_it_runs_every_process_and_what_they_stand_on() -> None:
    assert set(SERVICES) == {"caddy", "app", "actions", "rasa", "voice", "postgres"}


@each_service
def test_every_variable_is_documented(name: str) -> None:
    assert {key.removesuffix("_FILE") for key in variables(name)} <= documented()


@each_service
def test_every_variable_that_is_taken_from_outside_is_a_setting(name: str) -> None:
    taken = set(re.findall(r"\$\{([A-Z_]+)", " ".join(variables(name).values())))
    assert taken <= {str(field.validation_alias) for field in Settings.model_fields.values()}


@each_service
def test_every_image_is_pinned(name: str) -> None:
    if "build" in SERVICES[name] or name == "actions":
        assert SERVICES[name]["image"].endswith(f":{__version__}")
    else:
        assert PINNED.match(SERVICES[name]["image"])


@pytest.mark.parametrize("dockerfile", DOCKERFILES, ids=str)
def test_every_image_that_one_is_built_on_is_pinned(dockerfile: Path) -> None:
    images = base_images(dockerfile)
    assert images
    assert all(PINNED.match(image) for image in images), images


@pytest.mark.parametrize("dockerfile", DOCKERFILES, ids=str)
def test_what_an_image_is_made_of_is_handed_to_its_build(dockerfile: Path) -> None:
    text = dockerfile.read_text(encoding="utf-8")
    copied = [
        sources
        for line in re.findall(r"^COPY (?!--from)(.+) \S+$", text, re.MULTILINE)
        for sources in line.split()
    ]
    handed_over = {
        line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")
    }
    assert copied
    for source in copied:
        assert (ROOT / source).exists()
        assert {source, *map(str, Path(source).parents)} & handed_over, source


def test_nothing_but_caddy_can_be_reached_from_outside() -> None:
    assert [name for name in SERVICES if "ports" in SERVICES[name]] == ["caddy"]
    assert all("network_mode" not in service for service in SERVICES.values())


def test_one_network_reaches_the_internet_and_one_does_not() -> None:
    assert COMPOSE["networks"] == {"outside": None, "inside": {"internal": True}}
    outside = {name for name in SERVICES if "outside" in SERVICES[name]["networks"]}
    assert outside == {"caddy", "app", "voice"}
    assert all("inside" in service["networks"] for service in SERVICES.values())


@each_service
def test_every_service_is_watched_and_started_again(name: str) -> None:
    assert SERVICES[name]["restart"] == "unless-stopped"
    check = SERVICES[name]["healthcheck"]
    assert check["test"][0] == "CMD"
    assert {"interval", "timeout", "retries", "start_period"} <= set(check)


@each_service
def test_every_service_may_do_little_and_take_little(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["user"] not in {"", "root", "0", "0:0"}
    assert service["cap_drop"] == ["ALL"]
    assert service.get("cap_add", []) == (["NET_BIND_SERVICE"] if name == "caddy" else [])
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["mem_limit"]
    assert service["pids_limit"]
    assert "privileged" not in service


@each_service
def test_secrets_are_handed_over_as_files(name: str) -> None:
    named = variables(name)
    assert not SECRETS & set(named)
    files = {key.removesuffix("_FILE"): value for key, value in named.items() if key.endswith("_FILE")}
    assert set(files) <= SECRETS
    assert set(files.values()) == {f"/run/secrets/{secret}" for secret in SERVICES[name].get("secrets", [])}


def test_what_decodes_the_sounds_of_unknown_senders_holds_no_data_and_no_secret_of_others() -> None:
    assert SERVICES["voice"]["secrets"] == ["voice_secret"]
    assert [name for name in SERVICES if "voice_secret" in SERVICES[name].get("secrets", [])] == [
        "app",
        "voice",
    ]
    assert "env_file" not in SERVICES["voice"]
    assert SERVICES["voice"]["volumes"] == ["models:/models"]


def test_the_action_server_gets_its_own_role_of_the_database_only() -> None:
    assert "database_url" not in SERVICES["actions"]["secrets"]
    assert "actions_database_url" in SERVICES["actions"]["secrets"]
    assert "env_file" not in SERVICES["actions"]
    assert "actions_database_url" in SERVICES["app"]["secrets"]


def test_everything_that_is_named_is_there() -> None:
    mounted = {volume.split(":")[0] for service in SERVICES.values() for volume in service.get("volumes", [])}
    assert mounted == set(COMPOSE["volumes"])
    assert {secret for service in SERVICES.values() for secret in service.get("secrets", [])} == set(
        COMPOSE["secrets"]
    )
    builds = [service["build"] for service in SERVICES.values() if "build" in service]
    named = {"Dockerfile" if build == "." else build.get("dockerfile", "Dockerfile") for build in builds}
    assert {ROOT / name for name in named} == set(DOCKERFILES)


# The secrets


def make_secrets(checkout: Path, token: str) -> dict[str, str]:
    script = checkout / "scripts" / "make-secrets"
    script.parent.mkdir(exist_ok=True)
    shutil.copy(ROOT / "scripts" / "make-secrets", script)
    given = {"PATH": os.environ["PATH"], "TWILIO_AUTH_TOKEN": token, "SENTRY_DSN": ""}
    subprocess.run([script], env=given, check=True, stdin=subprocess.DEVNULL)
    return {path.name: path.read_text().strip() for path in (checkout / "secrets").iterdir()}


def test_one_command_makes_every_secret(tmp_path: Path) -> None:
    made = make_secrets(tmp_path, "the token")
    assert {f"secrets/{name}" for name in made} == {secret["file"] for secret in COMPOSE["secrets"].values()}
    assert made["twilio_auth_token.txt"] == "the token"
    password = made["postgres_password.txt"]
    assert len(password) == 64
    user = variables("postgres")["POSTGRES_USER"]
    assert made["database_url.txt"] == f"postgresql+psycopg://{user}:{password}@postgres/{user}"
    actions = make_url(made["actions_database_url.txt"])
    owner = make_url(made["database_url.txt"])
    assert actions.set(username=owner.username, password=owner.password) == owner
    assert actions.username != owner.username
    assert actions.password not in {None, owner.password}


def test_a_secret_that_is_there_stays(tmp_path: Path) -> None:
    assert make_secrets(tmp_path, "the token") == make_secrets(tmp_path, "another one")


def test_only_the_owner_gets_to_the_secrets_and_every_service_can_read_its_own(tmp_path: Path) -> None:
    make_secrets(tmp_path, "the token")
    assert (tmp_path / "secrets").stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "secrets").iterdir()} == {0o644}


def test_caddy_has_the_limits_of_the_app() -> None:
    caddyfile = (ROOT / "deploy" / "caddy" / "Caddyfile").read_text(encoding="utf-8")
    limits = dict(re.findall(r"^\s*(\w+) (\d+)(?:KB|MB|s|m)?$", caddyfile, re.MULTILINE))
    assert int(limits["max_header_size"]) * 1024 == http_limits.MAX_HEAD_BYTES
    assert int(limits["read_header"]) == http_limits.HEAD_SECONDS
    assert int(limits["read_body"]) == WRITTEN_BODY.seconds  # Caddy has one for all paths
    sizes = re.findall(r"request_body @(\w+) {\s+max_size (\d+)MB", caddyfile)
    of_app = [("writing", WRITTEN_BODY.max_bytes), ("others", APP_BODY.max_bytes)]
    assert [(name, int(size) * 1_000_000) for name, size in sizes] == of_app
    assert limits["request_buffers"] == limits["max_size"]
    # The app sees one address behind Caddy, and closes connections of it beyond that number.
    assert int(limits["max_conns_per_host"]) < http_limits.MAX_WAITING_PER_CLIENT
