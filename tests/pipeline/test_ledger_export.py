"""A run taken out of its ledger, and built again from nothing else: the same bytes, the same tokens, nothing lost."""

from __future__ import annotations

import gzip
import json
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kodcode_hub.endpoints.protocol import Completion, Request
from kodcode_hub.files.rows import read_rows
from kodcode_hub.ledger.pages import completions
from kodcode_hub.ledger.store import open_for_reading
from kodcode_hub.pipeline.run_folder import LEDGER_NAME
from kodcode_hub.pipeline.status import run_status
from tests.making import an_answer
from tests.pipeline.refusing_server import refusing_server
from tests.pipeline.running import command, environment, kodcode, release_bytes
from tests.pipeline.world import ADD, World, make_world

Entry = dict[str, Any]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return make_world(tmp_path_factory.mktemp("world"))


@pytest.fixture(scope="module")
def run(world: World, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs") / "run"
    done = kodcode(world.arguments(folder))
    assert done.returncode == 0, done.stderr
    return folder


def export(run: Path, out: Path | str, *more: str) -> subprocess.CompletedProcess[str]:
    return kodcode(["ledger", "export", str(run), "--out", str(out), *more])


def answered(run: Path) -> set[tuple[Request, Completion, str, str]]:
    """Every request of a run with its completion, step and model; not how often a server failed before."""
    with closing(open_for_reading(run / LEDGER_NAME)) as connection:
        return {
            (_hashable(item.request), replace(item.completion, tries=1), item.asked.step, item.asked.model)
            for item in completions(connection)
        }


def _hashable(request: Request) -> Request:
    turns: Any = tuple(json.dumps(message) for message in request.messages)
    return replace(request, messages=turns)


def dead(run: Path) -> set[str]:
    with closing(open_for_reading(run / LEDGER_NAME)) as connection:
        return {key for (key,) in connection.execute("SELECT key FROM dead_letters")}


def assert_rebuilt(again: Path, run: Path) -> None:
    """Nothing tells the two runs apart."""
    assert release_bytes(again) == release_bytes(run)
    assert answered(again) == answered(run)
    assert dead(again) == dead(run)
    before, after = run_status(run), run_status(again)
    assert after["tokens"] == before["tokens"]
    assert after["stages"] == before["stages"]


def test_a_small_world_is_rebuilt_from_its_export(world: World, run: Path, tmp_path: Path) -> None:
    out, again = tmp_path / "run.jsonl", tmp_path / "again"
    done = export(run, out)
    assert done.returncode == 0, done.stderr
    assert "kodcode-replay" in done.stderr
    built = kodcode(world.arguments(again, endpoint=f"replay:{out}"))
    assert built.returncode == 0, built.stderr
    assert_rebuilt(again, run)
    assert export(again, tmp_path / "again.jsonl").returncode == 0
    assert (tmp_path / "again.jsonl").read_bytes() == out.read_bytes()


def test_a_prompt_is_one_entry_with_its_samples_where_the_contract_looks(run: Path, tmp_path: Path) -> None:
    """For readers that know ``contains`` and ``completions`` alone."""
    assert export(run, tmp_path / "run.jsonl").returncode == 0
    entries = [row for _, row in read_rows(tmp_path / "run.jsonl")]
    by_prompt = {(entry["step"], entry.get("route"), *entry["contains"]): entry for entry in entries}
    assert len(by_prompt) == len(entries)
    for request, completion, step, _ in answered(run):
        (content,) = [json.loads(str(message))["content"] for message in request.messages]
        entry = by_prompt[step, None, content]
        assert entry["completions"][request.seed % len(entry["completions"])] == completion.text
        assert entry["subset"] == "algorithm"
    assert max(len(entry["completions"]) for entry in entries) >= 3


def test_every_form_of_the_file_holds_the_same(run: Path, tmp_path: Path) -> None:
    plain, packed = tmp_path / "a.jsonl", tmp_path / "b.jsonl.gz"
    for out in (plain, packed, tmp_path / "c.jsonl.zst"):
        assert export(run, out, "--quiet").stderr == ""
    assert gzip.decompress(packed.read_bytes()) == plain.read_bytes()
    assert list(read_rows(tmp_path / "c.jsonl.zst")) == list(read_rows(plain))
    assert export(run, "-").stdout == plain.read_text()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.jsonl", "b.jsonl.gz", "c.jsonl.zst"]


AS_NOBODY = """
import os, sys
from pathlib import Path
from kodcode_hub.pipeline.ledger_export import export_ledger

if os.geteuid() == 0:  # who may write where nobody may
    os.setgroups([])
    os.setresgid(65534, 65534, 65534)
    os.setresuid(65534, 65534, 65534)
assert not os.access(sys.argv[1], os.W_OK)
export_ledger(Path(sys.argv[1]), "-")
"""


def test_a_run_in_a_folder_that_cannot_be_written_is_exported(run: Path, tmp_path: Path) -> None:
    assert export(run, tmp_path / "run.jsonl").returncode == 0
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "copy"
        shutil.copytree(run, copy)
        for path in [*copy.rglob("*"), copy]:
            path.chmod(0o555 if path.is_dir() else 0o444)
        Path(folder).chmod(0o755)
        words = [sys.executable, "-c", AS_NOBODY, str(copy)]
        done = subprocess.run(words, env=environment(), capture_output=True, text=True, check=False, timeout=60)
        for path in [copy, *copy.rglob("*")]:
            path.chmod(0o755)
    assert done.returncode == 0, done.stderr
    assert done.stdout == (tmp_path / "run.jsonl").read_text()


def test_a_run_under_way_is_exported_and_goes_on(world: World, tmp_path: Path) -> None:
    """The build is stopped in the middle of its work, with its ledger open."""
    folder = tmp_path / "run"
    with subprocess.Popen(
        command(world.arguments(folder)), env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as build:
        while not (folder / LEDGER_NAME).exists() or not answered_so_far(folder):
            assert build.poll() is None
        build.send_signal(signal.SIGSTOP)
        assert run_status(folder)["state"] == "running"
        done = export(folder, tmp_path / "part.jsonl")
        build.send_signal(signal.SIGCONT)
        assert build.wait(120) == 0
    assert done.returncode == 0, done.stderr
    part = [row for _, row in read_rows(tmp_path / "part.jsonl")]
    assert export(folder, tmp_path / "whole.jsonl").returncode == 0
    whole = {row["contains"][0]: row for _, row in read_rows(tmp_path / "whole.jsonl")}
    for entry in part:
        known = {detail["seed"] for detail in whole[entry["contains"][0]]["details"]}
        assert {detail["seed"] for detail in entry["details"]} <= known


def answered_so_far(run: Path) -> int:
    try:
        with closing(sqlite3.connect(f"file:{run / LEDGER_NAME}?mode=ro", uri=True)) as connection:
            count: int = connection.execute("SELECT ifnull(sum(delivered), 0) FROM traffic").fetchone()[0]
            return count
    except sqlite3.OperationalError:
        return 0


def _hard_world(world: World, folder: Path) -> Path:
    """Recordings in which replies end in every way there is, for a raw subset and a chat subset."""
    sums = [f" add up the digits of a number in base {base}: `digit_sum_{base}(number)`." for base in range(2, 12)]
    raw: list[Entry] = [
        {"text": sums[0]},
        {"text": sums[1], "finish": "length"},
        {"text": None, "finish": "other"},
        {"text": sums[3], "prompt_tokens": 0, "completion_tokens": 0},
        *({"text": text, "prompt_tokens": 7, "completion_tokens": 11} for text in sums[4:]),
    ]
    wordy = an_answer("def add(a, b):\n    return a + b\n", "def test_add():\n    assert add(2, 3) == 5\n")
    answers: list[Entry] = [
        {"text": wordy, "reasoning": "Two numbers.\ud800", "completion_tokens": 99},
        {"text": wordy[:40], "finish": "length"},
        {"text": None, "reasoning": "only thoughts", "finish": "length"},
        {"text": wordy, "finish": "other"},
    ]
    respond: list[Entry] = [
        {"text": "```python\ndef add(a, b):\n    return a + b\n```", "reasoning": "Easy.", "completion_tokens": 5},
        # More characters than four a token: a server that counts otherwise has sent it whole.
        {"text": "x" * 70_000 + "\n```python\ndef add(a, b):\n    return a - b\n```", "completion_tokens": 16_000},
        {"text": "", "finish": "other"},
    ]
    entries = [
        _recorded("question", ["Write a python function to"], raw) | {"route": "raw"},
        _recorded("answer", [ADD, "<|Solution Begin|>"], answers),
        _recorded("respond", [ADD], respond),
        *(json.loads(line) for line in world.recordings.read_text().splitlines()),
        _recorded("answer", ["digit_sum_", "<|Solution Begin|>"], [{"text": "nothing to run"}]),
    ]
    path = folder / "hard.jsonl"
    path.write_text("".join(json.dumps(entry) + "\n" for entry in entries))
    return path


def _recorded(step: str, contains: list[str], replies: list[Entry]) -> Entry:
    details = [{name: value for name, value in reply.items() if name != "text" or value is None} for reply in replies]
    texts = [reply["text"] or "" for reply in replies]
    return {"step": step, "contains": contains, "completions": texts, "details": details}


def test_a_run_with_everything_that_can_happen_to_a_reply_is_rebuilt(world: World, tmp_path: Path) -> None:
    words = [
        "prefill",
        "--questions",
        "40",
        "--seeds",
        f"algorithm={world.seeds}",
        "--isolation",
        "none",
        "--responses",
        "6",
    ]
    run, again, out = tmp_path / "run", tmp_path / "again", tmp_path / "run.jsonl.zst"
    recordings = _hard_world(world, tmp_path)
    with refusing_server(recordings, model="org/Qwen2.5-Coder-7B:v1+x", refuses=lambda seed: seed % 7 == 3) as url:
        built = kodcode(_arguments(world, run, url, words))
    assert built.returncode == 1, built.stderr
    known = answered(run)
    assert {completion.finish for _, completion, *_ in known} == {"stop", "length", "other"}
    assert {completion.text is None for _, completion, *_ in known} == {True, False}
    assert {"Easy.", "only thoughts", "Two numbers.\ud800"} <= {completion.reasoning for _, completion, *_ in known}
    raw = sorted(request.sample for request, *_ in known if request.route == "raw")
    assert 30 <= len(raw) < raw[-1] + 1, "no gap among the samples of the raw prompt"
    assert any(len(completion.text or "") > 65_536 for _, completion, *_ in known)

    assert export(run, out).returncode == 0
    rebuilt = kodcode(_arguments(world, again, f"replay:{out}", words))
    assert rebuilt.returncode == 1, rebuilt.stderr
    assert_rebuilt(again, run)
    assert {letter["status"] for letter in run_status(again)["dead_letters"]} == {404}
    assert {model for *_, model in answered(again)} == {"org/Qwen2.5-Coder-7B:v1+x"}


def _arguments(world: World, run: Path, url: str, more: list[str]) -> list[str]:
    words = world.arguments(run, endpoint=url)
    without_seeds = words.index("--seeds")
    return [*words[:without_seeds], *words[without_seeds + 2 :], *more]


def _named(world: World, folder: Path, model: str) -> Path:
    """The recordings of the world as those of ``model``."""
    path = folder / f"{model}.jsonl"
    rows = [json.loads(line) | {"model": model} for line in world.recordings.read_text().splitlines()]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def test_a_run_of_two_models_is_exported_into_a_file_for_each_and_rebuilt(world: World, tmp_path: Path) -> None:
    asks, solves = _named(world, tmp_path, "asks"), _named(world, tmp_path, "solves")
    run, again = tmp_path / "run", tmp_path / "again"
    endpoints = ["--answer-endpoint", f"replay:{solves}"]
    assert kodcode(world.arguments(run, *endpoints, endpoint=f"replay:{asks}")).returncode == 0
    refused = export(run, tmp_path / "all.jsonl")
    assert refused.returncode == 2
    assert "answer by solves (" in refused.stderr
    assert "question by asks (8)" in refused.stderr
    assert not (tmp_path / "all.jsonl").exists()

    said = [line.split() for line in refused.stderr.splitlines() if line.lstrip().startswith("kodcode ledger export")]
    for words in said:
        assert kodcode(words[1:], cwd=tmp_path).returncode == 0
    (advice,) = (line for line in refused.stderr.splitlines() if line.startswith("and build with"))
    options = advice.removeprefix("and build with ").split()
    words = world.arguments(again, *options[2:], endpoint=options[1])
    built = kodcode(words, cwd=tmp_path)
    assert built.returncode == 0, built.stderr
    assert_rebuilt(again, run)
    assert {model for *_, model in answered(again)} == {"asks", "solves"}

    both = kodcode(world.arguments(tmp_path / "x", endpoint=f"replay:{asks},{solves}"))
    assert both.returncode == 2
    assert "--answer-endpoint" in both.stderr


def test_steps_can_be_exported_one_by_one(world: World, run: Path, tmp_path: Path) -> None:
    assert export(run, tmp_path / "a.jsonl", "--step", "answer").returncode == 0
    others = ["--step", "question", "--step", "complete", "--step", "respond"]
    assert export(run, tmp_path / "rest.jsonl", *others).returncode == 0
    assert {row["step"] for _, row in read_rows(tmp_path / "a.jsonl")} == {"answer"}
    assert {row["step"] for _, row in read_rows(tmp_path / "rest.jsonl")} == {"question", "complete", "respond"}
    endpoint = f"replay:{tmp_path / 'rest.jsonl'}"
    more = ["--answer-endpoint", f"replay:{tmp_path / 'a.jsonl'}"]
    assert kodcode(world.arguments(tmp_path / "again", *more, endpoint=endpoint)).returncode == 0
    assert_rebuilt(tmp_path / "again", run)


def test_a_model_that_was_changed_half_way_must_be_named(world: World, tmp_path: Path) -> None:
    first, second = _named(world, tmp_path, "first"), _named(world, tmp_path, "second")
    run = tmp_path / "run"
    assert kodcode(world.arguments(run, endpoint=f"replay:{first}")).returncode == 0
    assert kodcode(world.arguments(run, endpoint=f"replay:{second}")).returncode == 0
    refused = export(run, tmp_path / "run.jsonl", "--step", "question")
    assert refused.returncode == 2
    assert "question by first (8), question by second (8)" in refused.stderr
    assert "--model second" in refused.stderr
    assert export(run, tmp_path / "run.jsonl", "--model", "second").returncode == 0
    assert kodcode(world.arguments(tmp_path / "again", endpoint=f"replay:{tmp_path / 'run.jsonl'}")).returncode == 0
    assert release_bytes(tmp_path / "again") == release_bytes(run)


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["--out", "x.parquet"], "a replay file is JSON Lines"),
        (["--out", "x.txt"], "of an unknown kind"),
        (["--out", "x.jsonl", "--step", "tag"], "no completions for --step tag"),
        (["--out", "x.jsonl", "--model", "other"], "no completions for --model other; it holds answer by"),
    ],
)
def test_what_cannot_be_exported_is_refused(run: Path, tmp_path: Path, words: list[str], why: str) -> None:
    done = kodcode(["ledger", "export", str(run), *words], cwd=tmp_path)
    assert done.returncode == 2
    assert why in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_run_without_completions_and_a_folder_that_is_none_are_refused(world: World, tmp_path: Path) -> None:
    nothing = tmp_path / "nothing.jsonl"
    nothing.write_text(json.dumps({"step": "question", "contains": ["never asked"], "completions": ["x"]}) + "\n")
    assert kodcode(world.arguments(tmp_path / "run", endpoint=f"replay:{nothing}")).returncode == 1
    for folder, why in ((tmp_path / "run", "holds no completions"), (tmp_path, "is not a run folder")):
        done = export(folder, tmp_path / "x.jsonl")
        assert (done.returncode, why in done.stderr) == (2, True)
