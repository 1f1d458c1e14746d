"""What a user can get wrong: a clear message and the exit code of the contract, never a traceback."""

from __future__ import annotations

import json
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from kodcode_hub.ledger.store import Ledger
from tests.pipeline.running import command, environment, kodcode
from tests.pipeline.world import World, make_world


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return make_world(tmp_path_factory.mktemp("world"))


def refused(words: list[str], *says: str, code: int = 2) -> None:
    """Run, and check the exit code and what the message says."""
    done = kodcode(words)
    # Typer's own messages stand in a box; what counts is what they say.
    message = " ".join(done.stderr.replace("│", " ").split())
    assert done.returncode == code, f"exit {done.returncode}: {message}"
    assert "Traceback" not in message
    for words_said in says:
        assert words_said in message, message
    assert done.stdout == ""


def with_seeds(world: World, run: Path, seeds: str) -> list[str]:
    return ["build", "algorithm", "--run", str(run), "--endpoint", f"replay:{world.recordings}", "--seeds", seeds]


def test_a_missing_seed_file(world: World, tmp_path: Path) -> None:
    refused(with_seeds(world, tmp_path / "run", "none.jsonl"), "none.jsonl", "does not exist")


def test_a_refused_build_leaves_nothing_behind(world: World, tmp_path: Path) -> None:
    refused(with_seeds(world, tmp_path / "runs" / "a", "none.jsonl"), "none.jsonl")
    refused(["build", "prefill", "--run", str(tmp_path / "runs" / "b"), "--endpoint", f"replay:{world.recordings}",
             "--chat-template", "llama3"], "--chat-template llama3", "llama-3")  # fmt: skip
    assert list(tmp_path.iterdir()) == []


def test_malformed_json_names_the_line(world: World, tmp_path: Path) -> None:
    seeds = tmp_path / "seeds.jsonl"
    seeds.write_text('{"codes": "x = 1"}\n{"codes": \n')
    refused(with_seeds(world, tmp_path / "run", str(seeds)), str(seeds), "2")


def test_an_unknown_column_names_what_is_there(world: World, tmp_path: Path) -> None:
    seeds = tmp_path / "seeds.jsonl"
    seeds.write_text('{"kode": "x = 1"}\n')
    refused(with_seeds(world, tmp_path / "run", str(seeds)), "row 1", "kode", "codes")


def test_a_repeated_id_names_both_rows(world: World, tmp_path: Path) -> None:
    seeds = tmp_path / "seeds.jsonl"
    seeds.write_text('{"id": "a", "codes": "x = 1"}\n{"id": "b", "codes": "x"}\n{"id": "a", "codes": "y = 1"}\n')
    refused(with_seeds(world, tmp_path / "run", str(seeds)), "rows 1 and 3")


def test_empty_input(world: World, tmp_path: Path) -> None:
    seeds = tmp_path / "seeds.jsonl"
    seeds.write_text("")
    refused(with_seeds(world, tmp_path / "run", str(seeds)), str(seeds))


def test_seeds_that_are_missing_altogether(world: World, tmp_path: Path) -> None:
    words = ["build", "algorithm", "--run", str(tmp_path / "run"), "--endpoint", f"replay:{world.recordings}"]
    refused(words, "--seeds algorithm=")


def test_an_unreachable_endpoint(world: World, tmp_path: Path) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"tgi+http://127.0.0.1:{closed.getsockname()[1]}"
        refused(world.arguments(tmp_path / "run", endpoint=url), "unreachable", url.removeprefix("tgi+"), code=3)


@pytest.mark.parametrize("url", ["http://localhost:8080", "ftp://x", "tgi+http://", "replay:none.jsonl", "nonsense"])
def test_an_endpoint_that_is_none(world: World, tmp_path: Path, url: str) -> None:
    refused(world.arguments(tmp_path / "run", endpoint=url))


def test_a_read_only_run_folder() -> None:
    # Not below pytest's own folder: that one is closed to the ordinary user whom root becomes here.
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        run = folder / "run"
        run.mkdir(mode=0o555)
        words = [*as_ordinary_user(), *command(make_world(folder).arguments(run))]
        done = subprocess.run(words, env=environment(), capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 2, done.stderr
    assert str(run) in done.stderr
    assert "write" in done.stderr
    assert "Traceback" not in done.stderr


def as_ordinary_user() -> list[str]:
    """What to put before a command so that root's rights do not count."""
    if os.geteuid() != 0:
        return []
    drop = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"]
    if shutil.which("setpriv") is None:
        pytest.skip("setpriv is not installed: root cannot be kept from writing")
    if subprocess.run([*drop, sys.executable, "-c", "import kodcode_hub"], capture_output=True, check=False).returncode:
        pytest.skip("an ordinary user cannot reach this interpreter")
    return drop


def test_a_run_folder_that_is_a_file_or_something_else(world: World, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    refused(world.arguments(tmp_path / "file"), "file")
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter1.tex").write_text("x")
    refused(world.arguments(tmp_path / "thesis"), "not a run folder", "chapter1.tex")
    assert [path.name for path in (tmp_path / "thesis").iterdir()] == ["chapter1.tex"]


def test_a_run_folder_of_another_version(world: World, tmp_path: Path) -> None:
    run = tmp_path / "run"
    run.mkdir()
    assert kodcode(["status", str(run)]).returncode == 2
    Ledger(run / "ledger.sqlite").close()
    connection = sqlite3.connect(run / "ledger.sqlite")
    connection.execute("PRAGMA user_version=77")
    connection.close()
    refused(world.arguments(run), "format 77", "new --run folder")
    refused(["status", str(run), "--json"], "format 77")


def test_a_run_folder_in_use(world: World, tmp_path: Path) -> None:
    from kodcode_hub.pipeline.run_folder import open_run_folder

    with open_run_folder(tmp_path / "run"):
        refused(world.arguments(tmp_path / "run"), "in use")
        assert json.loads(kodcode(["status", str(tmp_path / "run"), "--json"]).stdout)["state"] == "running"


def test_another_seed_than_the_runs(world: World, tmp_path: Path) -> None:
    words = world.arguments(tmp_path / "run", "--questions", "1", "--responses", "0")
    assert kodcode(words).returncode == 0
    refused([*words, "--seed", "5"], "--seed 0")


@pytest.mark.parametrize("name", ["leetkode", "none.py"])
def test_an_unknown_subset(world: World, tmp_path: Path, name: str) -> None:
    refused(["build", name, "--run", str(tmp_path / "run"), "--endpoint", f"replay:{world.recordings}"], name)


def test_a_missing_benchmark(world: World, tmp_path: Path) -> None:
    refused(world.arguments(tmp_path / "run", "--benchmarks", "mbpp=none.jsonl"), "none.jsonl")


def test_a_port_that_is_taken(world: World) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        refused(["endpoint", "--replay", str(world.recordings), "--port", str(port)], f"port {port} is taken")


def test_a_malformed_replay_file_names_the_line(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    path.write_text('{"step": "answer", "contains": [], "completions": ["x"]}\n{"step": "anwser"}\n')
    refused(["endpoint", "--replay", str(path), "--port", "0"], str(path), "row 2")


def test_wrong_usage_of_the_command_line() -> None:
    for words in (["build"], ["build", "leetcode"], ["bild"], ["build", "leetcode", "--run", "r", "--questions", "x"]):
        refused(words)


def test_senseless_numbers(world: World, tmp_path: Path) -> None:
    refused(world.arguments(tmp_path / "run", "--questions", "0"), "questions is 0")
