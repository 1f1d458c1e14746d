"""What is made ready before the first trial may write: matplotlib, for one, is not imported where it cannot."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from kodcode_hub.verification.inside.tiers import TIERS
from kodcode_hub.verification.inside.zygote import warm_up_folder


def test_there_is_a_folder_for_the_time_and_nothing_of_it_afterwards() -> None:
    before = dict(os.environ)
    with warm_up_folder(TIERS["none"]):
        home = Path(os.environ["HOME"])
        (home / ".config").mkdir()
        (Path(tempfile.gettempdir()) / "cache").write_text("x", encoding="ascii")
        assert home == Path(os.environ["TMPDIR"])

    assert not home.exists()
    assert {name: os.environ.get(name) for name in before} == before
