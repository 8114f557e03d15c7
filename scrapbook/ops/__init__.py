"""Running an installation: processes, checks, backups."""
