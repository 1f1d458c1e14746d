"""Whole builds: real client, real server on loopback, real trials, real SQLite."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from kodcode_hub.ledger.store import open_for_reading
from kodcode_hub.pipeline.run_folder import LEDGER_NAME
from kodcode_hub.pipeline.status import run_status
from tests.pipeline.running import kodcode, release_bytes
from tests.pipeline.world import ADD, BENCH, HARD, World, make_world


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return make_world(tmp_path_factory.mktemp("world"))


@pytest.fixture(scope="module")
def run(world: World, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs") / "run"
    done = kodcode(world.arguments(folder))
    assert done.returncode == 0, done.stderr
    return folder


def rows_of(run: Path, config: str) -> dict[str, dict[str, Any]]:
    files = sorted((run / "release" / "data" / config).glob("*.parquet"))
    return {row["question_id"]: row for file in files for row in pq.read_table(file).to_pylist()}


def outcome(run: Path, stage: str) -> list[str]:
    connection = open_for_reading(run / LEDGER_NAME)
    query = "SELECT ifnull(reason, 'kept') FROM outcomes WHERE stage=?"
    reasons = sorted(reason for (reason,) in connection.execute(query, (stage,)))
    connection.close()
    return reasons


def test_every_stage_has_kept_and_rejected_what_the_world_holds(run: Path) -> None:
    assert outcome(run, "synthesize") == ["empty", "kept", "kept", "kept", "kept", "kept", "refused", "truncated"]
    (duplicate,) = (reason for reason in outcome(run, "deduplicate") if reason != "kept")
    assert duplicate.startswith("duplicate_of:")
    assert outcome(run, "decontaminate") == ["contaminated:tiny/T/1", "kept", "kept", "kept"]
    assert outcome(run, "select") == ["kept", "kept", "no_passing_trial"]
    assert outcome(run, "restyle") == ["kept", "leaks_solution"]


def test_the_rows_are_what_passed(run: Path) -> None:
    rows = rows_of(run, "algorithm")
    assert sorted(row["style"] for row in rows.values()) == ["complete", "instruct", "instruct"]
    add = next(row for row in rows.values() if row["question"] == ADD)
    assert add["test"].startswith("from solution import add\n")
    assert add["provenance"]["imports"] == "from solution import add"
    assert (add["test_coverage"], add["tests_passed"], add["gpt_difficulty"]) == (100, 2, "easy")
    assert BENCH not in {row["question"] for row in rows.values()}


def test_attempts_that_cannot_be_read_count_and_the_first_pass_is_chosen(run: Path) -> None:
    """Defects 24 and 36."""
    hard = next(row for row in rows_of(run, "algorithm").values() if row["question"] == HARD)
    results = [(trial["test_result"], trial["reason"]) for trial in hard["trials"]]
    assert sorted(results, key=str) == [("fail", ""), ("pass", ""), (None, "unparsed")]
    assert hard["gpt_pass_sequence"] == [int(result == "pass") for result, _ in results]
    assert hard["chosen_trial"] == next(t["trial"] for t in hard["trials"] if t["test_result"] == "pass")
    assert hard["gpt_difficulty"] == "medium"


def test_responses_are_labelled_by_the_published_code(run: Path) -> None:
    """Defects 44 and 48."""
    sft = rows_of(run, "sft")
    assert {row["r1_correctness"] for row in sft.values()} == {True, False}
    assert all(row["r1_solution"] in row["conversations"][1]["value"] for row in sft.values())
    incorrect = sorted((run / "release" / "data" / "sft").glob("incorrect-*.parquet"))
    assert [row["style"] for file in incorrect for row in pq.read_table(file).to_pylist()] == ["complete"]
    assert outcome(run, "respond").count("truncated") == 2


def test_status_conserves_every_id(run: Path) -> None:
    status = run_status(run)
    assert status["state"] == "done"
    for stage in [*status["stages"].values(), *status["subsets"].values()]:
        assert stage["in"] == stage["kept"] + sum(stage["rejected"].values())
    assert status["stages"]["synthesize"]["in"] == 8
    assert status["subsets"]["algorithm"] | {"stages": None} == {
        "in": 8,
        "kept": 2,
        "rejected": {
            "contaminated": 1,
            "duplicate_of": 1,
            "empty": 1,
            "no_passing_trial": 1,
            "refused": 1,
            "truncated": 1,
        },
        "stages": None,
    }
    assert status["requests"] == {"sent": 26, "delivered": 26, "retried": 0, "dead": 0}


def test_status_is_one_json_object_on_standard_output(run: Path) -> None:
    done = kodcode(["status", str(run), "--json"])
    assert json.loads(done.stdout)["state"] == "done"
    assert "synthesize" in kodcode(["status", str(run)]).stdout


def test_the_same_build_elsewhere_gives_the_same_bytes(world: World, run: Path, tmp_path: Path) -> None:
    assert kodcode(world.arguments(tmp_path / "other"), cwd=tmp_path).returncode == 0
    assert release_bytes(tmp_path / "other") == release_bytes(run)


def test_a_second_start_asks_nothing_and_changes_nothing(world: World, run: Path) -> None:
    """Defect 40: a rerun appended its rows once more."""
    before, requests = release_bytes(run), run_status(run)["requests"]
    assert kodcode(world.arguments(run)).returncode == 0
    assert (release_bytes(run), run_status(run)["requests"]) == (before, requests)


def test_a_build_never_asks_its_user_and_its_switches_can_be_turned_off(world: World, tmp_path: Path) -> None:
    """Defects 13, 34 and 45: a folder that was never made, an interactive prompt, and ``False`` that meant true."""
    run = tmp_path / "not" / "there" / "yet"
    done = kodcode(world.arguments(run, "--no-restyle", "--responses", "0"))
    assert done.returncode == 0
    status = run_status(run)
    assert not {"restyle", "respond"} & set(status["stages"])
    assert {row["style"] for row in rows_of(run, "algorithm").values()} == {"instruct"}


def test_nothing_of_the_moment_enters_a_release(run: Path) -> None:
    import socket

    content = b"".join(release_bytes(run).values()) + json.dumps([*rows_of(run, "sft").values()]).encode()
    for word in (str(run), str(run.parent), socket.gethostname()):
        assert word.encode() not in content
    home = str(Path.home())
    assert home == "/" or f"{home}/".encode() not in content


def test_more_questions_go_on_from_what_is_there(world: World, tmp_path: Path) -> None:
    assert kodcode(world.arguments(tmp_path / "run", "--questions", "3")).returncode == 0
    first = set(rows_of(tmp_path / "run", "algorithm"))
    sent = run_status(tmp_path / "run")["requests"]["sent"]
    assert kodcode(world.arguments(tmp_path / "run")).returncode == 0
    assert first <= set(rows_of(tmp_path / "run", "algorithm"))
    assert run_status(tmp_path / "run")["requests"]["sent"] == 26 > sent


def test_an_unknown_prompt_is_a_dead_letter_until_it_is_retried(world: World, tmp_path: Path) -> None:
    lines = world.recordings.read_text().splitlines(keepends=True)
    partial = tmp_path / "partial.jsonl"
    partial.write_text("".join(line for line in lines if '"question"' in line or '"complete"' in line))
    run = tmp_path / "run"
    done = kodcode(world.arguments(run, endpoint=f"replay:{partial}"))
    assert done.returncode == 1
    assert "retry-failed" in done.stderr
    status = run_status(run)
    assert status["stages"]["answer"]["rejected"] == {"no_reply": 3}
    assert status["requests"]["dead"] == 9
    assert kodcode(world.arguments(run)).returncode == 1
    done = kodcode(world.arguments(run, "--retry-failed"))
    assert done.returncode == 0
    assert run_status(run)["requests"]["dead"] == 0
