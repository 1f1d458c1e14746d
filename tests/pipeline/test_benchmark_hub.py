"""Benchmarks from a small Hub on loopback, through huggingface_hub, with a recorded commit.

``huggingface_hub`` reads its address when it is imported; so each test runs in a process of its own.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.hub_replies import HubReplies, served
from tests.packaging.folders import run_python

LOAD = """
import sys
from kodcode_hub.errors import KodcodeError
from kodcode_hub.pipeline.benchmark_files import read_benchmark

try:
    read = read_benchmark("b", sys.argv[1])
    print(read.benchmark.revision, read.source, dict(read.benchmark.texts))
except KodcodeError as error:
    print(type(error).__name__, error.exit_code, error)
"""
COMMIT = hashlib.sha1(b"the commit").hexdigest()
REPO = "owner/bench-1.0"


def parquet(rows: list[dict[str, object]]) -> bytes:
    buffer = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows), buffer)
    return buffer.getvalue()


FILES = {
    "README.md": b"# A benchmark\n",
    "bench-1.0.py": b"raise SystemExit('a script must never be run')\n",
    "full/test-00000-of-00001.parquet": parquet(
        [{"task_id": 1, "prompt": "Sort a list.", "test_list": ["assert f(1)"]}]
    ),
    "full/train-00000-of-00001.parquet": parquet(
        [{"task_id": 2, "prompt": "Sum a list.", "test_list": ["assert g(1)"]}]
    ),
    "small/test.jsonl": b'{"task_id": 1, "prompt": "Sort a list."}\n',
}


@contextmanager
def a_hub(files: Mapping[str, bytes], *, revision: str = "main") -> Iterator[str]:
    """The address of a Hub with one dataset; ``revision`` is a name of its only commit."""
    info = {"id": REPO, "sha": COMMIT, "siblings": [{"rfilename": name} for name in files], "tags": []}
    default = f"/api/datasets/{REPO}" if revision == "main" else "none"

    class Handler(HubReplies):
        commit = COMMIT
        not_found = "RevisionNotFound"

        def do_GET(self) -> None:
            path = unquote(self.path.partition("?")[0])
            if path in (default, f"/api/datasets/{REPO}/revision/{revision}"):
                self.reply(200, json.dumps(info).encode())
                return
            content = files.get(path.removeprefix(f"/datasets/{REPO}/resolve/{COMMIT}/"))
            self.reply(404 if content is None else 200, content or b"{}")

        do_HEAD = do_GET

    with served(Handler) as address:
        yield address


def load(address: str, *, folder: Path, **environment: str) -> str:
    inherited = {key: value for key, value in os.environ.items() if not key.startswith(("HF_", "HUGGING"))}
    done = run_python(LOAD, address, env=inherited | {"HF_HOME": str(folder / "hf")} | environment)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.parametrize(
    ("behind", "place", "texts"),
    [
        ("/full", "/full", {"1": "Sort a list.", "2": "Sum a list."}),
        ("/full/test-*", "/full/test-*", {"1": "Sort a list."}),
        ("/small/test.jsonl", "/small/test.jsonl", {"1": "Sort a list."}),
    ],
)
def test_a_file_a_folder_or_a_pattern_is_read_at_the_commit_that_is_recorded(
    tmp_path: Path, behind: str, place: str, texts: dict[str, str]
) -> None:
    with a_hub(FILES) as address:
        answer = load(f"hf://datasets/{REPO}{behind}", folder=tmp_path, HF_ENDPOINT=address)
    assert answer == f"{COMMIT} hf://datasets/{REPO}@{COMMIT}{place} {texts}"


@pytest.mark.parametrize("revision", ["v1.0", "refs/convert/parquet", "refs/pr/3"])
def test_a_revision_is_asked_for_by_its_name(tmp_path: Path, revision: str) -> None:
    with a_hub({"test.jsonl": FILES["small/test.jsonl"]}, revision=revision) as address:
        answer = load(f"hf://datasets/{REPO}@{revision}", folder=tmp_path, HF_ENDPOINT=address)
        assert answer == f"{COMMIT} hf://datasets/{REPO}@{COMMIT} {{'1': 'Sort a list.'}}"
        other = load(f"hf://datasets/{REPO}@gone", folder=tmp_path, HF_ENDPOINT=address)
        assert other.startswith(f"HubError 3 hf://datasets/{REPO}@gone cannot be read from the Hub (RevisionNotFound")


@pytest.mark.parametrize(
    ("behind", "answer"),
    [
        ("", "has data in several folders; write one of them behind it: full/test-00000-of-00001.parquet, full/train-"),
        ("/gone", "has no such data file (.jsonl, "),
        ("/bench-1.0.py", "has no such data file (.jsonl, "),
        ("/*/test*", "small/test.jsonl both have the item '1'; name the file that counts"),
    ],
)
def test_what_does_not_say_which_items_are_meant_is_refused(tmp_path: Path, behind: str, answer: str) -> None:
    with a_hub(FILES) as address:
        printed = load(f"hf://datasets/{REPO}{behind}", folder=tmp_path, HF_ENDPOINT=address)
    assert printed.startswith("InputError 2 ")
    assert answer in printed


def test_a_broken_row_is_named_with_its_file_and_commit(tmp_path: Path) -> None:
    with a_hub({"test.jsonl": b'{"task_id": 1}\n'}) as address:
        answer = load(f"hf://datasets/{REPO}", folder=tmp_path, HF_ENDPOINT=address)
    assert answer.startswith(f"InputError 2 hf://datasets/{REPO}@{COMMIT}/test.jsonl, row 1 has none of the columns")


def test_a_hub_that_does_not_answer_is_a_failed_service_with_what_to_do(tmp_path: Path) -> None:
    answer = load(f"hf://datasets/{REPO}", folder=tmp_path, HF_HUB_OFFLINE="1")
    assert answer.startswith(f"HubError 3 hf://datasets/{REPO} cannot be read from the Hub (OfflineModeIsEnabled")
    assert "download its file and give the path of that" in answer


@pytest.mark.parametrize("address", ["hf://datasets/x", "hf://owner/name", "hf://datasets/owner/name@"])
def test_an_address_that_is_not_well_written_is_refused(tmp_path: Path, address: str) -> None:
    answer = load(address, folder=tmp_path, HF_HUB_OFFLINE="1")
    assert answer.startswith(f"UsageError 2 {address}: write hf://datasets/OWNER/NAME, with @REVISION")
