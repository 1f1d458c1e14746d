"""``kodcode decontaminate`` as its user meets it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from tests.pipeline.running import TIMEOUT_S, command, environment, kodcode
from tests.pipeline.test_decontaminate_file import BELTS, BUOYS, ROWS, VERDICTS, write

ITEMS = [{"id": "B/0", "text": BUOYS}]


@pytest.fixture(autouse=True)
def _own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KODCODE_HOME", str(tmp_path_factory.mktemp("home")))


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A folder with rows and two benchmarks."""
    write(tmp_path / "in.jsonl", ROWS)
    write(tmp_path / "buoys.jsonl", ITEMS)
    write(tmp_path / "belts.jsonl", [{"id": 7, "text": BELTS}])
    return tmp_path


def verdicts_in(text: str) -> list[str]:
    return [json.loads(line)["verdict"] for line in text.splitlines()]


def test_help_has_examples() -> None:
    done = kodcode(["decontaminate", "--help"])
    assert done.returncode == 0
    assert "Examples:" in done.stdout
    assert "kodcode decontaminate" in done.stdout


def test_rows_come_out_marked_and_json_is_one_object_and_nothing_else(files: Path) -> None:
    words = ["decontaminate", "in.jsonl", "--out", "new/out.jsonl", "--json"]
    done = kodcode([*words, "--benchmark", "buoys=buoys.jsonl", "belts=belts.jsonl"], cwd=files)
    assert (done.returncode, done.stderr) == (0, "")
    answer = json.loads(done.stdout)
    assert answer.pop("seconds") > 0
    assert (answer["rows"], answer["setting"]) == (3, "strict")
    assert answer["verdicts"] == {"contaminated": 2, "review": 0, "clean": 1}
    assert [found["contaminated"] for found in answer["benchmarks"].values()] == [1, 1]
    assert verdicts_in((files / "new" / "out.jsonl").read_text()) == VERDICTS
    assert [path.name for path in (files / "new").iterdir()] == ["out.jsonl"]


def test_without_json_a_person_reads_the_figures(files: Path) -> None:
    words = ["decontaminate", "in.jsonl", "--out", "out.parquet", "--report", "report.json", "--setting", "balanced"]
    done = kodcode([*words, "--benchmark", "buoys=buoys.jsonl", "--workers", "2"], cwd=files)
    assert done.returncode == 0, done.stderr
    assert ": 1 contaminated, 0 review, 2 clean (setting balanced)" in done.stdout
    assert "buoys (1 items at sha256:" in done.stdout
    assert json.loads((files / "report.json").read_text())["setting"] == "balanced"


def test_standard_input_and_output_are_json_lines(files: Path) -> None:
    done = subprocess.run(
        command(["decontaminate", "-", "--out", "-", "--benchmark", "buoys=buoys.jsonl"]),
        env=environment(),
        cwd=files,
        input=(files / "in.jsonl").read_text(),
        capture_output=True,
        text=True,
        check=False,
        timeout=TIMEOUT_S,
    )
    assert done.returncode == 0, done.stderr
    assert verdicts_in(done.stdout) == ["contaminated", "clean", "clean"]
    assert "3 rows in " in done.stderr


def test_without_a_benchmark_rows_are_compared_with_all_that_are_stored(files: Path) -> None:
    words = ["decontaminate", "in.jsonl", "--out", "out.jsonl"]
    done = kodcode(words, cwd=files)
    assert done.returncode == 2
    assert "kodcode benchmarks add NAME PATH" in done.stderr
    for name in ("buoys", "belts"):
        assert kodcode(["benchmarks", "add", name, f"{name}.jsonl"], cwd=files).returncode == 0
        (files / f"{name}.jsonl").unlink()
    assert kodcode(words, cwd=files).returncode == 0
    assert verdicts_in((files / "out.jsonl").read_text()) == VERDICTS
    assert kodcode([*words, "--benchmark", "buoys"], cwd=files).returncode == 0
    assert verdicts_in((files / "out.jsonl").read_text()) == ["contaminated", "clean", "clean"]


def test_one_row_is_shown_side_by_side(files: Path) -> None:
    words = ["decontaminate", "in.jsonl", "--show", "copy", "--benchmark", "buoys=buoys.jsonl"]
    done = kodcode(words, cwd=files)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("copy: contaminated\n")
    shown = " ".join(done.stdout.split())
    for words_there in ("row copy", "buoys/B/0", "near_copy", "signal", "Here is a task."):
        assert words_there in shown
    assert shown.count("consecutive") == 2
    answer = json.loads(kodcode([*words, "--json"], cwd=files).stdout)
    assert (answer["id"], answer["verdict"], answer["matches"][0]["item_text"]) == ("copy", "contaminated", BUOYS)
    assert "no item of a benchmark is near" in kodcode([*words[:3], "clean", *words[4:]], cwd=files).stdout
    assert {path.name for path in files.iterdir()} == {"in.jsonl", "buoys.jsonl", "belts.jsonl"}


def test_an_item_of_which_only_the_fingerprint_is_known_is_named_with_its_revision(files: Path) -> None:
    assert kodcode(["benchmarks", "add", "buoys", "buoys.jsonl", "--no-text"], cwd=files).returncode == 0
    done = kodcode(["decontaminate", "in.jsonl", "--show", "copy"], cwd=files)
    shown = " ".join(done.stdout.split())
    assert "The text is not here: only fingerprints of buoys at" in shown
    assert "sha256:" in shown


def test_what_is_shown_cannot_steer_the_terminal(files: Path) -> None:
    write(files / "in.jsonl", [{"id": "a\x1b[2J", "question": f"\x1b]0;title\x07 {BUOYS}"}])
    done = kodcode(["decontaminate", "in.jsonl", "--show", "a\x1b[2J", "--benchmark", "buoys=buoys.jsonl"], cwd=files)
    assert done.returncode == 0
    assert "\x1b" not in done.stdout
    assert r"\x1b]0;title" in done.stdout


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["missing.jsonl", "--out", "out.jsonl"], "missing.jsonl does not exist"),
        (["in.jsonl", "--out", "out.csv"], "of an unknown kind"),
        (["in.jsonl", "--out", "in.jsonl"], "is the input itself"),
        (["in.jsonl", "--out", "out.jsonl", "--column", "text"], "row 1 has no column 'text'"),
        (["in.jsonl", "--out", "-", "--json"], "both want standard output"),
        (["twice.jsonl", "--out", "out.jsonl"], "rows 1 and 2 have the same id 'copy'"),
        (["empty.jsonl", "--out", "out.jsonl"], "is empty"),
        (["in.jsonl", "--show", "gone"], "has no row with the id 'gone'"),
        (["in.jsonl"], "give --out FILE, or --show ID"),
        (["-", "--out", "out.jsonl", "--benchmark", "belts=-"], "both want standard input"),
        (["in.jsonl", "--out", "out.jsonl", "--benchmark", "belts"], "no benchmark of this name is stored"),
        (["in.jsonl", "--out", "out.jsonl", "--benchmark", "belts=gone.jsonl"], "gone.jsonl does not exist"),
        (["in.jsonl", "--out", "out.jsonl", "--setting", "loose"], "Invalid value"),
    ],
)
def test_wrong_usage_ends_with_2_and_a_sentence_and_writes_nothing(files: Path, words: list[str], message: str) -> None:
    write(files / "twice.jsonl", [ROWS[0], ROWS[0]])
    write(files / "empty.jsonl", [])
    before = {path.name: path.read_bytes() for path in files.iterdir()}
    done = kodcode(["decontaminate", *words, "--benchmark", "buoys=buoys.jsonl"], cwd=files)
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert {path.name: path.read_bytes() for path in files.iterdir()} == before


@pytest.mark.parametrize("workers", [1, 2])
def test_ctrl_c_ends_with_a_sentence_and_leaves_nothing(files: Path, workers: int) -> None:
    """As a terminal sends it: to the workers too."""
    source, out = files / "many.jsonl", files / "new" / "out.jsonl"
    write(source, [row | {"id": f"{row['id']}-{number}"} for number in range(20_000) for row in ROWS])
    words = ["decontaminate", str(source), "--out", str(out), "--benchmark", f"buoys={files}/buoys.jsonl"]
    with started([*words, "--workers", str(workers)]) as process:
        wait_until(lambda: out.parent.is_dir() and any(out.parent.iterdir()), process)
        os.killpg(process.pid, signal.SIGINT)
        output, message = process.communicate(timeout=TIMEOUT_S)
    assert process.returncode == 130
    assert message.splitlines()[-1] == "stopped"
    assert "Traceback" not in message
    assert output == ""
    assert list(out.parent.iterdir()) == []


def started(words: list[str]) -> subprocess.Popen[str]:
    """A command in a process group of its own, which hears Ctrl-C."""
    return subprocess.Popen(
        command(words),
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )


def wait_until(there: Any, process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + TIMEOUT_S
    while not there():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.01)
