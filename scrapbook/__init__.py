"""The scrapbook that people text."""

__version__: str


def __getattr__(name: str) -> str:
    """Return the version at its first use: reading it from the package's metadata is slow."""
    if name != "__version__":
        raise AttributeError(name)
    from importlib.metadata import version  # noqa: PLC0415 - slow

    return version("scrapbook")
