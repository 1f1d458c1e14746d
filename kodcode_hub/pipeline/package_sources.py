"""What ``kodcode package`` is given: run folders, whose releases count, and releases."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from kodcode_hub.errors import InputError
from kodcode_hub.files.rows import checked_id, display_name, read_rows
from kodcode_hub.ledger.store import open_for_reading, read_meta
from kodcode_hub.packaging.release_folder import ReleaseFolder, open_release
from kodcode_hub.pipeline.run_folder import LEDGER_NAME, is_running


def open_source_release(path: Path) -> ReleaseFolder:
    """The release that a run has packaged, or the release in a folder.

    Raises:
        InputError: there is none, the run is not finished, or the release is damaged.
    """
    if not path.exists():
        raise InputError(f"{path} does not exist: name run folders or release folders")
    if not (path / LEDGER_NAME).exists():
        return open_release(path)
    if is_running(path):
        raise InputError(f"the run {path} is under way: wait until kodcode build has finished it")
    with closing(open_for_reading(path / LEDGER_NAME)) as reader:
        state = read_meta(reader, "state")
    if state != "done":
        raise InputError(
            f"the run {path} is not finished: go on with kodcode build, or name {path}/release, which it packaged last"
        )
    return open_release(path / "release")


def read_removals(path: Path | str) -> list[str]:
    """The ids in a file of rows. Of the findings of ``kodcode audit`` rows without any are passed over.

    Raises:
        InputError: the file cannot be read, a row has no id, or two have the same.
    """
    source = display_name(path)
    seen: dict[str, int] = {}
    ids = [
        (checked_id(row, number=number, source=source, seen=seen), row.get("findings"))
        for number, row in read_rows(path)
    ]
    return [identity for identity, findings in ids if findings is None or findings]
