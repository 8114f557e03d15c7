"""The part of the hub's client that is used."""

from tqdm import tqdm

from . import constants as constants

def snapshot_download(
    repo_id: str,
    *,
    allow_patterns: list[str],
    local_files_only: bool = False,
    tqdm_class: type[tqdm] | None = None,
) -> str: ...
