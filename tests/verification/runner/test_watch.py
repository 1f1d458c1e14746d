"""How much a trial has written is found also where it hides it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from kodcode_hub.verification.inside.watch import is_beyond
from kodcode_hub.verification.private_folder import private_folder


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    with private_folder(tmp_path) as made:
        yield made


def test_bytes_count_in_every_folder(folder: Path) -> None:
    (folder / "a" / "b").mkdir(parents=True)
    (folder / "a" / "b" / "file").write_bytes(os.urandom(1 << 20))

    assert is_beyond(str(folder), 1 << 19)
    assert not is_beyond(str(folder), 1 << 22)


def test_folders_deeper_than_a_path_is_long_are_too_many(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    for _ in range(30):
        Path("d" * 200).mkdir()
        os.chdir("d" * 200)

    assert is_beyond(str(folder), 1 << 30)
