"""A manifest is read with every field checked: what does not fit is named, and never met later."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from kodcode_hub.errors import InputError
from kodcode_hub.packaging.facts import BenchmarkFacts, Rejection, ReleaseFacts, RunFacts
from kodcode_hub.packaging.manifest_file import read_manifest
from kodcode_hub.packaging.release import write_release
from tests.packaging.example_rows import a_row

RUN = RunFacts(
    attempts=10,
    duplicate_threshold=0.8,
    benchmarks=(BenchmarkFacts("toy", "sha256:0", 6, 1),),
    rejected=(Rejection("select", "no_passing_trial", 1),),
    recipe="one",
)

Stored = dict[str, Any]


@pytest.fixture(scope="module")
def content(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    out = tmp_path_factory.mktemp("release") / "out"
    write_release(out, [a_row("leetcode", 0)], (), version="1.0.0", facts=ReleaseFacts(runs=(RUN,)))
    return (out / "releases" / "v1.0.0.json").read_bytes()


def test_what_was_written_is_read(content: bytes) -> None:
    assert read_manifest(content, "releases/v1.0.0.json").runs == (RUN,)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda stored: stored["about"].update(author="me"),
        lambda stored: stored["about"].update(title=5),
        lambda stored: stored.update(columns=[1]),
        lambda stored: stored.update(rejected={"Leetcode_1": 5}),
        lambda stored: stored["files"][0].update(split=""),
        lambda stored: stored["files"][0].update(arrow_bytes="many"),
        lambda stored: stored["files"][0].update(path="../../etc/passwd"),
        lambda stored: stored["runs"][0].update(recipe=5),
        lambda stored: stored["runs"][0].update(attempts="ten"),
        lambda stored: stored["runs"][0].update(duplicate_threshold="much"),
        lambda stored: stored["runs"][0]["benchmarks"][0].update(items="6"),
        lambda stored: stored["runs"][0]["benchmarks"][0].update(contaminated=None),
        lambda stored: stored["runs"][0]["rejected"][0].update(count="n"),
    ],
)
def test_a_field_of_another_kind_is_refused(spoil: Callable[[Stored], object], content: bytes) -> None:
    stored = json.loads(content)
    spoil(stored)
    with pytest.raises(InputError, match=r"v1\.0\.0\.json is damaged"):
        read_manifest(json.dumps(stored).encode("ascii"), "releases/v1.0.0.json")
