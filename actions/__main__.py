"""The action server: ``python -m actions``."""

from collections.abc import Awaitable, Callable
from typing import Protocol, cast

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from rasa_sdk.endpoint import create_app  # pyright: ignore[reportMissingTypeStubs, reportUnknownVariableType]
from rasa_sdk.executor import ActionExecutor  # pyright: ignore[reportMissingTypeStubs]
from sanic import HTTPResponse, Request
from sanic.response import raw

from scrapbook.metrics import of_process
from scrapbook.reports import configure
from scrapbook.settings import Settings

_registry = of_process()


class Server(Protocol):
    """What is used of rasa-sdk's untyped Sanic application."""

    def add_route(
        self, handler: Callable[[Request], Awaitable[HTTPResponse]], uri: str, *, name: str
    ) -> None: ...
    def run(self, host: str, port: int, *, single_process: bool, motd: bool, access_log: bool) -> None: ...


async def _metrics(_request: Request) -> HTTPResponse:
    return raw(generate_latest(_registry), content_type=CONTENT_TYPE_LATEST)


def main() -> None:
    settings = Settings.load()
    executor = ActionExecutor()
    executor.register_package("actions")
    server = cast("Server", create_app(executor))
    server.add_route(_metrics, "/metrics", name="metrics")
    configure(settings, "actions")
    # One process: a worker of Sanic's own would outlive the process that a supervisor knows.
    server.run(
        settings.internal_host, settings.actions_port, single_process=True, motd=False, access_log=False
    )


if __name__ == "__main__":
    main()
