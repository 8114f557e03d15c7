"""The action server: ``python -m actions``."""

from typing import Protocol, cast

from rasa_sdk.endpoint import create_app  # pyright: ignore[reportMissingTypeStubs, reportUnknownVariableType]
from rasa_sdk.executor import ActionExecutor  # pyright: ignore[reportMissingTypeStubs]

from scrapbook.reports import configure
from scrapbook.settings import Settings


class Server(Protocol):
    """What is used of rasa-sdk's untyped Sanic application."""

    def run(self, host: str, port: int, *, single_process: bool, motd: bool, access_log: bool) -> None: ...


def main() -> None:
    settings = Settings.load()
    executor = ActionExecutor()
    executor.register_package("actions")
    server = cast("Server", create_app(executor))
    configure(settings, "actions")
    # One process: a worker of Sanic's own would outlive the process that a supervisor knows.
    server.run(
        settings.internal_host, settings.actions_port, single_process=True, motd=False, access_log=False
    )


if __name__ == "__main__":
    main()
