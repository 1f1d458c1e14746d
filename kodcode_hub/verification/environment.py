"""The Python in which trials run: what it is, and the few environment variables that a trial sees."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

from kodcode_hub.errors import InterpreterError
from kodcode_hub.verification.protocol import Environment
from kodcode_hub.verification.run_conditions import NORMAL, RunConditions

NEEDED_PACKAGES = ("pytest", "coverage")
RECORDED_PACKAGES = (
    *NEEDED_PACKAGES,
    *("numpy", "pandas", "scipy", "sympy", "scikit-learn", "matplotlib", "seaborn", "networkx", "requests", "torch"),
    *("flask", "beautifulsoup4", "lxml", "pyyaml", "pillow", "nltk", "sortedcontainers", "python-dateutil", "pytz"),
    "tensorflow",
)
"""Distributions whose version can change a verdict: those that run the tests, and those that solutions import most."""

_ASK = """
import importlib.metadata, json, os, sys
found = {}
for name in sys.argv[1:]:
    try:
        found[name] = importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        pass
print(json.dumps([".".join(map(str, sys.version_info[:3])), found, sys.platform + "-" + os.uname().machine]))
"""
_ANSWER_TIMEOUT_S = 60


def describe_environment(python: str) -> Environment:
    """Ask the interpreter ``python`` for its version, the versions of what solutions import, and its platform.

    Raises:
        InterpreterError: it does not start, or lacks pytest or coverage.
    """
    command = [python, "-s", "-B", "-c", _ASK, *RECORDED_PACKAGES]
    try:
        answer = subprocess.run(
            command,
            env=trial_variables(python, Path(os.devnull)),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=True,
            timeout=_ANSWER_TIMEOUT_S,
        )
        version, packages, platform = json.loads(answer.stdout)
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        detail = getattr(error, "stderr", b"") or str(error).encode()
        raise InterpreterError(
            f"the Python for trials, {python}, does not answer: {detail.decode(errors='replace').strip()[-500:]}; "
            "give the path of a working interpreter"
        ) from error
    missing = [name for name in NEEDED_PACKAGES if name not in packages]
    if missing:
        raise InterpreterError(
            f"the Python for trials, {python}, has no {' and no '.join(missing)}; "
            f"run: {python} -m pip install {' '.join(missing)}"
        )
    return Environment(version, " ".join(sorted(f"{name}=={number}" for name, number in packages.items())), platform)


def trial_variables(python: str, folder: Path, conditions: RunConditions = NORMAL) -> dict[str, str]:
    """All environment variables of a trial. None of ours is inherited: they may hold tokens, or change verdicts.

    Args:
        python: the interpreter; its folder comes first in PATH.
        folder: the trial's private folder, for HOME and TMPDIR.
        conditions: seed of hashes and time zone.
    """
    variables = {
        "PATH": os.pathsep.join([str(Path(python).parent), "/usr/local/bin", "/usr/bin", "/bin"]),
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "USER": "trial",
        "LOGNAME": "trial",
        "LC_ALL": "C.UTF-8",
        "TZ": conditions.time_zone,
        "PYTHONHASHSEED": str(conditions.hash_seed),  # the order of sets is the same in every run
        "PYTHONDONTWRITEBYTECODE": "1",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
        "MALLOC_ARENA_MAX": "2",  # else each thread reserves address space, which is what the memory limit counts
    }
    core = os.environ.get("OPENBLAS_CORETYPE")
    return variables | ({"OPENBLAS_CORETYPE": core} if core else {})
