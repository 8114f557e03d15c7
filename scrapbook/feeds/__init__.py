"""Feeds: find them, fetch them, read them. Values in, values out; nothing is stored here."""
