"""Figures, nearest rows, files and code of a selection."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import datasets
import pyarrow.parquet as pq
import pytest

from kodcode_hub.browse.catalogue import Catalogue
from kodcode_hub.browse.export import export_rows
from kodcode_hub.browse.figures import figures_of
from kodcode_hub.browse.loading_code import MOST_IDS, Origin, loading_code
from kodcode_hub.browse.nearest import nearest_rows
from kodcode_hub.browse.selection import Selection
from kodcode_hub.errors import UsageError
from tests.browse.shelf import a_catalogue, selected, shelf_rows


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("shelf")


@pytest.fixture(scope="module")
def catalogue(folder: Path) -> Iterator[Catalogue]:
    catalogue = a_catalogue(folder)
    yield catalogue
    catalogue.rows.close()


def test_figures_are_those_of_the_rows(catalogue: Catalogue) -> None:
    figures = figures_of(catalogue, Selection())
    assert figures["total"] == 6
    algorithm, leetcode = figures["subsets"]
    assert algorithm["subset"] == "Algorithm"
    assert algorithm["rows"] == 3
    assert algorithm["difficulty"] == {"easy": 2, "medium": 1, "hard": 0}
    assert algorithm["coverage"] == {"mean": 96.6667, "bands": {"100..100": 2, "80..99": 1, "0..79": 0}}
    assert algorithm["pass_at"]["1"] == pytest.approx((1 + 1 + 1 / 3) / 3, abs=1e-4)
    assert leetcode["pass_at"]["1"] == pytest.approx((0.1 + 2 / 3 + 0.75) / 3, abs=1e-4)
    assert leetcode["pass_at"]["10"] == 1.0  # fewer attempts count with what they gave
    assert algorithm["tests"]["p50"] == 3


def test_figures_follow_the_filters(catalogue: Catalogue) -> None:
    figures = figures_of(catalogue, selected(difficulty="hard"))
    assert [(each["subset"], each["rows"]) for each in figures["subsets"]] == [("Leetcode", 1)]


def test_the_nearest_row_to_a_row_is_itself(catalogue: Catalogue) -> None:
    row = shelf_rows()[0]
    near = nearest_rows(catalogue, row["question"])
    assert near[0].question_id == row["question_id"]
    assert near[0].similarity == near[0].words == 1.0
    assert any(marked for _, marked in near[0].parts)


def test_a_text_in_other_words_finds_rows_by_the_words_that_they_share(catalogue: Catalogue) -> None:
    near = nearest_rows(catalogue, "Given numbers, compute their median value")
    assert near[0].question_id == shelf_rows()[2]["question_id"]
    assert near[0].similarity == 0
    assert 0 < near[0].words < 1


@pytest.mark.parametrize(
    ("text", "message"), [("", "nothing to compare"), ("...", "nothing"), ("x " * 10_001, "20002")]
)
def test_texts_that_cannot_be_compared_are_refused(catalogue: Catalogue, text: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        nearest_rows(catalogue, text)


def test_a_selection_as_json_lines_has_its_rows_as_they_were_published(catalogue: Catalogue) -> None:
    content = b"".join(export_rows(catalogue, selected(subset="leetcode", sort="-pass", p="7"), "jsonl"))
    rows = [json.loads(line) for line in content.splitlines()]
    expected = shelf_rows()
    assert [row["question_id"] for row in rows] == [expected[index]["question_id"] for index in (4, 5, 3)]
    assert rows[0] == expected[4] | {"version": "1.0.0"}


def test_a_selection_as_parquet_has_the_published_columns(catalogue: Catalogue) -> None:
    content = b"".join(export_rows(catalogue, selected(q="palindrome"), "parquet"))
    table = pq.read_table(io.BytesIO(content))
    assert table["question_id"].to_pylist() == [row["question_id"] for row in shelf_rows()[:2]]
    assert table["trials"].to_pylist()[0] == shelf_rows()[0]["trials"]


def test_an_empty_selection_is_an_empty_file(catalogue: Catalogue) -> None:
    assert b"".join(export_rows(catalogue, selected(q="nowhere"), "jsonl")) == b""
    table = pq.read_table(io.BytesIO(b"".join(export_rows(catalogue, selected(q="nowhere"), "parquet"))))
    assert table.num_rows == 0


@pytest.mark.parametrize(
    "names",
    [
        {},
        {"subset": "Leetcode"},
        {"subset": ["Leetcode", "Algorithm"], "style": "instruct"},
        {"split": "use_with_caution"},
        {"pass": "0.3..0.7", "coverage": "..90"},
        {"difficulty": "hard"},
        {"q": "tree"},
        {"library": "numpy"},
        {"subset": "Algorithm", "split": "train", "pass": "1..1"},
    ],
)
def test_the_code_loads_exactly_the_selection(
    catalogue: Catalogue, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, names: dict[str, Any]
) -> None:
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path)
    resolved = catalogue.resolve(selected(**names))
    total = catalogue.count(resolved)
    splits = ("train", "use_with_caution")
    origin = Origin(
        str(folder / "release"), "", {"algorithm": ("train",), "leetcode": splits, "default": splits}, is_folder=True
    )
    ids = catalogue.ids_at(resolved, 0, MOST_IDS)
    found: dict[str, Any] = {}
    exec(loading_code(resolved, origin, total=total, ids=ids, download=""), found)
    assert sorted(found["rows"]["question_id"]) == sorted(ids)
    assert total > 0


def test_where_a_filter_cannot_say_it_the_code_loads_the_download(catalogue: Catalogue) -> None:
    origin = Origin("KodCode/X", "v1.0.0", {"default": ("train",)})
    code = loading_code(selected(q="tree"), origin, total=500, ids=[], download="http://here/app/download?q=tree")
    assert 'load_dataset("json", data_files=\'http://here/app/download?q=tree\', split="train")' in code


def test_a_revision_is_named_in_the_code() -> None:
    origin = Origin("KodCode/X", "v1.0.0", {"default": ("train",)})
    code = loading_code(Selection(), origin, total=5, ids=[], download="")
    assert "load_dataset('KodCode/X', 'default', split='train', revision='v1.0.0')" in code
