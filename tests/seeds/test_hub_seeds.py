"""Seeds from a Hub dataset, through ``datasets``, from a small Hub on loopback.

``huggingface_hub`` reads its address when it is imported; so each test runs in a process of its own.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.hub_replies import HubReplies, served

LOAD = """
import sys
from kodcode_hub.errors import KodcodeError
from kodcode_hub.pipeline.seed_sources import load_seeds
from kodcode_hub.subsets import SubsetSpec

spec = SubsetSpec("leetcode", "a test", "t", seeds_per_prompt=1, seed_fields=("description",))
try:
    print([(seed.id, seed.text) for seed in load_seeds(spec, sys.argv[1])])
except KodcodeError as error:
    print(type(error).__name__, error.exit_code, error)
"""


@contextmanager
def a_hub(files: dict[str, bytes], *, revision: str) -> Iterator[str]:
    """The address of a Hub with the one dataset ``owner/name``."""
    head = hashlib.sha1(repr(files).encode()).hexdigest()
    listing = [{"type": "file", "oid": head, "size": len(content), "path": name} for name, content in files.items()]
    info = {"id": "owner/name", "sha": head, "siblings": [{"rfilename": name} for name in files], "tags": []}

    class Handler(HubReplies):
        commit = head
        not_found = "EntryNotFound"

        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            content = files.get(path.rpartition("/")[2])
            if path.startswith((f"/datasets/owner/name/resolve/{revision}/", f"/datasets/owner/name/resolve/{head}/")):
                self.reply(404 if content is None else 200, content or b"")
            elif path == f"/api/datasets/owner/name/tree/{head}":
                self.reply(200, json.dumps(listing).encode())
            elif path == f"/api/datasets/owner/name/revision/{head}":
                self.reply(200, json.dumps(info).encode())
            else:
                self.reply(404, b"{}")

        do_HEAD = do_GET

    with served(Handler) as address:
        yield address


def load(name: str, *, folder: Path, **environment: str) -> str:
    root = Path(__file__).parents[2]
    inherited = {key: value for key, value in os.environ.items() if not key.startswith(("HF_", "HUGGING"))}
    run = subprocess.run(
        [sys.executable, "-c", LOAD, name],
        env=inherited | {"HF_HOME": str(folder / "hf"), "PYTHONPATH": str(root)} | environment,
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    return run.stdout.strip()


def test_seeds_are_read_from_a_hub_dataset_at_a_revision(tmp_path: Path) -> None:
    rows = b'{"id": 5, "description": "Reverse a list."}\n{"id": 6, "description": "Sum a list."}\n'
    with a_hub({"README.md": b"# Seeds\n", "train.jsonl": rows}, revision="v1") as address:
        assert load("owner/name@v1", folder=tmp_path, HF_ENDPOINT=address) == str(
            [("5", "Reverse a list."), ("6", "Sum a list.")]
        )


def test_a_wrong_column_in_a_hub_dataset_is_named(tmp_path: Path) -> None:
    with a_hub({"README.md": b"# Seeds\n", "train.jsonl": b'{"text": "x"}\n'}, revision="main") as address:
        answer = load("owner/name", folder=tmp_path, HF_ENDPOINT=address)
    assert answer.startswith("InputError 2 Hub dataset owner/name, row 1 has none of the columns 'description'")


def test_a_hub_that_does_not_answer_is_a_failed_service_with_what_to_do(tmp_path: Path) -> None:
    answer = load("owner/name", folder=tmp_path, HF_HUB_OFFLINE="1")
    assert answer.startswith("HubError 3 Hub dataset owner/name cannot be loaded")
    assert "there is no local path of this name either" in answer
    assert "download it and give its file" in answer
