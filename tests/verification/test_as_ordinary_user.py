"""What root cannot be promised by Landlock alone is promised to an ordinary user: the conformance suite, as one."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SUITES = ("test_sandbox_conformance.py",)
PROGRAM = """
import os, sys
from tests.verification.isolation.host import become_ordinary_user
become_ordinary_user()
os.environ["HOME"] = os.environ["TMPDIR"] = sys.argv[1]
os.execv(sys.executable, [sys.executable, "-B", "-m", "pytest", "-q", "-p", "no:cacheprovider", *sys.argv[2:]])
"""


@pytest.mark.timeout(900)
@pytest.mark.skipif(os.geteuid() != 0, reason="the whole suite is run as an ordinary user anyway")
def test_the_suite_holds_for_landlock_as_an_ordinary_user(tmp_path_factory: pytest.TempPathFactory) -> None:
    home = tmp_path_factory.mktemp("home")
    for folder in (home, *list(home.parents)[:2]):
        folder.chmod(0o777 if folder == home else 0o755)
    suites = [str(ROOT / "tests" / "verification" / name) for name in SUITES]

    done = subprocess.run(
        [sys.executable, "-B", "-c", PROGRAM, str(home), "-k", "landlock", *suites],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-2000:]
    passed = re.search(r"(\d+) passed", done.stdout)
    assert passed is not None, done.stdout[-2000:]
    assert int(passed[1]) > 60
    assert "skipped" not in done.stdout.splitlines()[-1], done.stdout[-2000:]
