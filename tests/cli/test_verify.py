"""``kodcode verify`` as its user meets it: a process of its own, which is interrupted, killed and given nonsense."""

from __future__ import annotations

import json
import os
import random
import resource
import signal
import subprocess
import time
import venv
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.pipeline.running import TIMEOUT_S, command, environment, kodcode

KILLS = 6
TRUSTED = ["--isolation", "none"]


def a_row(identity: object = "a", *, solution: str = "", test: str = "") -> dict[str, Any]:
    """A row that passes, and runs three of four statements."""
    return {
        "id": identity,
        "solution": solution or "def double(x):\n    if x > 9:\n        raise ValueError\n    return 2 * x\n",
        "test": test or "from solution import double\n\n\ndef test_double():\n    assert double(2) == 4\n",
    }


def write(path: Path, rows: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def lines_of(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_every_row_gets_a_record_and_json_is_one_object_and_nothing_else(tmp_path: Path) -> None:
    rows = [
        a_row(),
        {"question_id": 2, "solution": "def double(x):\n    return x\n", "test_code": a_row()["test"]},
        a_row("three", solution="import no_such_package\n"),
        a_row("four", test="x = 1\n"),
    ]
    source, out = write(tmp_path / "in.jsonl", rows), tmp_path / "new" / "out.jsonl"
    done = kodcode(["verify", str(source), "--out", str(out), "--json", "--workers", "2", *TRUSTED])
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    answer = json.loads(done.stdout)
    assert answer["rows"] == 4
    assert answer["verdicts"] == {"pass": 1, "fail": 1, "error": 1, "no_tests": 1}
    assert answer["missing_packages"] == {"no_such_package": 1}
    assert answer["isolation"] == "none"
    assert answer["cpu_seconds"] > 0
    assert answer["seconds"] > 0
    first, second, third, fourth = lines_of(out.read_text())
    assert [record["id"] for record in (first, second, third, fourth)] == ["a", "2", "three", "four"]
    assert (first["verdict"], first["coverage"], first["assurance"]) == ("pass", 75, "none")
    assert [(test["name"], test["outcome"]) for test in first["tests"]] == [("test_double", "passed")]
    assert "assert 2 == 4" in second["tests"][0]["message"]
    assert "no_such_package" in third["message"]
    assert names_in(out.parent) == ["out.jsonl"]


def test_without_json_a_person_reads_the_figures(tmp_path: Path) -> None:
    source = write(tmp_path / "in.jsonl", [a_row(), a_row("b", solution="import no_such_package\n")])
    done = kodcode(["verify", str(source), "--out", str(tmp_path / "out.parquet"), *TRUSTED])
    assert done.returncode == 0, done.stderr
    assert "2 rows in " in done.stdout
    assert "pass 1, error 1" in done.stdout
    assert "missing packages: no_such_package 1" in done.stdout


def test_standard_input_is_answered_row_by_row() -> None:
    words = command(["verify", "-", "--out", "-", "--quiet", *TRUSTED])
    with subprocess.Popen(
        words, env=environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for identity in ("a", "b", "c"):
            process.stdin.write(json.dumps(a_row(identity)) + "\n")
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["id"] == identity
        left, message = process.communicate(timeout=TIMEOUT_S)
    assert (process.returncode, left) == (0, "")
    assert "3 rows in " in message


def test_standard_input_may_be_a_file(tmp_path: Path) -> None:
    source = write(tmp_path / "in.jsonl", [a_row(), a_row("b")])
    words = command(["verify", "-", "--out", str(tmp_path / "out.jsonl"), *TRUSTED])
    with source.open() as stream:
        done = subprocess.run(
            words, env=environment(), stdin=stream, capture_output=True, text=True, check=False, timeout=TIMEOUT_S
        )
    assert done.returncode == 0, done.stderr
    assert [record["id"] for record in lines_of((tmp_path / "out.jsonl").read_text())] == ["a", "b"]


def started(words: list[str], **more: Any) -> subprocess.Popen[str]:
    """A command under way; a shell lets its background jobs ignore Ctrl-C, and these tests may be one."""
    return subprocess.Popen(
        command(words),
        env=environment(),
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        **more,
    )


def wait_for(file: Path, *, lines: int, process: subprocess.Popen[str]) -> None:
    """Until ``file`` has so many lines."""
    deadline = time.monotonic() + TIMEOUT_S
    while not file.exists() or file.read_bytes().count(b"\n") < lines:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.01)


def rows_that_leave_a_trace(trace: Path, number: int, *, seconds: float) -> list[dict[str, Any]]:
    """Rows whose solutions append their id to a file, and take a while."""
    solution = (
        "import time\nwith open({trace!r}, 'a') as file:\n    file.write('row-{index}\\n')\ntime.sleep({seconds})\n"
    )
    test = "import solution\n\n\ndef test_it_is_there():\n    assert solution.time\n"
    return [
        a_row(f"row-{index}", solution=solution.format(trace=str(trace), index=index, seconds=seconds), test=test)
        for index in range(number)
    ]


@pytest.mark.slow
def test_ctrl_c_ends_with_a_sentence_and_the_next_start_goes_on(tmp_path: Path) -> None:
    trace, out = tmp_path / "trace", tmp_path / "out.jsonl"
    source = write(tmp_path / "in.jsonl", rows_that_leave_a_trace(trace, 16, seconds=0.1))
    words = ["verify", str(source), "--out", str(out), "--workers", "2", *TRUSTED]
    with started(words, stdout=subprocess.PIPE) as process:
        wait_for(trace, lines=6, process=process)
        process.send_signal(signal.SIGINT)
        output, message = process.communicate(timeout=TIMEOUT_S)
    assert process.returncode == 130
    assert message.strip() == "stopped; the same command goes on where this one was"
    assert output == ""
    assert not out.exists()
    known = in_journal(out)
    assert len(known) >= 4
    before = Counter(trace.read_text().split())
    done = kodcode(words)
    assert done.returncode == 0, done.stderr
    assert f"going on: {len(known)} verdicts of an earlier start are kept" in done.stderr
    after = Counter(trace.read_text().split())
    assert {identity: after[identity] for identity in known} == {identity: before[identity] for identity in known}
    assert names_in(tmp_path) == ["in.jsonl", "out.jsonl", "trace"]


def test_ctrl_c_ends_also_while_nothing_comes_from_standard_input() -> None:
    with started(["verify", "-", "--out", "-", *TRUSTED], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(a_row()) + "\n")
        process.stdin.flush()
        assert json.loads(process.stdout.readline())["verdict"] == "pass"
        process.send_signal(signal.SIGINT)
        assert process.wait(TIMEOUT_S) == 130
        assert process.stderr is not None
        assert process.stderr.read().strip() == "stopped"


def in_journal(out: Path) -> set[str]:
    """Ids of the rows whose verdicts are kept."""
    journal = out.with_name(f".{out.name}.partial")
    lines = journal.read_bytes().splitlines(keepends=True) if journal.exists() else []
    entries = [json.loads(line) for line in lines if line.endswith(b"\n")]
    return {entry["record"]["id"] for entry in entries if "record" in entry}


@pytest.mark.slow
def test_after_kills_at_any_moment_no_verdict_that_was_kept_is_made_again(tmp_path: Path) -> None:
    seed = random.SystemRandom().randrange(10**6)
    print(f"seed of the kill moments: {seed}")  # noqa: T201 - shown by pytest when the test fails
    moments = random.Random(seed)
    trace, out = tmp_path / "trace", tmp_path / "out.jsonl"
    rows = rows_that_leave_a_trace(trace, 60, seconds=0.1)
    source = write(tmp_path / "in.jsonl", rows)
    words = ["verify", str(source), "--out", str(out), "--workers", "2", "--quiet", *TRUSTED]
    runs_when_kept: dict[str, int] = {}
    trace.touch()
    for kill in range(KILLS):
        more = moments.randrange(4, 9) if kill % 2 else moments.randrange(3)
        lines = trace.read_bytes().count(b"\n") + more
        with started(words, stdout=subprocess.DEVNULL) as process:
            wait_for(trace, lines=lines, process=process)
            time.sleep(moments.uniform(0, 0.3))
            process.kill()
        runs = Counter(trace.read_text().split())
        for identity in in_journal(out):
            runs_when_kept.setdefault(identity, runs[identity])
    done = kodcode(words)
    assert done.returncode == 0, done.stderr
    assert [record["id"] for record in lines_of(out.read_text())] == [row["id"] for row in rows]
    assert {record["verdict"] for record in lines_of(out.read_text())} == {"pass"}
    runs = Counter(trace.read_text().split())
    assert len(runs_when_kept) >= KILLS // 2 * 2
    assert {identity: runs[identity] for identity in runs_when_kept} == runs_when_kept
    assert names_in(tmp_path) == ["in.jsonl", "out.jsonl", "trace"]


def test_a_disk_that_fills_up_is_one_sentence_and_what_was_verified_is_kept(tmp_path: Path) -> None:
    source, out = write(tmp_path / "in.jsonl", [a_row(str(index)) for index in range(20)]), tmp_path / "out.jsonl"
    words = ["verify", str(source), "--out", str(out), *TRUSTED]
    hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
    done = subprocess.run(
        command(words),
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
        timeout=TIMEOUT_S,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (4000, hard)),
    )
    assert done.returncode == 2
    assert done.stderr == (
        f"error: cannot write {tmp_path}/.out.jsonl.partial: File too large; "
        "raise the limit on the size of files (ulimit -f)\n"
    )
    assert not out.exists()
    kept = in_journal(out)
    assert kept
    done = kodcode(words)
    assert done.returncode == 0, done.stderr
    assert f"going on: {len(kept)} verdicts" in done.stderr
    assert len(lines_of(out.read_text())) == 20


def test_a_reader_who_goes_away_ends_it_without_a_traceback(tmp_path: Path) -> None:
    source = write(tmp_path / "in.jsonl", [a_row(str(index)) for index in range(10)])
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        command(["verify", str(source), "--out", "-", *TRUSTED]),
        env=environment(),
        stdout=writing,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        timeout=TIMEOUT_S,
    )
    os.close(writing)
    assert done.returncode == 2
    assert done.stderr == "error: standard output was closed by its reader; read it to the end\n"


def refused(words: list[str], *says: str) -> None:
    """Exit code 2 and a message, nothing on standard output."""
    done = kodcode(words)
    message = " ".join(done.stderr.replace("│", " ").split())
    assert done.returncode == 2, f"exit {done.returncode}: {message}"
    assert "Traceback" not in message
    for words_said in says:
        assert words_said in message
    assert done.stdout == ""


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--out", "{folder}/out.jsonl", "--timeout", "0"], "--timeout 0"),
        (["--out", "{folder}/out.jsonl", "--timeout", "nan"], "--timeout nan"),
        (["--out", "{folder}/out.jsonl", "--workers", "0"], "--workers"),
        (["--out", "{folder}/out.jsonl", "--memory-mb", "1"], "--memory-mb"),
        (["--out", "{folder}/out.jsonl", "--mode", "both"], "--mode"),
        (["--out", "{folder}/out.jsonl", "--isolation", "some"], "--isolation"),
        (["--out", "{folder}/out.jsonl", "--python", "{folder}/none"], "{folder}/none"),
        ([], "--out FILE"),
        (["--out", "-", "--json"], "both want standard output"),
        (["--out", "{folder}/out.txt"], "end its name in .jsonl"),
        (["--out", "{folder}"], "it is a folder"),
        (["--out", "{folder}/in.jsonl"], "is the input itself"),
        (["--explain", "zzz"], "no row with the id 'zzz'; that of the first one is 'a'"),
    ],
)
def test_wrong_usage(tmp_path: Path, words: list[str], says: str) -> None:
    source = write(tmp_path / "in.jsonl", [a_row()])
    given = [word.replace("{folder}", str(tmp_path)) for word in words]
    isolated = [] if "--isolation" in words else TRUSTED
    refused(["verify", str(source), *given, *isolated], says.replace("{folder}", str(tmp_path)))
    assert names_in(tmp_path) == ["in.jsonl"]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "in.jsonl is empty"),
        ('{"id": "a", "solution": "s", "test": "t"}\n{"id": \n', "in.jsonl: malformed JSON at line 2"),
        ('{"id": "a", "test": "t"}\n', "in.jsonl, row 1 has no column 'solution'; it has 'id', 'test'"),
        ('{"id": "a", "solution": "s", "tests": "t"}\n', "in.jsonl, row 1 has no column 'test'"),
        ('{"id": "a", "solution": 1, "test": "t"}\n', "in.jsonl, row 1: column 'solution' is a number, not text"),
        ('{"solution": "s", "test": "t"}\n', "in.jsonl, row 1 has no id"),
        ('{"id": "", "solution": "s", "test": "t"}\n', "in.jsonl, row 1: 'id' is empty"),
        ('{"id": 1, "solution": "s", "test": "t"}\n' * 2, "in.jsonl: rows 1 and 2 have the same id '1'"),
    ],
)
def test_unusable_input(tmp_path: Path, content: str, says: str) -> None:
    (tmp_path / "in.jsonl").write_text(content)
    refused(["verify", str(tmp_path / "in.jsonl"), "--out", str(tmp_path / "out.jsonl"), *TRUSTED], says)
    assert names_in(tmp_path) == ["in.jsonl"]


def test_a_missing_file(tmp_path: Path) -> None:
    refused(["verify", "none.jsonl", "--out", str(tmp_path / "out.jsonl")], "none.jsonl does not exist")


def test_a_python_without_pytest_is_told_how_to_install_it(tmp_path: Path) -> None:
    venv.create(tmp_path / "env", with_pip=False, symlinks=True)
    source = write(tmp_path / "in.jsonl", [a_row()])
    interpreter = tmp_path / "env" / "bin" / "python"
    for given in (tmp_path / "env", interpreter):
        words = ["verify", str(source), "--out", str(tmp_path / "out.jsonl"), "--python", str(given), *TRUSTED]
        refused(words, f"{interpreter} -m pip install pytest")
    assert names_in(tmp_path) == ["env", "in.jsonl"]


def test_explain_shows_everything_of_one_trial(tmp_path: Path) -> None:
    noisy = a_row("noisy", solution="print('hello \\x1b[2J')\n" + a_row()["solution"])
    noisy["test"] += "\n\ndef test_wrong():\n    assert double(2) == 5\n"
    source = write(tmp_path / "in.jsonl", [a_row(), noisy])
    done = kodcode(["verify", str(source), "--explain", "noisy", *TRUSTED])
    assert done.returncode == 0, done.stderr
    for shown in (
        "noisy: fail",
        "assert 4 == 5",
        "passed   test_double",
        "failed   test_wrong",
        "mode         ",
        "isolation    none, assurance none",
        "limits       30 s, 2048 MB",
        "coverage     80% of the statements of solution.py",
        "not run      4          raise ValueError",
        "hello \\x1b[2J",
        "with coverage==",
        '"kind": "end"',
    ):
        assert shown in done.stdout, done.stdout
    assert "\x1b" not in done.stdout
    assert names_in(tmp_path) == ["in.jsonl"]


def test_explain_gives_the_same_as_one_object(tmp_path: Path) -> None:
    source, out = write(tmp_path / "in.jsonl", [a_row(), a_row("b")]), tmp_path / "out.jsonl"
    done = kodcode(["verify", str(source), "--out", str(out), "--explain", "b", "--timeout", "9", "--json", *TRUSTED])
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert (answer["id"], answer["verdict"], answer["coverage"], answer["missing_lines"]) == ("b", "pass", 75, [3])
    assert answer["limits"]["timeout_s"] == 9
    assert answer["environment"]["python"].startswith("3.")
    assert answer["report"]
    assert {"reason", "output", "tests", "message", "mode", "isolation", "assurance"} <= answer.keys()
    assert not out.exists()
