"""Pure functions of strings: they read no files, and know neither a person nor a database."""
