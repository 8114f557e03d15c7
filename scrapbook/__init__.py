"""The scrapbook that people text."""

from importlib.metadata import version

__version__ = version("scrapbook")
