"""Runs the ``rasa`` command: ``.venv/bin/python launch.py train ...`` for ``rasa train ...``.

``rasa`` itself does not start in this environment, because it imports the packages that ``placeholders.py``
replaces. A server (``run``) logs lines of JSON without people's texts (``components/log_redaction.py``).
"""

import sys
from types import ModuleType
from typing import Optional

import placeholders
from components import log_redaction


def main() -> None:
    """Run ``rasa`` with the arguments of this process."""
    placeholders.install()
    is_server = sys.argv[1:2] == ["run"]
    if is_server:
        log_redaction.log_warnings()
    from rasa import __main__ as rasa  # noqa: PLC0415 - needs the placeholders

    if sys.argv[1:2] == ["train"]:
        _train_without_a_cache()
    if is_server:
        _redact_when_configured(rasa)
    rasa.main()


def _train_without_a_cache() -> None:
    """Spare the training the fingerprints of all examples after each component.

    Rasa keeps them to leave out, in the next training, what has not changed. The assistant is always trained
    anew (``--force``).
    """
    from rasa.engine.training.hooks import TrainingHook  # noqa: PLC0415 - needs the placeholders

    TrainingHook.on_before_node = lambda *_args, **_inputs: {}  # type: ignore[method-assign]
    TrainingHook.on_after_node = lambda *_args, **_inputs: None  # type: ignore[method-assign]


def _redact_when_configured(rasa: ModuleType) -> None:
    """Take the log over after the last step with which Rasa configures it, before the server starts."""
    configure = rasa.configure_structlog

    def configure_and_redact(level: Optional[int] = None) -> None:
        configure(level)
        log_redaction.take_over()

    rasa.configure_structlog = configure_and_redact


if __name__ == "__main__":
    main()
