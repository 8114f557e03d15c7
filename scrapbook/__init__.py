"""The scrapbook that people text."""

__version__: str


def __getattr__(name: str) -> str:
    """Return the version when somebody asks for it: most commands do not, and looking it up takes a while."""
    if name != "__version__":
        raise AttributeError(name)
    from importlib.metadata import version  # noqa: PLC0415 - what takes a while

    return version("scrapbook")
