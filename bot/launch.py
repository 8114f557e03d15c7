"""Rasa's own command on this environment: ``.venv/bin/python launch.py train ...`` for ``rasa train ...``.

``rasa`` itself does not start here: it misses what ``placeholders.py`` stands in for.
"""

import placeholders


def main() -> None:
    """Runs ``rasa`` with the arguments of this process."""
    placeholders.install()
    from rasa.__main__ import main as rasa  # noqa: PLC0415 - the placeholders have to be there

    rasa()


if __name__ == "__main__":
    main()
