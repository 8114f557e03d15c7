"""Logs, error reports, metrics and checks."""
