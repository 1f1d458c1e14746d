"""Where the sandbox itself breaks there is an error, never a verdict."""

from __future__ import annotations

import asyncio
import resource
import sys
import venv
from pathlib import Path

import pytest

from kodcode_hub.errors import InterpreterError, SandboxError, UsageError
from kodcode_hub.verification.environment import describe_environment
from kodcode_hub.verification.warm_sandbox import WarmSandbox, open_sandbox

TEST = "def test_a(): pass\n"


def test_an_interpreter_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InterpreterError, match=r"no-python, does not answer: .*No such file") as caught:
        open_sandbox(python=str(tmp_path / "no-python"), scratch=tmp_path)
    assert isinstance(caught.value, SandboxError)
    assert isinstance(caught.value, UsageError)
    assert caught.value.exit_code == 2


def test_an_interpreter_without_pytest_says_how_to_install_it(tmp_path: Path) -> None:
    """Defect 29: a missing pytest-cov made every trial a failure."""
    venv.create(tmp_path / "bare", with_pip=False)
    python = tmp_path / "bare" / "bin" / "python"

    with pytest.raises(InterpreterError, match=r"bin/python -m pip install pytest coverage"):
        describe_environment(str(python))


def test_a_pytest_that_does_not_start_is_no_verdict(tmp_path: Path) -> None:
    venv.create(tmp_path / "broken", with_pip=False)
    python = tmp_path / "broken" / "bin" / "python"
    (packages,) = (tmp_path / "broken" / "lib").glob("python*/site-packages")
    for name in ("pytest", "coverage"):
        (packages / f"{name}-1.0.dist-info").mkdir()
        (packages / f"{name}-1.0.dist-info" / "METADATA").write_text(f"Name: {name}\nVersion: 1.0\n")

    with (
        WarmSandbox(python=str(python), scratch=tmp_path / "scratch") as sandbox,
        pytest.raises(SandboxError, match=r"(?s)a worker with isolation 'none' does not start.*No module named"),
    ):
        asyncio.run(sandbox.run("x = 1\n", TEST))
    assert list((tmp_path / "scratch").iterdir()) == []


def test_a_scratch_folder_that_cannot_be_made_is_no_verdict(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with WarmSandbox(scratch=tmp_path / "file") as sandbox, pytest.raises(SandboxError, match="File exists"):
        asyncio.run(sandbox.run("x = 1\n", TEST))


def test_texts_that_cannot_be_handed_over_are_no_verdict(tmp_path: Path) -> None:
    """A full disk, or a limit on files, where the texts go."""
    with WarmSandbox(scratch=tmp_path / "scratch") as sandbox:
        assert asyncio.run(sandbox.run("x = 1\n", TEST)).passed
        limit = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1024, limit[1]))
        try:
            with pytest.raises(SandboxError, match="File too large"):
                asyncio.run(sandbox.run("x = 1\n" * 1000, TEST))
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limit)
        assert asyncio.run(sandbox.run("x = 1\n", TEST)).passed
    assert list((tmp_path / "scratch").iterdir()) == []


def test_the_environment_names_versions_and_no_place() -> None:
    environment = describe_environment(sys.executable)

    assert environment.python == ".".join(map(str, sys.version_info[:3]))
    packages = environment.packages.split()
    assert packages == sorted(packages)
    assert {package.partition("==")[0] for package in packages} >= {"pytest", "coverage", "numpy"}
    assert environment.platform.startswith(f"{sys.platform}-")
    assert "/" not in "".join((environment.python, environment.packages, environment.platform))
