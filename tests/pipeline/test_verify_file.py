"""A file of rows becomes a file of records: in order, once each, whatever stops it on the way."""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import threading
import tracemalloc
from collections import deque
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from kodcode_hub.errors import InputError, IsolationError, SandboxError, UsageError
from kodcode_hub.files.rows import read_rows
from kodcode_hub.pipeline.verify_file import VerifyResult, verify_file
from kodcode_hub.pipeline.verify_journal import open_journal
from kodcode_hub.pipeline.verify_output import REORDER_WINDOW
from kodcode_hub.pipeline.verify_progress import VerifySnapshot
from kodcode_hub.pipeline.verify_sandbox import Isolation, Mode, VerifySettings
from kodcode_hub.pipeline.verify_scratch import temporary_scratch
from kodcode_hub.record import TestOutcome, Verdict
from kodcode_hub.verification.protocol import Environment, Limits
from tests.packaging.folders import DIE_AT_MOMENT, run_python

if TYPE_CHECKING:
    from kodcode_hub.verification.warm_sandbox import Explained

# Dies by kill -9 at the n-th change of a name on disk (folders made, files renamed or removed).
DYING_VERIFICATION = (
    """
import os, sys, pathlib
from tests.pipeline.test_verify_file import ScriptedSandbox, verify
moment, folder = int(sys.argv[1]), pathlib.Path(sys.argv[2])
"""
    + DIE_AT_MOMENT
    + """
sandbox = ScriptedSandbox()
verify(folder / "in.jsonl", folder / "out.jsonl", sandbox)
print(len(sandbox.ran))
"""
)

TRUSTED = VerifySettings(isolation="none", workers=4)


class ScriptedSandbox:
    """Answers with what the solution's text says (``pass``, ``fail`` ...), and remembers what it was given."""

    def __init__(self, act: Callable[[str], Awaitable[None]] | None = None, *, isolation: str = "none") -> None:
        self.isolation = isolation
        self.environment = Environment("3.11.0", "pytest==9", "linux")
        self.ran: list[str] = []
        self._act = act

    @contextmanager
    def open(
        self, limits: Limits, *, scratch: Path, workers: int, mode: Mode, isolation: Isolation, python: str
    ) -> Iterator[ScriptedSandbox]:
        yield self

    async def run(self, solution: str, test: str) -> Verdict:
        self.ran.append(solution)
        if self._act is not None:
            await self._act(solution)
        name = solution.split()[0]
        package = solution.split()[-1] if name == "error" else ""
        tests = (TestOutcome("test_é", "failed", "assert \ud800", 0.25),) if name == "fail" else ()
        return Verdict(name, 80, tests, missing_package=package, cpu_seconds=0.5)  # type: ignore[arg-type]

    async def explain(self, solution: str, test: str) -> Explained:
        raise NotImplementedError


class Listener:
    """Remembers what it was told."""

    def __init__(self) -> None:
        self.notes: list[str] = []
        self.last: VerifySnapshot | None = None

    def update(self, snapshot: VerifySnapshot) -> None:
        self.last = snapshot

    def note(self, sentence: str) -> None:
        self.notes.append(sentence)


def rows_of(number: int) -> list[dict[str, Any]]:
    return [{"id": f"row-{index}", "solution": f"pass {index}", "test": "t"} for index in range(number)]


def write(path: Path, rows: Sequence[object]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def verify(
    source: Path | str,
    out: Path | str,
    sandbox: ScriptedSandbox,
    settings: VerifySettings = TRUSTED,
    listener: Listener | None = None,
) -> VerifyResult:
    return verify_file(source, out, settings=settings, open_sandbox=sandbox.open, listener=listener)


def records(path: Path) -> list[dict[str, Any]]:
    return [row for _, row in read_rows(path)]


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def stopping_after(number: int) -> ScriptedSandbox:
    """Breaks at the trial after ``number`` good ones."""

    async def act(_: str) -> None:
        if len(sandbox.ran) > number:
            raise SandboxError("broke")

    sandbox = ScriptedSandbox(act)
    return sandbox


def stop_after(number: int, source: Path, out: Path, settings: VerifySettings = TRUSTED) -> list[str]:
    """Verify until the sandbox breaks, one row at a time; what was run to its end."""
    sandbox = stopping_after(number)
    with pytest.raises(SandboxError, match="broke"):
        verify(source, out, sandbox, replace(settings, workers=1))
    assert not out.exists()
    return sandbox.ran[:-1]


def journal_of(out: Path) -> Path:
    return out.with_name(f".{out.name}.partial")


@pytest.mark.parametrize("name", ["out.jsonl", "out.jsonl.gz", "out.jsonl.zst", "out.parquet"])
def test_records_stand_in_the_order_of_the_rows_whichever_ends_first(tmp_path: Path, name: str) -> None:
    moments = random.Random(1)

    async def act(_: str) -> None:
        await asyncio.sleep(moments.random() / 100)

    rows = rows_of(100)
    rows[7]["solution"], rows[8]["solution"] = "fail 7", "error numpy"
    result = verify(write(tmp_path / "in.jsonl", rows), tmp_path / name, ScriptedSandbox(act))
    written = records(tmp_path / name)
    assert [record["id"] for record in written] == [row["id"] for row in rows]
    assert [record["verdict"] for record in written[6:10]] == ["pass", "fail", "error", "pass"]
    assert written[7]["tests"][0]["name"] == "test_é"
    assert written[8]["missing_package"] == "numpy"
    assert names_in(tmp_path) == sorted(["in.jsonl", name])
    assert result.as_json() | {"seconds": 0} == {
        "rows": 100, "verdicts": {"pass": 98, "fail": 1, "error": 1}, "missing_packages": {"numpy": 1},
        "isolation": "none", "seconds": 0, "cpu_seconds": 50.0, "modes": {"same": 100}, "assurances": {"none": 100},
    }  # fmt: skip


def test_a_record_has_the_fields_of_the_interface_first(tmp_path: Path) -> None:
    verify(write(tmp_path / "in.jsonl", rows_of(1)), tmp_path / "out.jsonl", ScriptedSandbox())
    assert list(records(tmp_path / "out.jsonl")[0]) == [
        "id", "verdict", "coverage", "tests", "seconds", "cpu_seconds", "peak_memory_mb", "message", "mode",
        "isolation", "assurance",
    ]  # fmt: skip


def test_the_names_of_older_releases_are_read(tmp_path: Path) -> None:
    rows = [
        {"question_id": 7, "solution": "pass", "test_code": "old"},
        {"question_id": "b", "solution": "pass", "test": None, "test_code": "old"},
        {"id": "c", "question_id": 7, "solution": "pass", "test": "new", "test_code": None},
    ]
    verify(write(tmp_path / "in.jsonl", rows), tmp_path / "out.jsonl", ScriptedSandbox())
    assert [record["id"] for record in records(tmp_path / "out.jsonl")] == ["7", "b", "c"]


BAD_ROWS = [
    ([{"solution": "s", "test": "t"}], "row 2 has no id"),
    ([{"id": "", "solution": "s", "test": "t"}], "row 2: 'id' is empty"),
    ([{"id": ["x"], "solution": "s", "test": "t"}], "row 2: 'id' is a list"),
    ([{"id": "row-0", "solution": "s", "test": "t"}], "rows 1 and 2 have the same id 'row-0'"),
    ([{"id": "x", "test": "t"}], "row 2 has no column 'solution'; it has 'id', 'test'"),
    ([{"id": "x", "solution": "s"}], "row 2 has no column 'test'; it has 'id', 'solution'"),
    ([{"id": "x", "solution": None, "test": "t"}], "row 2: column 'solution' is null, not text"),
    ([{"id": "x", "solution": "s", "test": 7}], "row 2: column 'test' is a number, not text"),
    ([{"id": "x", "solution": "s", "test_code": ["t"]}], "row 2: column 'test_code' is a list, not text"),
    ([[]], "row 2 is a list, not an object"),
]


@pytest.mark.parametrize(("bad", "message"), BAD_ROWS, ids=[message for _, message in BAD_ROWS])
def test_a_bad_row_is_named_before_anything_is_run(tmp_path: Path, bad: list[Any], message: str) -> None:
    source = write(tmp_path / "in.jsonl", rows_of(1) + bad)
    sandbox = ScriptedSandbox()
    with pytest.raises(InputError, match=message) as refusal:
        verify(source, tmp_path / "out.jsonl", sandbox)
    assert str(source) in str(refusal.value)
    assert sandbox.ran == []
    assert names_in(tmp_path) == ["in.jsonl"]


def test_an_empty_file_and_malformed_json_are_refused(tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_text('{"id": "a", "solution": "s", "test": "t"}\n{"id":\n')
    with pytest.raises(InputError, match="malformed JSON at line 2"):
        verify(tmp_path / "in.jsonl", tmp_path / "out.jsonl", ScriptedSandbox())
    (tmp_path / "in.jsonl").write_text("\n")
    with pytest.raises(InputError, match="is empty"):
        verify(tmp_path / "in.jsonl", tmp_path / "out.jsonl", ScriptedSandbox())
    assert names_in(tmp_path) == ["in.jsonl"]


def test_places_that_cannot_be_written_are_refused_before_anything_is_run(tmp_path: Path) -> None:
    source = write(tmp_path / "in.jsonl", rows_of(1))
    (tmp_path / "folder.jsonl").mkdir()
    sandbox = ScriptedSandbox()
    for out, message in (
        (tmp_path / "folder.jsonl", "it is a folder"),
        (tmp_path / "out.csv", r"end its name in \.jsonl"),
        (source / "out.jsonl", "one of its parents is a file"),
        (source, "is the input itself"),
    ):
        with pytest.raises(UsageError, match=message):
            verify(source, out, sandbox)
    assert sandbox.ran == []
    assert names_in(tmp_path) == ["folder.jsonl", "in.jsonl"]


def test_a_stopped_verification_goes_on_and_runs_nothing_twice(tmp_path: Path) -> None:
    source, out = write(tmp_path / "in.jsonl", rows_of(20)), tmp_path / "out.jsonl"
    first = stop_after(6, source, out)
    second = stop_after(5, source, out)
    third, listener = ScriptedSandbox(), Listener()
    result = verify(source, out, third, listener=listener)
    assert sorted(first + second + third.ran) == sorted(row["solution"] for row in rows_of(20))
    assert listener.notes == ["going on: 11 verdicts of an earlier start are kept"]
    assert listener.last is not None
    assert (listener.last.done, listener.last.total) == (20, 20)
    assert result.figures.rows == 20
    verify(source, tmp_path / "undisturbed.jsonl", ScriptedSandbox())
    assert out.read_bytes() == (tmp_path / "undisturbed.jsonl").read_bytes()
    assert names_in(tmp_path) == ["in.jsonl", "out.jsonl", "undisturbed.jsonl"]


@pytest.mark.slow
def test_a_kill_at_any_change_of_a_name_leaves_all_or_nothing_and_the_next_start_cleans_up(tmp_path: Path) -> None:
    source, out = write(tmp_path / "in.jsonl", rows_of(5)), tmp_path / "out.jsonl"
    verify(source, tmp_path / "whole.jsonl", ScriptedSandbox())
    endings = set()
    for moment in range(1, 100):
        died = run_python(DYING_VERIFICATION, str(moment), str(tmp_path))
        if died.returncode == 0:
            break
        assert died.returncode == -signal.SIGKILL, died.stderr
        endings.add((out.exists(), journal_of(out).exists()))
        assert not out.exists() or out.read_bytes() == (tmp_path / "whole.jsonl").read_bytes()
        kept = journal_of(out).read_bytes().count(b'"key"') if journal_of(out).exists() else 0
        again = run_python(DYING_VERIFICATION, "0", str(tmp_path))
        assert again.stdout == f"{5 - kept}\n", again.stderr
        assert names_in(tmp_path) == ["in.jsonl", "out.jsonl", "whole.jsonl"]
        out.unlink()
    assert {(False, True), (True, True)} <= endings


def test_a_finished_verification_that_is_asked_for_again_is_run_again(tmp_path: Path) -> None:
    source, out = write(tmp_path / "in.jsonl", rows_of(3)), tmp_path / "out.jsonl"
    for _ in range(2):
        sandbox = ScriptedSandbox()
        verify(source, out, sandbox)
        assert len(sandbox.ran) == 3


def test_a_failure_leaves_the_old_output(tmp_path: Path) -> None:
    source, out = write(tmp_path / "in.jsonl", rows_of(3)), tmp_path / "out.jsonl"
    out.write_text("old")
    with pytest.raises(SandboxError):
        verify(source, out, stopping_after(1))
    assert out.read_text() == "old"


def test_a_torn_last_line_is_dropped(tmp_path: Path) -> None:
    source, out = write(tmp_path / "in.jsonl", rows_of(10)), tmp_path / "out.jsonl"
    stop_after(4, source, out)
    whole = journal_of(out).read_bytes()
    *_, last = whole.splitlines(keepends=True)
    for length in (1, len(last) // 2, len(last) - 1):
        journal_of(out).write_bytes(whole.removesuffix(last) + last[:length])
        assert stop_after(0, source, out) == []
        assert journal_of(out).read_bytes().count(b'"key"') == 3
    sandbox = ScriptedSandbox()
    verify(source, out, sandbox)
    assert len(sandbox.ran) == 7


def test_of_a_damaged_journal_all_that_can_be_read_counts(tmp_path: Path) -> None:
    source, out = write(tmp_path / "in.jsonl", rows_of(10)), tmp_path / "out.jsonl"
    stop_after(4, source, out)
    lines = journal_of(out).read_bytes().splitlines(keepends=True)
    lines[2] = b"\0" * (len(lines[2]) - 1) + b"\n"
    journal_of(out).write_bytes(b"".join(lines))
    sandbox = ScriptedSandbox()
    verify(source, out, sandbox)
    assert len(sandbox.ran) == 7
    assert [record["id"] for record in records(out)] == [row["id"] for row in rows_of(10)]


def test_verdicts_count_only_under_the_conditions_in_which_they_were_made(tmp_path: Path) -> None:
    source, out = write(tmp_path / "in.jsonl", rows_of(10)), tmp_path / "out.jsonl"
    slow = replace(TRUSTED, limits=Limits(timeout_s=60.0))
    stop_after(4, source, out)
    assert len(stop_after(3, source, out, slow)) == 3
    listener, sandbox = Listener(), ScriptedSandbox()
    verify(source, out, sandbox, listener=listener)
    assert len(sandbox.ran) == 6
    assert listener.notes == [
        "going on: 4 verdicts of an earlier start are kept",
        "3 verdicts of an earlier start do not count, for they were made under other conditions "
        "(timeout_s was 60.0, is 30.0)",
    ]
    assert names_in(tmp_path) == ["in.jsonl", "out.jsonl"]


@pytest.mark.parametrize(
    "change",
    [{"mode": "same"}, {"python": "/other/python"}, {"limits": Limits(memory_mb=100)}],
    ids=lambda change: next(iter(change)),
)
def test_another_mode_interpreter_or_limit_makes_other_verdicts(tmp_path: Path, change: dict[str, Any]) -> None:
    source, out = write(tmp_path / "in.jsonl", rows_of(4)), tmp_path / "out.jsonl"
    stop_after(3, source, out)
    sandbox = ScriptedSandbox()
    verify(source, out, sandbox, replace(TRUSTED, **change))
    assert len(sandbox.ran) == 4


def test_other_packages_or_isolation_make_other_verdicts_and_more_workers_do_not(tmp_path: Path) -> None:
    source, out = write(tmp_path / "in.jsonl", rows_of(4)), tmp_path / "out.jsonl"
    updated, isolated = ScriptedSandbox(), ScriptedSandbox(isolation="namespaces")
    updated.environment = Environment("3.11.0", "pytest==10", "linux")
    for sandbox, runs in ((updated, 4), (isolated, 4), (ScriptedSandbox(), 1)):
        stop_after(3, source, out)
        verify(source, out, sandbox, replace(TRUSTED, workers=3))
        out.unlink()
        assert len(sandbox.ran) == runs


def test_rows_that_were_changed_are_run_again_and_those_that_were_moved_are_not(tmp_path: Path) -> None:
    rows = rows_of(6)
    source, out = write(tmp_path / "in.jsonl", rows), tmp_path / "out.jsonl"
    stop_after(5, source, out)
    rows[1]["solution"], rows[2]["test"], rows[3]["id"] = "fail 1", "other", "renamed"
    write(source, rows[::-1])
    sandbox = ScriptedSandbox()
    verify(source, out, sandbox)
    assert sorted(sandbox.ran) == ["fail 1", "pass 2", "pass 3", "pass 5"]
    assert [(record["id"], record["verdict"]) for record in records(out)] == [
        ("row-5", "pass"), ("row-4", "pass"), ("renamed", "pass"), ("row-2", "pass"), ("row-1", "fail"),
        ("row-0", "pass"),
    ]  # fmt: skip


def test_two_cannot_write_the_same_output(tmp_path: Path) -> None:
    source, out = write(tmp_path / "in.jsonl", rows_of(2)), tmp_path / "out.jsonl"
    with open_journal(out), pytest.raises(UsageError, match="is being written by another kodcode verify"):
        verify(source, out, ScriptedSandbox())
    verify(source, out, ScriptedSandbox())
    assert names_in(tmp_path) == ["in.jsonl", "out.jsonl"]


def test_a_file_that_is_no_journal_is_left_alone(tmp_path: Path) -> None:
    source, out = write(tmp_path / "in.jsonl", rows_of(2)), tmp_path / "out.jsonl"
    journal_of(out).write_text("my notes\n")
    with pytest.raises(UsageError, match="is not a journal of kodcode verify: move it away"):
        verify(source, out, ScriptedSandbox())
    assert journal_of(out).read_text() == "my notes\n"


def test_the_journal_of_a_link_lies_beside_what_it_points_to(tmp_path: Path) -> None:
    (tmp_path / "far").mkdir()
    (tmp_path / "out.jsonl").symlink_to(tmp_path / "far" / "real.jsonl")
    source = write(tmp_path / "in.jsonl", rows_of(3))
    with pytest.raises(SandboxError):
        verify(source, tmp_path / "out.jsonl", stopping_after(1))
    assert names_in(tmp_path / "far") == [".real.jsonl.partial"]
    verify(source, tmp_path / "out.jsonl", ScriptedSandbox())
    assert len(records(tmp_path / "far" / "real.jsonl")) == 3
    assert (tmp_path / "out.jsonl").is_symlink()


def test_input_that_grows_while_it_is_read_is_refused_and_nothing_is_lost(tmp_path: Path) -> None:
    # More than are read ahead of the first trial.
    source, out = write(tmp_path / "in.jsonl", rows_of(10)), tmp_path / "out.jsonl"

    async def act(solution: str) -> None:
        if solution == "pass 0":
            with source.open("a") as file:
                file.writelines(json.dumps(row) + "\n" for row in rows_of(40)[10:])

    with pytest.raises(InputError, match=r"changed while it was read \(10 rows, then 40\)"):
        verify(source, out, ScriptedSandbox(act), replace(TRUSTED, workers=1))
    assert not out.exists()
    sandbox = ScriptedSandbox()
    assert verify(source, out, sandbox).figures.rows == 40
    assert sandbox.ran == []


@contextmanager
def piped(folder: Path, lines: list[str]) -> Iterator[Path]:
    """A named pipe into which the lines are written."""
    path = folder / "pipe"
    os.mkfifo(path)

    def fill() -> None:
        with suppress(BrokenPipeError), path.open("w") as file:
            file.writelines(lines)

    thread = threading.Thread(target=fill)
    thread.start()
    yield path
    thread.join(60)
    assert not thread.is_alive()


def test_a_pipe_is_read_once_and_a_bad_row_in_it_loses_no_verdict(tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    lines = [json.dumps(row) + "\n" for row in rows_of(30)]
    with piped(tmp_path, [*lines[:20], "{}\n"]) as pipe, pytest.raises(InputError, match="row 21 has no id"):
        verify(pipe, out, ScriptedSandbox())
    kept = journal_of(out).read_bytes().count(b'"key"')
    assert kept > 0
    (tmp_path / "pipe").unlink()
    sandbox, listener = ScriptedSandbox(), Listener()
    with piped(tmp_path, lines) as pipe:
        verify(pipe, out, sandbox, listener=listener)
    assert len(sandbox.ran) == 30 - kept
    assert listener.last is not None
    assert (listener.last.total, listener.last.seconds_left) == (None, None)
    assert [record["id"] for record in records(out)] == [row["id"] for row in rows_of(30)]


def test_records_for_a_reader_who_waits_are_held_back_no_further_than_the_window(tmp_path: Path) -> None:
    source = write(tmp_path / "in.jsonl", rows_of(2 * REORDER_WINDOW))
    out = tmp_path / "pipe"
    os.mkfifo(out)
    most = 0

    async def act(solution: str) -> None:
        nonlocal most
        if solution == "pass 0":
            while most != len(sandbox.ran):  # until the others stand still
                most = len(sandbox.ran)
                await asyncio.sleep(0.2)

    sandbox, read = ScriptedSandbox(act), list[str]()
    reader = threading.Thread(target=lambda: read.extend(out.read_text().splitlines()))
    reader.start()
    verify(source, out, sandbox)
    reader.join(60)
    assert most == REORDER_WINDOW
    assert [json.loads(line)["id"] for line in read] == [row["id"] for row in rows_of(2 * REORDER_WINDOW)]


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    source = tmp_path / "in.jsonl"
    with source.open("w") as file:
        for number in range(1000):
            file.write(json.dumps({"id": str(number), "solution": f"pass {number}", "test": "x" * 30_000}) + "\n")
    sandbox = ScriptedSandbox()
    sandbox.ran = deque(maxlen=1)  # type: ignore[assignment]
    tracemalloc.start()
    verify(source, tmp_path / "out.jsonl", sandbox)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 6_000_000, "30 MB of rows were read"


@pytest.mark.parametrize("isolation", ["auto", "strict"])
def test_without_isolation_nothing_is_run_unless_that_was_asked_for(tmp_path: Path, isolation: Isolation) -> None:
    source, out = write(tmp_path / "in.jsonl", rows_of(2)), tmp_path / "out.jsonl"
    sandbox = ScriptedSandbox()
    with pytest.raises(IsolationError, match="give --isolation none for code that you trust"):
        verify(source, out, sandbox, replace(TRUSTED, isolation=isolation))
    assert sandbox.ran == []
    assert names_in(tmp_path) == ["in.jsonl"]
    verify(source, out, ScriptedSandbox(isolation="landlock"), replace(TRUSTED, isolation=isolation))


def test_the_folder_for_trials_is_gone_afterwards_and_the_next_start_clears_those_of_the_dead(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    (tmp_path / "tmp").mkdir()
    with temporary_scratch() as mine, temporary_scratch() as another:
        assert mine.is_dir()
        assert mine != another
        (mine.parent / "trial-dead").mkdir()
        with temporary_scratch() as third:
            assert set(names_in(mine.parent)) == {mine.name, another.name, third.name}
        assert {mine.name, another.name} == set(names_in(mine.parent))
    assert names_in(tmp_path / "tmp") == []


def test_a_folder_for_trials_in_which_others_may_write_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    planted = tmp_path / f"kodcode-{os.getuid()}"
    planted.mkdir()
    planted.chmod(0o777)
    with pytest.raises(UsageError, match="is not a folder of yours alone"), temporary_scratch():
        pass
    planted.rmdir()
    planted.symlink_to(tmp_path)
    with pytest.raises(UsageError, match="is not a folder of yours alone"), temporary_scratch():
        pass
