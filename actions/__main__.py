"""The action server: ``python -m actions``."""

from rasa_sdk.endpoint import create_app
from rasa_sdk.executor import ActionExecutor

from scrapbook.reports import configure
from scrapbook.settings import Settings


def main() -> None:
    settings = Settings.load()
    executor = ActionExecutor()
    executor.register_package("actions")
    server = create_app(executor)
    configure(settings, "actions")
    # One process: a worker of Sanic's own would outlive the process that a supervisor knows.
    server.run(
        host=settings.internal_host,
        port=settings.actions_port,
        single_process=True,
        motd=False,
        access_log=False,
    )


if __name__ == "__main__":
    main()
