"""Emulators of outside services, and a phone that uses them; for development and tests only."""
