"""The book: the pages on which a person reads, and writes, what was texted."""
