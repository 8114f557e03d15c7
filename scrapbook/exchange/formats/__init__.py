"""One module for each format that can be imported, found by listing this folder. Each has a ``FORMAT``."""
