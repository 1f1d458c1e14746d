"""``kodcode benchmarks`` as its user meets it."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.pipeline.running import TIMEOUT_S, command, environment, kodcode

LINE = '{"id": "B/0", "text": "Count the vowels of an unusual sentence."}\n'


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("KODCODE_HOME", str(folder))
    return folder / "benchmarks"


@pytest.mark.parametrize("name", ["benchmarks", "benchmarks add", "benchmarks remove"])
def test_help_has_examples(name: str) -> None:
    done = kodcode([*name.split(), "--help"])
    assert done.returncode == 0
    assert "Examples:" in done.stdout
    assert f"kodcode {name}" in done.stdout


def test_a_benchmark_is_added_listed_replaced_and_removed(tmp_path: Path, home: Path) -> None:
    path = tmp_path / "b.jsonl"
    path.write_text(LINE)
    done = kodcode(["benchmarks", "add", "buoys", str(path)])
    assert done.returncode == 0, done.stderr
    first = done.stdout.split()[-1]
    assert done.stdout == f"buoys: 1 items at {first}\n"
    assert first.startswith("sha256:")
    path.write_text(LINE.replace("vowels", "consonants"))
    done = kodcode(["benchmarks", "add", "buoys", str(path)])
    second = done.stdout.split()[-1]
    assert done.stdout == f"buoys: 1 items at {second}\nreplaced {first} by {second}\n"
    assert kodcode(["benchmarks", "add", "buoys", str(path)]).stdout.endswith("replaced the same revision\n")
    assert json.loads(kodcode(["benchmarks", "--json"]).stdout) == {
        "folder": str(home),
        "benchmarks": [
            {"name": "buoys", "items": 1, "revision": second, "text": True, "source": str(path), "problem": None}
        ],
    }
    shown = kodcode(["benchmarks"]).stdout
    assert "can be shown" in shown
    assert second in shown
    path.unlink()
    assert "fingerprints only" in kodcode(["benchmarks"]).stdout
    assert kodcode(["benchmarks", "remove", "buoys"]).stdout == f"removed buoys at {second}\n"
    assert list(home.iterdir()) == []
    assert "no benchmark is stored" in kodcode(["benchmarks"]).stdout


def test_no_text_is_stored(tmp_path: Path, home: Path) -> None:
    import pyarrow as pa

    (tmp_path / "b.jsonl").write_text(LINE)
    assert kodcode(["benchmarks", "add", "buoys", str(tmp_path / "b.jsonl"), "--no-text"]).returncode == 0
    (path,) = home.iterdir()
    with pa.input_stream(str(path), compression="zstd") as stream:
        content = stream.read().decode()
    assert "vowels" not in content
    assert json.loads(content.splitlines()[0])["text_at"] is None


def test_a_benchmark_may_come_from_standard_input() -> None:
    def add(text: str) -> dict[str, object]:
        done = subprocess.run(
            command(["benchmarks", "add", "b", "-", "--json"]),
            env=environment(),
            input=text,
            capture_output=True,
            text=True,
            check=False,
            timeout=TIMEOUT_S,
        )
        assert done.returncode == 0, done.stderr
        answer: dict[str, object] = json.loads(done.stdout)
        return answer

    first = add(LINE)
    assert (first["name"], first["items"], first["replaced"]) == ("b", 1, None)
    assert str(first["revision"]).startswith("sha256-of-rows:")
    assert add("\n" + LINE)["revision"] == first["revision"]
    assert add(LINE.replace("vowels", "consonants"))["replaced"] == first["revision"]


@pytest.mark.parametrize(
    ("variables", "folder"),
    [
        ({"KODCODE_HOME": "a", "XDG_DATA_HOME": "b"}, "a/benchmarks"),
        ({"XDG_DATA_HOME": "b"}, "b/kodcode_hub/benchmarks"),
        ({}, "home/.local/share/kodcode_hub/benchmarks"),
    ],
)
def test_benchmarks_are_kept_in_the_users_data_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], folder: str
) -> None:
    for name in ("KODCODE_HOME", "XDG_DATA_HOME"):
        monkeypatch.delenv(name, raising=False)
    for name, value in ({"HOME": "home"} | variables).items():
        monkeypatch.setenv(name, str(tmp_path / value))
    (tmp_path / "b.jsonl").write_text(LINE)
    assert kodcode(["benchmarks", "add", "b", str(tmp_path / "b.jsonl")]).returncode == 0
    assert (tmp_path / folder / "b.fingerprints.jsonl.zst").is_file()


def test_a_damaged_file_is_listed_with_what_is_wrong_and_can_be_removed(home: Path) -> None:
    home.mkdir(parents=True)
    (home / "old.fingerprints.jsonl.zst").write_bytes(b"no zstd")
    (entry,) = json.loads(kodcode(["benchmarks", "--json"]).stdout)["benchmarks"]
    assert entry["revision"] is None
    assert "cannot be read" in entry["problem"]
    assert "cannot be read" in kodcode(["benchmarks"]).stdout
    assert kodcode(["benchmarks", "remove", "old"]).returncode == 0


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["add", "b", "missing.jsonl"], "missing.jsonl does not exist"),
        (["add", "../b", "b.jsonl"], "'../b' is no name for a benchmark"),
        (["add", "b", "bad.jsonl"], "bad.jsonl, row 1 has no id"),
        (["add", "b", "hf://datasets/x"], "write hf://datasets/OWNER/NAME"),
        (["remove", "gone"], "no benchmark 'gone' is stored; stored are: none"),
        (["--json", "remove", "gone"], "--json stands behind remove"),
    ],
)
def test_wrong_usage_ends_with_2_and_a_sentence_and_stores_nothing(
    tmp_path: Path, home: Path, words: list[str], message: str
) -> None:
    (tmp_path / "b.jsonl").write_text(LINE)
    (tmp_path / "bad.jsonl").write_text('{"text": "x"}\n')
    done = kodcode(["benchmarks", *words], cwd=tmp_path)
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert not home.exists()
