"""A file of any size, deduplicated: every row comes out once, whatever the batches, the forms and the accidents."""

from __future__ import annotations

import gzip
import json
import os
import random
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kodcode_hub.decontamination.duplicates import find_duplicates, verified_pairs
from kodcode_hub.errors import InputError, UsageError
from kodcode_hub.files.rows import read_rows
from kodcode_hub.files.signature_file import SIGNATURE_SUFFIX, open_signature_file
from kodcode_hub.pipeline import row_source
from kodcode_hub.pipeline.dedup_file import DedupResult, dedup_file
from kodcode_hub.pipeline.dedup_settings import DedupOutputs, DedupSettings
from kodcode_hub.pipeline.row_source import IdList
from tests.packaging.folders import DIE_AT_MOMENT, run_python

Row = dict[str, Any]

# Dies by kill -9 at the n-th change of a name on disk.
DYING_DEDUPLICATION = (
    """
import sys, pathlib
from kodcode_hub.pipeline.dedup_file import dedup_file
from kodcode_hub.pipeline.dedup_settings import DedupOutputs, DedupSettings
moment, folder = int(sys.argv[1]), pathlib.Path(sys.argv[2])
"""
    + DIE_AT_MOMENT
    + """
names = [folder / name for name in ("out.jsonl", "pairs.jsonl", "report.json", "signatures")]
dedup_file(folder / "in.jsonl", DedupOutputs(*names), settings=DedupSettings())
print("whole")
"""
)


def numbered(start: int, stop: int) -> str:
    return " ".join(f"w{number}" for number in range(start, stop))


def some_rows(number: int, *, seed: int) -> list[Row]:
    """Rows of which about half are another one, whole or with words changed; a few have no words."""
    rng = random.Random(seed)
    texts: list[str] = []
    for _ in range(number):
        words = rng.choice(texts).split() if texts and rng.random() < 0.5 else ["?"] * rng.randint(0, 60)
        rate = rng.choice([0.0, 0.01, 0.03])
        texts.append(
            " ".join(str(rng.randint(0, 99)) if word == "?" or rng.random() < rate else word for word in words)
        )
    return [{"id": f"r{place}", "question": text, "more": [place, None]} for place, text in enumerate(texts)]


def write(path: Path, rows: list[Row]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def read(path: Path) -> list[Row]:
    return [row for _, row in read_rows(path)]


def run(folder: Path, rows: list[Row], *, out: str = "out.jsonl", **more: Any) -> tuple[list[Row], DedupResult]:
    """Deduplicate rows by way of files."""
    source = write(folder / "in.jsonl", rows)
    result = dedup_file(source, DedupOutputs(folder / out), settings=DedupSettings(**more))
    return read(folder / out), result


def found_in(rows: list[Row]) -> list[tuple[str | None, float | None]]:
    return [(row["duplicate_of"], row["similarity"]) for row in rows]


@pytest.mark.parametrize("exact", [False, True])
@pytest.mark.parametrize("threshold", [0.5, 0.8, 1.0])
@pytest.mark.parametrize("batch", [1, 7, 2048])
def test_a_file_gets_what_texts_in_memory_get(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, batch: int, threshold: float, exact: bool
) -> None:
    monkeypatch.setattr(row_source, "_BATCH_ROWS", batch)
    rows = some_rows(200, seed=1)
    out, result = run(tmp_path, rows, threshold=threshold, exact=exact)
    expected = find_duplicates([row["question"] for row in rows], threshold=threshold, exact=exact)
    assert found_in(out) == [(None, None) if hit is None else (f"r{hit.of}", float(hit.similarity)) for hit in expected]
    assert [{name: row[name] for name in ("id", "question", "more")} for row in out] == rows
    assert result.findings.duplicates == sum(hit is not None for hit in expected) > 20


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 10**6), st.sampled_from([0.5, 0.7, 0.8]), st.booleans())
def test_pairs_are_those_of_texts_in_memory(
    tmp_path_factory: pytest.TempPathFactory, seed: int, threshold: float, exact: bool
) -> None:
    folder = tmp_path_factory.mktemp("pairs")
    rows = some_rows(40, seed=seed)
    source = write(folder / "in.jsonl", rows)
    outputs = DedupOutputs(folder / "out.jsonl", folder / "pairs.jsonl")
    result = dedup_file(source, outputs, settings=DedupSettings(threshold=threshold, exact=exact))
    pairs = [json.loads(line) for line in (folder / "pairs.jsonl").read_text().splitlines()]
    expected = verified_pairs([row["question"] for row in rows], threshold=threshold, exact=exact)
    assert pairs == [
        {"first": f"r{pair.first}", "second": f"r{pair.second}", "similarity": float(pair.similarity)}
        for pair in sorted(expected, key=lambda pair: (pair.second, pair.first))
    ]
    assert result.pairs == len(pairs)
    with_pairs = read(folder / "out.jsonl")
    assert with_pairs == run(folder, rows, threshold=threshold, exact=exact)[0], "pairs change no decision"


def test_of_three_copies_and_of_150_one_stays(tmp_path: Path) -> None:
    for copies in (3, 150):
        rows: list[Row] = [{"id": number, "question": "Sort a list of numbers in place."} for number in range(copies)]
        out, result = run(tmp_path, rows)
        assert found_in(out) == [(None, None)] + [("0", 1.0)] * (copies - 1)
        assert result.as_json()["clusters"] == 1


def test_a_chain_keeps_both_ends(tmp_path: Path) -> None:
    rows: list[Row] = [{"id": str(shift), "question": numbered(shift, shift + 104)} for shift in (0, 10, 20)]
    assert found_in(run(tmp_path, rows)[0]) == [(None, None), ("0", 90 / 110), (None, None)]


def test_columns_of_an_earlier_run_are_replaced(tmp_path: Path) -> None:
    rows: list[Row] = [
        {"similarity": 7, "id": "a", "duplicate_of": "z", "question": "one two"},
        {"id": "b", "question": "One, two!"},
    ]
    out, _ = run(tmp_path, rows)
    assert [list(row.items()) for row in out] == [
        [("id", "a"), ("question", "one two"), ("duplicate_of", None), ("similarity", None)],
        [("id", "b"), ("question", "One, two!"), ("duplicate_of", "a"), ("similarity", 1.0)],
    ]


def test_rows_of_other_files_count_as_kept_and_earlier(tmp_path: Path) -> None:
    old = write(tmp_path / "old.jsonl", [{"id": "x", "question": "one two"}, {"id": "y", "question": "one, two"}])
    older = write(tmp_path / "older.jsonl", [{"id": "b", "question": numbered(0, 104)}])
    rows = [
        {"id": "a", "question": "One two."},
        {"id": "b", "question": numbered(10, 114)},
        {"id": "c", "question": numbered(20, 124)},
        {"id": "d", "question": numbered(20, 124)},
    ]
    source = write(tmp_path / "in.jsonl", rows)
    outputs = DedupOutputs(tmp_path / "out.jsonl", tmp_path / "pairs.jsonl", tmp_path / "report.json")
    result = dedup_file(source, outputs, settings=DedupSettings(against=(old, older)))
    assert found_in(read(tmp_path / "out.jsonl")) == [("x", 1.0), ("b", 90 / 110), (None, None), ("c", 1.0)]
    pairs = [tuple(pair.values()) for pair in read(tmp_path / "pairs.jsonl")]
    assert pairs == [
        ("x", "a", 1.0, str(old)),
        ("y", "a", 1.0, str(old)),
        ("b", "b", 90 / 110, str(older)),
        ("b", "c", 90 / 110, None),
        ("b", "d", 90 / 110, None),
        ("c", "d", 1.0, None),
    ]
    assert result.as_json()["against"] == 3
    report = json.loads((tmp_path / "report.json").read_text())
    assert report["against"] == [{"file": str(old), "rows": 2}, {"file": str(older), "rows": 1}]
    assert {(cluster["keeper"], cluster["file"]) for cluster in report["largest_clusters"]} == {
        ("x", str(old)),
        ("b", str(older)),
        ("c", None),
    }


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 10**6), st.integers(1, 39), st.booleans())
def test_stored_signatures_change_nothing(
    tmp_path_factory: pytest.TempPathFactory, seed: int, cut: int, packed: bool
) -> None:
    folder = tmp_path_factory.mktemp("stored")
    rows = some_rows(40, seed=seed)
    name = "old.jsonl.gz" if packed else "old.jsonl"
    lines = "".join(json.dumps(row) + "\n" for row in rows[:cut]).encode()
    (folder / name).write_bytes(gzip.compress(lines) if packed else lines)
    source = write(folder / "in.jsonl", rows[cut:])
    answers = []
    for _ in range(2):
        outputs = DedupOutputs(folder / "out.jsonl", folder / "pairs.jsonl")
        dedup_file(source, outputs, settings=DedupSettings(against=(folder / name,)))
        answers.append([(folder / "out.jsonl").read_bytes(), (folder / "pairs.jsonl").read_bytes()])
        made = DedupOutputs(folder / "marked.jsonl", signatures=folder / f"{name}{SIGNATURE_SUFFIX}")
        dedup_file(folder / name, made, settings=DedupSettings())
    assert answers[0] == answers[1]


class Notes:
    """A listener that remembers what it is told."""

    def __init__(self) -> None:
        self.sentences: list[str] = []
        self.steps: list[str] = []

    def update(self, step: str, done: int, total: int | None) -> None:
        self.steps.append(step)

    def note(self, sentence: str) -> None:
        self.sentences.append(sentence)


def with_signatures(folder: Path) -> tuple[Path, Path]:
    """A file of rows with its signatures beside it, and one to be compared with it."""
    old = write(folder / "old.jsonl", [{"id": "x", "question": "one two"}, {"id": "y", "question": "?"}])
    outputs = DedupOutputs(folder / "marked.jsonl", signatures=Path(f"{old}{SIGNATURE_SUFFIX}"))
    dedup_file(old, outputs, settings=DedupSettings())
    return old, write(folder / "in.jsonl", [{"id": "a", "question": "One two."}, {"id": "b", "question": "!"}])


def test_signatures_that_fit_stand_for_the_texts(tmp_path: Path) -> None:
    old, source = with_signatures(tmp_path)
    listener = Notes()
    settings = DedupSettings(against=(old,))
    dedup_file(source, DedupOutputs(tmp_path / "out.jsonl"), settings=settings, listener=listener)
    assert listener.sentences == []
    assert not [step for step in listener.steps if "old.jsonl" in step]
    assert found_in(read(tmp_path / "out.jsonl")) == [("x", 1.0), (None, None)]


def test_signatures_hold_what_they_were_made_of(tmp_path: Path) -> None:
    old, _ = with_signatures(tmp_path)
    stored = open_signature_file(Path(f"{old}{SIGNATURE_SUFFIX}"), wanted=DedupSettings().scheme)
    (batch,) = stored.batches()
    assert (stored.source.column, stored.source.rows) == ("question", 2)
    assert (list(batch.ids), batch.shingles.tolist(), batch.kept.tolist()) == (["x", "y"], [1, 0], [True, True])
    assert batch.signatures.shape == (2, 128)
    assert set(batch.signatures[1].tolist()) == {2**32 - 1}


@pytest.mark.parametrize(
    ("change", "more", "reason"),
    [
        (True, {}, "the file is not the one that they were made of"),
        (False, {"exact": True}, "an exact comparison needs the texts"),
        (False, {"column": "text"}, "they are of the column 'question'"),
    ],
)
def test_signatures_that_cannot_serve_are_left_aside_and_that_is_said(
    tmp_path: Path, change: bool, more: dict[str, Any], reason: str
) -> None:
    old, source = with_signatures(tmp_path)
    if change:
        old.write_text(old.read_text().replace("one two", "three"))
    if "column" in more:
        write(source, [row | {"text": row["question"]} for row in read(source)])
        listener_error = pytest.raises(InputError, match=r"old\.jsonl, row 1 has no column 'text'")
    listener = Notes()
    settings = DedupSettings(against=(old,), **more)
    if "column" in more:
        with listener_error:
            dedup_file(source, DedupOutputs(tmp_path / "out.jsonl"), settings=settings, listener=listener)
    else:
        dedup_file(source, DedupOutputs(tmp_path / "out.jsonl"), settings=settings, listener=listener)
        assert found_in(read(tmp_path / "out.jsonl"))[0] == ((None, None) if change else ("x", 1.0))
    assert listener.sentences == [f"{old} is hashed anew; old.jsonl.minhash is not used: {reason}"]


def test_signatures_of_another_kind_are_refused(tmp_path: Path) -> None:
    old, source = with_signatures(tmp_path)
    outputs, settings = DedupOutputs(tmp_path / "out.jsonl"), DedupSettings(against=(old,))
    with pytest.raises(
        InputError, match=r"holds signatures of normalisation 'lower-words-1', which cannot be compared"
    ):
        dedup_file(source, outputs, settings=replace(settings, code=True))
    stored = Path(f"{old}{SIGNATURE_SUFFIX}")
    content = stored.read_bytes()
    stored.write_bytes(content.replace(b"affine32", b"affine64"))
    with pytest.raises(InputError, match="holds signatures of scheme 'affine64'"):
        dedup_file(source, outputs, settings=settings)
    for damaged in (content[: len(content) // 2], b"", b"no such file"):
        stored.write_bytes(damaged)
        with pytest.raises(InputError, match="cannot be read as a file of signatures"):
            dedup_file(source, outputs, settings=settings)


def test_parquet_keeps_the_types_of_its_columns(tmp_path: Path) -> None:
    schema = pa.schema(
        [
            ("id", pa.large_string()),
            ("question", pa.dictionary(pa.int8(), pa.string())),
            ("similarity", pa.int8()),
            ("when", pa.timestamp("ns", tz="UTC")),
            ("nested", pa.list_(pa.struct([("x", pa.int16())]))),
        ],
        metadata={"huggingface": "{}"},
    )
    rows = [
        {"id": str(n), "question": "one two", "similarity": 1, "when": 1, "nested": [{"x": n}]} for n in range(3000)
    ]
    table = pa.Table.from_pylist(rows, schema=schema)
    pq.write_table(table, tmp_path / "in.parquet", row_group_size=1700)
    dedup_file(tmp_path / "in.parquet", DedupOutputs(tmp_path / "out.parquet"), settings=DedupSettings())
    out = pq.read_table(tmp_path / "out.parquet")
    kept = ["id", "question", "when", "nested"]
    assert out.schema.names == [*kept, "duplicate_of", "similarity"]
    assert out.select(kept).equals(table.select(kept))
    assert [out.schema.field(name).type for name in kept] == [schema.field(name).type for name in kept]
    assert out.schema.field("similarity").type == pa.float64()
    assert out.column("duplicate_of").to_pylist() == [None, *["0"] * 2999]
    assert not out.schema.metadata


def test_what_json_cannot_hold_is_named(tmp_path: Path) -> None:
    table = pa.table({"id": ["a"], "question": ["x"], "when": pa.array([1], pa.timestamp("us"))})
    pq.write_table(table, tmp_path / "in.parquet")
    with pytest.raises(InputError, match=r"row 1: column 'when' holds what JSON has no word for .*\.parquet"):
        dedup_file(tmp_path / "in.parquet", DedupOutputs(tmp_path / "out.jsonl"), settings=DedupSettings())
    assert [path.name for path in tmp_path.iterdir()] == ["in.parquet"]


def test_json_lines_become_parquet_with_types_that_fit_all_rows(tmp_path: Path) -> None:
    rows = [
        {"id": 1, "question": "\ud800 one", "number": 1, "tags": []},
        {"id": 2, "question": "One", "number": 2.5, "tags": ["x"], "late": {"y": None}},
        {"id": 3, "question": "two", "late": {"y": True}},
    ]
    out, _ = run(tmp_path, rows, out="out.parquet")
    assert [(row["number"], row["tags"], row["late"], row["duplicate_of"]) for row in out] == [
        (1.0, [], None, None),
        (2.5, ["x"], {"y": None}, "1"),
        (None, None, {"y": True}, None),
    ]
    with pytest.raises(UsageError, match=r"do not fit into Parquet: .*give --out a name that ends in \.jsonl"):
        run(tmp_path, [{"id": "a", "question": "x", "empty": {}}], out="out.parquet")
    rows[0]["number"] = "text"
    with pytest.raises(UsageError, match=r"do not fit into Parquet: .*give --out a name that ends in \.jsonl"):
        run(tmp_path, rows, out="out.parquet")


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([{"id": "a", "question": "x"}, {"question": "x"}], "row 2 has no id"),
        ([{"id": "a", "question": "x"}, {"id": " ", "question": "x"}], "row 2: 'id' is empty"),
        (
            [{"id": i, "question": "x"} for i in ("a", "b", "c", "b", "a")],
            "rows 2 and 4 have the same id 'b'; ids must be unique",
        ),
        ([{"id": 1, "question": "x"}, {"id": "1", "question": "y"}], "rows 1 and 2 have the same id '1'"),
        (
            [{"id": "a", "question": "x"}, {"id": "b", "text": "x"}],
            "row 2 has no column 'question'; it has 'id', 'text'",
        ),
        ([{"id": "a", "question": None}], "row 1: column 'question' is null, not text"),
        ([], "is empty"),
    ],
)
def test_rows_that_cannot_be_used_are_named_and_nothing_is_written(
    tmp_path: Path, rows: list[Row], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        run(tmp_path, rows)
    assert [path.name for path in tmp_path.iterdir()] == ["in.jsonl"]


def test_ids_of_other_files_are_checked_too(tmp_path: Path) -> None:
    old = write(tmp_path / "old.jsonl", [{"id": "x", "question": "a"}, {"id": "x", "question": "b"}])
    with pytest.raises(InputError, match=r"old\.jsonl: rows 1 and 2 have the same id 'x'"):
        run(tmp_path, [{"id": "a", "question": "x"}], against=(old,))


def test_blank_lines_count_in_the_number_of_a_row(tmp_path: Path) -> None:
    source = tmp_path / "in.jsonl"
    source.write_text('\n{"id": "a", "question": "x"}\n\n{"id": "a", "question": "x"}\n')
    with pytest.raises(InputError, match="rows 2 and 4 have the same id"):
        dedup_file(source, DedupOutputs(tmp_path / "out.jsonl"), settings=DedupSettings())


@given(st.lists(st.text(max_size=4)), st.integers(0, 3))
def test_a_list_of_ids_gives_them_back_and_finds_the_first_repeated_one(ids: list[str], first: int) -> None:
    listed = IdList()
    for number, identity in enumerate(ids, start=1):
        listed.add(identity, number)
    assert [listed[row] for row in range(len(listed))] == ids
    part = ids[first:]
    repeated = [row for row, identity in enumerate(part) if identity in part[:row]]
    if repeated:
        later = repeated[0]
        rows = f"rows {part.index(part[later]) + first + 1} and {later + first + 1} have"
        with pytest.raises(InputError, match=rows):
            listed.require_unique(first, source="x")
    else:
        listed.require_unique(first, source="x")


@pytest.mark.parametrize("clash", ["in.jsonl", "old.jsonl", "pairs.jsonl", "link.jsonl"])
def test_no_output_overwrites_another_file_of_the_run(tmp_path: Path, clash: str) -> None:
    source = write(tmp_path / "in.jsonl", [{"id": "a", "question": "x"}])
    old = write(tmp_path / "old.jsonl", [{"id": "a", "question": "x"}])
    (tmp_path / "link.jsonl").symlink_to(source)
    outputs = DedupOutputs(tmp_path / "pairs.jsonl", tmp_path / clash)
    with pytest.raises(UsageError, match=r"give it another name"):
        dedup_file(source, outputs, settings=DedupSettings(against=(old,)))
    assert len(read(source)) == len(read(old)) == 1


@pytest.mark.parametrize("change", ["longer", "shorter", "other ids"])
def test_a_file_that_changes_while_it_is_read_is_noticed(tmp_path: Path, change: str) -> None:
    rows: list[Row] = [{"id": str(number), "question": "x y"} for number in range(3)]
    source = write(tmp_path / "in.jsonl", rows)

    class Meddler(Notes):
        def update(self, step: str, done: int, total: int | None) -> None:
            if step == "writing":
                changed = {
                    "longer": [*rows, rows[0]],
                    "shorter": rows[:2],
                    "other ids": [*rows[:2], {**rows[2], "id": 9}],
                }
                write(source, changed[change])

    with pytest.raises(InputError, match="changed while it was read; start again"):
        dedup_file(source, DedupOutputs(tmp_path / "out.jsonl"), settings=DedupSettings(), listener=Meddler())
    assert [path.name for path in tmp_path.iterdir()] == ["in.jsonl"]


def test_a_kill_leaves_whole_files_or_none(tmp_path: Path) -> None:
    write(tmp_path / "in.jsonl", some_rows(50, seed=2))
    names = ("out.jsonl", "pairs.jsonl", "report.json", "signatures")
    run_python(DYING_DEDUPLICATION, "10000", str(tmp_path))
    whole = {name: (tmp_path / name).read_bytes() for name in names}
    for name in names:
        (tmp_path / name).unlink()
    for moment in range(1, 40):
        done = run_python(DYING_DEDUPLICATION, str(moment), str(tmp_path))
        for name in names:
            assert not (tmp_path / name).exists() or (tmp_path / name).read_bytes() == whole[name]
        if "whole" in done.stdout:
            break
    else:
        pytest.fail("never got through")
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([*names, "in.jsonl"])


def test_the_report_counts_clusters_and_names_the_largest(tmp_path: Path) -> None:
    rows = [{"id": f"a{n}", "question": "one two"} for n in range(13)]
    rows += [{"id": f"b{n}", "question": numbered(10 * n, 10 * n + 104)} for n in range(2)]
    rows += [{"id": "c", "question": "?"}, {"id": "d", "question": ""}]
    source = write(tmp_path / "in.jsonl", rows)
    outputs = DedupOutputs(tmp_path / "out.jsonl", report=tmp_path / "report.json")
    dedup_file(source, outputs, settings=DedupSettings())
    report = json.loads((tmp_path / "report.json").read_text())
    assert (report["rows"], report["kept"], report["duplicates"], report["without_words"]) == (17, 4, 13, 2)
    assert report["clusters_by_size"] == {"2": 1, "13": 1}
    assert report["similarity"] == {"0.80": 1, "1.00": 12}
    assert Fraction(90, 110) > Fraction(4, 5)
    largest = report["largest_clusters"]
    assert largest[0] == {"keeper": "a0", "file": None, "size": 13, "members": [f"a{n}" for n in range(1, 11)]}
    assert largest[1] == {"keeper": "b0", "file": None, "size": 2, "members": ["b1"]}


def test_a_full_disk_is_named_and_leaves_nothing(tmp_path: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("there is no /dev/full here")
    source = write(tmp_path / "in.jsonl", some_rows(50, seed=2))
    outputs = DedupOutputs(Path("/dev/full"), tmp_path / "pairs.jsonl", tmp_path / "report.json")
    with pytest.raises(UsageError, match="cannot write /dev/full: No space left"):
        dedup_file(source, outputs, settings=DedupSettings())
    assert os.listdir(tmp_path) == ["in.jsonl"]  # noqa: PTH208


def test_rows_that_an_earlier_run_has_marked_as_duplicates_are_passed_over(tmp_path: Path) -> None:
    words = "weigh every crate on the tilted belt before noon"
    marked = [
        {"id": "k", "question": "sort ropes", "duplicate_of": None},
        {"id": "d", "question": words, "duplicate_of": "k"},
    ]
    old = tmp_path / "old.jsonl"
    old.write_text("".join(json.dumps(row) + "\n" for row in marked))
    source, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text(json.dumps({"id": "n", "question": words}) + "\n")
    result = dedup_file(source, DedupOutputs(out), settings=DedupSettings(against=(old,)))
    assert json.loads(out.read_text())["duplicate_of"] is None
    assert result.as_json()["against"] == 1
