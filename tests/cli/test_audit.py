"""``kodcode audit`` as its user meets it: exit codes, JSON, table, one row in full, a kill."""

from __future__ import annotations

import json
import signal
from pathlib import Path
from typing import Any

import pytest

from kodcode_hub.pipeline.audit_checks import CHECKS
from tests.cli.test_verify import lines_of, names_in, started, wait_for, write
from tests.pipeline.running import kodcode

TRUSTED = ["--isolation", "none", "--workers", "2"]
DOUBLE = "def double(x):\n    return 2 * x\n"
TEST = "def test_double():\n    assert double(2) == 4\n"


def a_row(
    identity: str, *, solution: str = DOUBLE, test: str = "from solution import double\n" + TEST
) -> dict[str, Any]:
    return {"question_id": identity, "solution": solution, "test_code": test, "style": "instruct"}


ROWS = [
    a_row("holds"),
    a_row("hidden", test=TEST),
    a_row("wrong", solution="def double(x):\n    return x\n"),
    a_row("lacks", solution="import no_such_thing\n" + DOUBLE),
]


def test_findings_end_with_1_and_json_is_one_object_and_nothing_else(tmp_path: Path) -> None:
    out = tmp_path / "new" / "out.jsonl"
    source = write(tmp_path / "in.jsonl", ROWS)
    done = kodcode(["audit", str(source), "--out", str(out), "--json", "--quiet", *TRUSTED])
    assert (done.returncode, done.stderr) == (1, "")
    answer = json.loads(done.stdout)
    assert answer["rows"] == 4
    assert answer["findings"] == {"label_wrong": 1, "hidden_import": 1, "missing_package": 1}
    assert answer["checks"] == ["labels"]
    assert answer["verdicts"] == {"pass": 1, "fail": 2, "error": 1}
    assert answer["missing_packages"] == {"no_such_thing": 1}
    assert (answer["isolation"], answer["rows_with_findings"]) == ("none", 3)
    assert [(line["question_id"], line["verdict"], line["findings"]) for line in lines_of(out.read_text())] == [
        ("holds", "pass", []),
        ("hidden", "fail", ["hidden_import"]),
        ("wrong", "fail", ["label_wrong"]),
        ("lacks", "error", ["missing_package"]),
    ]
    assert names_in(out.parent) == ["out.jsonl"]


def test_without_findings_it_ends_with_0_and_nothing_is_written_that_was_not_asked_for(tmp_path: Path) -> None:
    source = write(tmp_path / "in.jsonl", ROWS[:1])
    done = kodcode(["audit", str(source), *TRUSTED])
    assert done.returncode == 0, done.stderr
    assert "1 rows in " in done.stdout
    assert "no findings" in done.stdout
    assert names_in(tmp_path) == ["in.jsonl"]


def test_a_person_reads_a_table_of_the_rows_with_findings(tmp_path: Path) -> None:
    source = write(tmp_path / "in.jsonl", [*ROWS, *(a_row(f"more-{n}", test=TEST) for n in range(20))])
    done = kodcode(["audit", str(source), *TRUSTED])
    assert done.returncode == 1, done.stderr
    assert "findings in 23 rows: label_wrong 1, hidden_import 21, missing_package 1" in done.stdout
    row = next(
        line for line in done.stdout.splitlines() if "wrong" in line and "fail" in line and "findings" not in line
    )
    assert "assert 2 == 4" in row
    assert "and 3 more; --out FILE has them all" in done.stdout


def test_lines_on_standard_output_leave_the_figures_to_the_other_stream(tmp_path: Path) -> None:
    done = kodcode(["audit", str(write(tmp_path / "in.jsonl", ROWS)), "--out", "-", "--quiet", *TRUSTED])
    assert done.returncode == 1
    assert [line["question_id"] for line in lines_of(done.stdout)] == ["holds", "hidden", "wrong", "lacks"]
    assert "findings in 3 rows" in done.stderr


@pytest.mark.parametrize(
    ("identity", "shown"),
    [
        ("holds", ["holds: no findings", "holds: pass", "passed   test_double"]),
        (
            "hidden",
            ["hidden: hidden_import", "NameError", "--- with 'from solution import *' before it", "as a line of"],
        ),
        ("wrong", ["wrong: label_wrong", "assert 2 == 4", "contradict each other"]),
        ("lacks", ["lacks: missing_package", "no_such_thing", "--python"]),
    ],
)
def test_one_row_in_full_says_what_would_make_it_pass(identity: str, shown: list[str], tmp_path: Path) -> None:
    done = kodcode(["audit", str(write(tmp_path / "in.jsonl", ROWS)), "--explain", identity, *TRUSTED])
    assert done.returncode == (0 if identity == "holds" else 1), done.stderr
    assert [text for text in shown if text not in done.stdout] == []
    assert names_in(tmp_path) == ["in.jsonl"]


def test_one_row_in_full_as_json_shows_the_runs_of_a_flaky_one(tmp_path: Path) -> None:
    solution = "import time\n\ndef hour():\n    return time.localtime(0).tm_hour\n"
    row = a_row(
        "local", solution=solution, test="from solution import hour\ndef test_hour():\n    assert hour() == 0\n"
    )
    source = write(tmp_path / "in.jsonl", [row])
    words = ["audit", str(source), "--explain", "local", "--checks", "labels,flaky"]
    done = kodcode([*words, "--json", *TRUSTED])
    assert done.returncode == 1, done.stderr
    answer = json.loads(done.stdout)
    assert answer["findings"] == ["flaky"]
    assert [run["verdict"] for run in answer["evidence"][0]["runs"]] == ["pass"] + ["fail"] * 5
    assert answer["published"]["tests"][0]["outcome"] == "passed"


WRONG_USE = [
    (["--checks", "labels,nonsense"], f"knows no check 'nonsense'; there are: {', '.join(CHECKS)}"),
    (["--config", "apps"], "is a file"),
    (["--explain", "nobody"], "has no row with the id 'nobody'"),
    (["--timeout", "nan"], "is no time"),
    (["--out", "-", "--json"], "both want standard output"),
    (["--out", "rows.txt"], "of an unknown kind"),
]


@pytest.mark.parametrize(("words", "message"), WRONG_USE)
def test_wrong_use_ends_with_2_and_a_sentence(words: list[str], message: str, tmp_path: Path) -> None:
    done = kodcode(["audit", str(write(tmp_path / "in.jsonl", ROWS)), *words, *TRUSTED], cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_a_sample_of_standard_input_is_refused(tmp_path: Path) -> None:
    done = kodcode(["audit", "/dev/stdin", "--sample", "3", *TRUSTED])
    assert done.returncode == 2
    assert "can be read only once" in done.stderr


@pytest.mark.slow
def test_after_kill_9_the_same_command_goes_on(tmp_path: Path) -> None:
    trace, out = tmp_path / "trace", tmp_path / "out.jsonl"
    solution = (
        f"import time\nwith open({str(trace)!r}, 'a') as file:\n    file.write('ran\\n')\ntime.sleep(0.1)\n{DOUBLE}"
    )
    source = write(tmp_path / "in.jsonl", [a_row(f"row-{number}", solution=solution) for number in range(16)])
    words = ["audit", str(source), "--out", str(out), *TRUSTED]
    with started(words) as process:
        wait_for(trace, lines=6, process=process)
        process.send_signal(signal.SIGKILL)
    assert not out.exists()
    done = kodcode([*words, "--json"])
    assert done.returncode == 0, done.stderr
    assert "verdicts of an earlier start are kept" in done.stderr
    assert [line["question_id"] for line in lines_of(out.read_text())] == [f"row-{number}" for number in range(16)]
    assert trace.read_text().count("ran") <= 16 + 2
    assert names_in(tmp_path) == ["in.jsonl", "out.jsonl", "trace"]
