"""A file of rows, each judged once: whatever the form of the file, the number of workers and the accidents."""

from __future__ import annotations

import gzip
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kodcode_hub.decontamination.benchmarks import BenchmarkItem, benchmark_of_items
from kodcode_hub.decontamination.contamination import ContaminationCheck
from kodcode_hub.errors import InputError, KodcodeError, UsageError
from kodcode_hub.files.rows import read_rows
from kodcode_hub.pipeline import judging_workers
from kodcode_hub.pipeline.contamination_report import MOST_EXAMPLES, ContaminationCounts, contamination_report
from kodcode_hub.pipeline.decontaminate_file import (
    DecontaminateResult,
    DecontaminateSettings,
    decontaminate_file,
)
from kodcode_hub.pipeline.decontaminate_output import match_json
from kodcode_hub.pipeline.decontaminate_show import show_row
from kodcode_hub.pipeline.judging_workers import JudgedText, judge_rows

Row = dict[str, Any]

BUOYS = (
    "Given the readings of a chain of buoys, return the longest stretch of consecutive buoys whose water level rises "
    "by at least one centimetre from each buoy to the next, and the empty list where there is none."
)
BELTS = (
    "A conveyor belt carries crates whose weights are known. Write a function that says after how many crates the belt "
    "must stop, if it may never carry more than a given weight over any window of seven crates."
)
SOLUTION = (
    "def stretch(levels):\n    best, start = [], 0\n    for place in range(1, len(levels) + 1):\n"
    "        if place == len(levels) or levels[place] < levels[place - 1] + 1:\n"
    "            if place - start > max(1, len(best)):\n                best = levels[start:place]\n"
    "            start = place\n    return best\n"
)
BENCHMARKS = [
    benchmark_of_items("buoys", [BenchmarkItem("B/0", (BUOYS,), "stretch", SOLUTION)], revision="sha256:b"),
    benchmark_of_items("belts", [BenchmarkItem("7", (BELTS,))], revision="sha256:c"),
]
ROWS: list[Row] = [
    {"id": "copy", "question": f"Here is a task. {BUOYS}", "more": [1, None]},
    {"id": "clean", "question": "Sort the words of a poem by how often each occurs in it.", "more": None},
    {"id": "belt", "question": BELTS, "more": [2]},
]
VERDICTS = ["contaminated", "clean", "contaminated"]


def write(path: Path, rows: list[Row]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def read(path: Path) -> list[Row]:
    return [row for _, row in read_rows(path)]


def run(source: Path, out: Path, *, report: Path | None = None, **more: Any) -> DecontaminateResult:
    return decontaminate_file(source, out, benchmarks=BENCHMARKS, settings=DecontaminateSettings(**more), report=report)


def test_every_row_comes_out_with_its_columns_its_verdict_and_its_matches(tmp_path: Path) -> None:
    source = write(tmp_path / "in.jsonl", ROWS)
    result = run(source, tmp_path / "out.jsonl")
    written = read(tmp_path / "out.jsonl")
    check = ContaminationCheck(BENCHMARKS)
    expected = [[match_json(match) for match in check.judge(row["question"]).matches] for row in ROWS]
    assert written == [
        row | {"verdict": verdict, "contaminated": verdict == "contaminated", "matches": matches}
        for row, verdict, matches in zip(ROWS, VERDICTS, expected, strict=True)
    ]
    best = written[0]["matches"][0]
    assert {"benchmark", "id", "method", "score", "excerpt", "revision", "signals", "reason"} <= best.keys()
    assert (best["benchmark"], best["id"], best["revision"]) == ("buoys", "B/0", "sha256:b")
    assert best["excerpt"] in ROWS[0]["question"]
    assert 0 < best["score"] <= 1
    assert written[1]["matches"] == []
    assert result.as_json() | {"seconds": 0} == {
        "rows": 3,
        "verdicts": {"contaminated": 2, "review": 0, "clean": 1},
        "benchmarks": {
            "buoys": {"items": 1, "revision": "sha256:b", "contaminated": 1, "review": 0},
            "belts": {"items": 1, "revision": "sha256:c", "contaminated": 1, "review": 0},
        },
        "setting": "strict",
        "seconds": 0,
    }
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.jsonl", "out.jsonl"]


def test_the_solution_of_a_row_is_compared_with_those_of_items(tmp_path: Path) -> None:
    row = {"id": "a", "question": "Find the best run of numbers."}
    source = write(tmp_path / "in.jsonl", [row | {"solution": SOLUTION}, row | {"id": "b", "solution": None}])
    run(source, tmp_path / "out.jsonl")
    with_code, without = read(tmp_path / "out.jsonl")
    assert with_code["matches"][0]["method"] == "code"
    assert without["matches"] == []


def test_columns_of_these_names_are_replaced(tmp_path: Path) -> None:
    old = {"verdict": "pass", "contaminated": 3, "matches": {"x": 1}}
    run(write(tmp_path / "in.jsonl", [old | row for row in ROWS]), tmp_path / "out.jsonl")
    run(write(tmp_path / "in2.jsonl", ROWS), tmp_path / "out2.jsonl")
    assert read(tmp_path / "out.jsonl") == read(tmp_path / "out2.jsonl")
    run(tmp_path / "out.jsonl", tmp_path / "again.jsonl")
    assert (tmp_path / "again.jsonl").read_bytes() == (tmp_path / "out.jsonl").read_bytes()


def test_parquet_that_becomes_parquet_keeps_the_types_of_its_columns(tmp_path: Path) -> None:
    table = pa.table(
        {
            "question_id": pa.array(["a", "b"], pa.large_string()),
            "verdict": pa.array([1, 2], pa.int8()),
            "question": [BUOYS, "Sort a poem."],
            "made": pa.array([0, 1], pa.timestamp("ms")),
        }
    )
    pq.write_table(table, tmp_path / "in.parquet")
    run(tmp_path / "in.parquet", tmp_path / "out.parquet")
    written = pq.read_table(tmp_path / "out.parquet")
    assert written.schema.names == ["question_id", "question", "made", "verdict", "contaminated", "matches"]
    assert written.select(["question_id", "question", "made"]).equals(table.select(["question_id", "question", "made"]))
    assert written["verdict"].to_pylist() == ["contaminated", "clean"]
    assert written["contaminated"].to_pylist() == [True, False]
    match = written["matches"].to_pylist()[0][0]
    assert {"name": "near_copy", "value": 1.0} in match["signals"]


@pytest.mark.parametrize("name", ["in.jsonl", "in.jsonl.gz", "in.json"])
def test_json_that_becomes_parquet_says_the_same_as_json(tmp_path: Path, name: str) -> None:
    lines = "".join(json.dumps(row) + "\n" for row in ROWS).encode()
    content = json.dumps(ROWS).encode() if name.endswith(".json") else lines
    (tmp_path / name).write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    run(tmp_path / name, tmp_path / "out.parquet")
    run(tmp_path / name, tmp_path / "out.jsonl")
    typed = read(tmp_path / "out.parquet")
    for row in typed:
        for match in row["matches"]:
            match["signals"] = {signal["name"]: signal["value"] for signal in match["signals"]}
    assert typed == read(tmp_path / "out.jsonl")


def test_parquet_with_what_json_has_no_word_for_cannot_become_json(tmp_path: Path) -> None:
    pq.write_table(pa.table({"id": ["a"], "question": ["x"], "made": [b"\xff"]}), tmp_path / "in.parquet")
    with pytest.raises(InputError, match=r"row 1: column 'made' .* ends in \.parquet"):
        run(tmp_path / "in.parquet", tmp_path / "out.jsonl")
    assert not (tmp_path / "out.jsonl").exists()


def test_rows_of_clashing_types_do_not_become_parquet(tmp_path: Path) -> None:
    rows = [ROWS[0] | {"more": "text"}, ROWS[1] | {"more": 3}]
    with pytest.raises(UsageError, match=r"do not fit into Parquet.*ends in \.jsonl"):
        run(write(tmp_path / "in.jsonl", rows), tmp_path / "out.parquet")


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([ROWS[0], ROWS[0]], "rows 1 and 2 have the same id 'copy'"),
        ([ROWS[0], {"question": "x"}], "row 2 has no id"),
        ([{"id": "a", "text": "x"}], "row 1 has no column 'question'; it has 'id', 'text'"),
        ([ROWS[0], {"id": "a", "question": None}], "row 2: column 'question' is null, not text"),
        ([], "is empty"),
    ],
)
def test_a_row_that_cannot_be_used_ends_it_before_anything_is_written(
    tmp_path: Path, rows: list[Row], words: str
) -> None:
    source = write(tmp_path / "in.jsonl", rows)
    with pytest.raises(InputError, match=words):
        run(source, tmp_path / "out.jsonl", report=tmp_path / "report.json")
    assert [path.name for path in tmp_path.iterdir()] == ["in.jsonl"]


def test_no_output_may_be_the_input_or_the_other_output(tmp_path: Path) -> None:
    source = write(tmp_path / "in.jsonl", ROWS)
    (tmp_path / "link.jsonl").symlink_to(source)
    before = source.read_bytes()
    for out, report, words in (
        ("in.jsonl", None, "--out .*in.jsonl is the input itself"),
        ("link.jsonl", None, "--out .*link.jsonl is the input itself"),
        ("out.jsonl", "in.jsonl", "--report .* is the input itself"),
        ("out.jsonl", "out.jsonl", "--report .* is the file of --out"),
        ("out.jsonl", ".", "it is a folder"),
        ("out.csv", None, "of an unknown kind"),
    ):
        with pytest.raises(UsageError, match=words):
            run(source, tmp_path / out, report=tmp_path / report if report else None)
    assert source.read_bytes() == before


def test_the_report_counts_by_benchmark_method_and_subset_and_has_examples(tmp_path: Path) -> None:
    rows = [row | {"subset": "Docs" if row["id"] == "belt" else "Evol"} for row in ROWS]
    many = [{"id": f"more-{place}", "question": BELTS, "subset": "Docs"} for place in range(9)]
    run(write(tmp_path / "in.jsonl", rows + many), tmp_path / "out.jsonl", report=tmp_path / "report.json")
    report = json.loads((tmp_path / "report.json").read_text())
    assert report["rows"] == 12
    assert report["verdicts"] == {"contaminated": 11, "review": 0, "clean": 1}
    assert report["benchmarks"]["belts"] == {"items": 1, "revision": "sha256:c", "contaminated": 10, "review": 0}
    assert report["subsets"] == {
        "Docs": {"contaminated": 10, "review": 0, "clean": 0},
        "Evol": {"contaminated": 1, "review": 0, "clean": 1},
    }
    assert sum(found["contaminated"] for found in report["methods"].values()) == 11
    assert (report["setting"], report["column"]) == ("strict", "question")
    assert 0 < report["thresholds"]["review"] < report["thresholds"]["balanced"] < report["thresholds"]["strict"] < 1
    examples = report["examples"]["belts"]
    assert [example["row"] for example in examples] == ["belt", "more-0", "more-1", "more-2", "more-3"]
    assert examples[0]["id"] == "7"
    assert examples[0]["excerpt"] in BELTS
    assert [example["row"] for example in report["examples"]["buoys"]] == ["copy"]


def test_examples_are_contaminated_rows_first_and_never_too_many() -> None:
    check = ContaminationCheck(BENCHMARKS)
    contaminated, clean = check.judge(BELTS), check.judge("Sort a poem.")
    counts = ContaminationCounts()
    for number in range(MOST_EXAMPLES + 2):
        counts.add(f"c{number}", clean)
        counts.add(f"x{number}", contaminated)
    report = contamination_report(counts, BENCHMARKS, setting="strict", column="question")
    assert [example["row"] for example in report["examples"]["belts"]] == [f"x{n}" for n in range(MOST_EXAMPLES)]
    assert report["subsets"] == {}


def some_texts(texts: list[str]) -> list[JudgedText]:
    return [JudgedText(place + 1, str(place), {}, text, "") for place, text in enumerate(texts)]


def test_workers_find_what_one_process_finds_in_the_same_order(tmp_path: Path) -> None:
    """Several batches a worker, of which some take longer."""
    rows = [row | {"id": f"{row['id']}-{number}", "n": number} for number in range(150) for row in ROWS]
    source = write(tmp_path / "in.jsonl", rows)
    run(source, tmp_path / "one.jsonl", workers=1)
    run(source, tmp_path / "three.jsonl", workers=3, few_rows=0)
    assert (tmp_path / "three.jsonl").read_bytes() == (tmp_path / "one.jsonl").read_bytes()


@settings(deadline=None, max_examples=30)
@given(
    st.lists(st.sampled_from([BUOYS, BELTS, "Sort a poem.", "", "?!", "\ud800 x"]), max_size=12),
    st.randoms(use_true_random=False),
)
def test_a_verdict_depends_on_the_row_alone(texts: list[str], rng: Any) -> None:
    def found(rows: list[JudgedText]) -> dict[str, Any]:
        return {
            row.id: finding for row, finding in judge_rows(rows, benchmarks=BENCHMARKS, setting="strict", workers=1)
        }

    rows = some_texts(texts)
    shuffled = rows.copy()
    rng.shuffle(shuffled)
    assert found(rows) == found(shuffled)


def test_an_error_among_the_rows_ends_the_workers_too() -> None:
    def rows() -> Any:
        yield from some_texts([BELTS] * 200)
        raise InputError("row 201 is broken")

    with pytest.raises(InputError, match="row 201 is broken"):
        list(judge_rows(rows(), benchmarks=BENCHMARKS, setting="strict", workers=2))
    assert judges() == []


def test_a_worker_that_dies_is_an_error_and_not_a_wait() -> None:
    def rows() -> Any:
        yield from some_texts([BELTS] * 64)
        for process in judges():
            os.kill(process, signal.SIGKILL)
        yield from some_texts([BELTS] * 640)

    with pytest.raises(KodcodeError, match=r"a worker process died \(exit code -9\).*fewer --workers"):
        list(judge_rows(rows(), benchmarks=BENCHMARKS, setting="strict", workers=2))
    assert judges() == []


def test_workers_end_when_their_parent_is_killed() -> None:
    program = (
        "from tests.pipeline.test_decontaminate_file import *\n"
        "if __name__ == '__main__':\n"
        "    def rows():\n"
        "        yield from some_texts([BELTS] * 200)\n"
        "        print(*judges(), flush=True)\n"
        "        time.sleep(60)\n"
        "    list(judge_rows(rows(), benchmarks=BENCHMARKS, setting='strict', workers=2))\n"
    )
    root = Path(__file__).parents[2]
    with subprocess.Popen([sys.executable, "-c", program], cwd=root, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        children = [int(word) for word in process.stdout.readline().split()]
        process.kill()
    assert len(children) == 2
    deadline = time.monotonic() + 60
    while any(is_running(child) for child in children):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def judges() -> list[int]:
    """Process ids of the workers of this process."""
    import multiprocessing

    found = [process for process in multiprocessing.active_children() if process.name == "kodcode-judge"]
    return [process.pid for process in found if process.pid is not None]


def is_running(process: int) -> bool:
    """Whether it is there and no zombie."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_long_rows_travel_in_small_batches() -> None:
    texts = ["x" * 120_000, "y" * 120_000, "z" * 500_000, "w"]
    batches = list(judging_workers._batches(some_texts(texts)))
    assert [[row.text[0] for row in batch] for batch in batches] == [["x", "y"], ["z"], ["w"]]


def test_one_row_is_shown_beside_what_it_matches(tmp_path: Path) -> None:
    source = write(tmp_path / "in.jsonl", ROWS)
    shown = show_row(source, "copy", benchmarks=BENCHMARKS, settings=DecontaminateSettings())
    assert shown.finding.verdict == "contaminated"
    assert shown.matched[0].item_text == BUOYS
    assert shown.matched[0].item_excerpt == BUOYS.removesuffix(".")
    answer = shown.as_json()
    assert (answer["id"], answer["verdict"], answer["text"]) == ("copy", "contaminated", ROWS[0]["question"])
    assert answer["matches"][0]["item_text"] == BUOYS
    with pytest.raises(InputError, match=r"in.jsonl has no row with the id 'gone'"):
        show_row(source, "gone", benchmarks=BENCHMARKS, settings=DecontaminateSettings())


def test_an_item_whose_text_is_unknown_is_shown_as_such(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KODCODE_HOME", str(tmp_path))
    source = write(tmp_path / "in.jsonl", ROWS)
    known = [type(item)(item.name, item.revision, item.fingerprints, {}) for item in BENCHMARKS]
    shown = show_row(source, "copy", benchmarks=known, settings=DecontaminateSettings())
    assert shown.finding == show_row(source, "copy", benchmarks=BENCHMARKS, settings=DecontaminateSettings()).finding
    assert (shown.matched[0].item_text, shown.matched[0].item_excerpt) == (None, "")
