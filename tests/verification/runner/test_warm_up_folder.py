"""What is made ready before the first trial may write: matplotlib, for one, is not imported where it cannot."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest

from kodcode_hub.verification.inside.tiers import TIERS
from kodcode_hub.verification.inside.zygote import warm_up_folder


def test_what_is_written_goes_to_the_given_folder_and_nowhere_afterwards(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "tmp").mkdir()
    place = tempfile.gettempdir()
    monkeypatch.setenv("TMPDIR", place)  # a worker always has it
    monkeypatch.setenv("HOME", place)
    before = dict(os.environ)
    with warm_up_folder(TIERS["none"], str(tmp_path)):
        assert os.environ["HOME"] == os.environ["TMPDIR"] == str(tmp_path / "tmp")
        with tempfile.NamedTemporaryFile() as file:
            assert Path(file.name).parent == tmp_path / "tmp"

    assert tempfile.gettempdir() == place
    assert dict(os.environ) == before
