"""Benchmarks from rows and from files: every form in which they are published, and everything that may be wrong."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from kodcode_hub.decontamination.benchmark_formats import FORMATS, MOST_EXAMPLES, MOST_SOLUTIONS, format_of, read_item
from kodcode_hub.decontamination.benchmarks import (
    Benchmark,
    BenchmarkItem,
    benchmark_from_rows,
    benchmark_of_items,
    items_from_rows,
)
from kodcode_hub.decontamination.fingerprint import fingerprint_item
from kodcode_hub.errors import InputError, UsageError
from kodcode_hub.pipeline.benchmark_files import load_benchmarks
from kodcode_hub.pipeline.benchmark_store import store_benchmark

HUMANEVAL = {
    "task_id": "HumanEval/7",
    "prompt": 'def twice(n):\n    """Double it."""\n',
    "entry_point": "twice",
    "canonical_solution": "    return 2 * n\n",
    "test": "def check(candidate):\n    assert candidate(2) == 4\n",
}
MBPP = {
    "task_id": 12,
    "text": "Write a function to double a number.",
    "code": "def twice(n): return 2 * n",
    "test_list": ["assert twice(2) == 4", "assert twice(3) == 6"],
    "test_setup_code": "",
    "challenge_test_list": [],
}
BIGCODEBENCH = {
    "task_id": "BigCodeBench/3",
    "complete_prompt": 'def task_func(n):\n    """Doubles n."""\n',
    "instruct_prompt": "Doubles n.\nYou should write self-contained code starting with:\n...",
    "canonical_solution": "    return 2 * n",
    "code_prompt": "def task_func(n):\n",
    "test": "class TestCases: ...",
    "entry_point": "task_func",
}
LIVECODEBENCH = {
    "question_id": "1873_A",
    "question_title": "Short Sort",
    "question_content": "There are three cards.",
    "starter_code": "class Solution:\n    def sortCards(self, cards: str) -> bool:\n        ",
    "public_test_cases": '[{"input": "abc\\n", "output": "YES\\n", "testtype": "stdin"}]',
    "metadata": "{}",
}
APPS = {
    "problem_id": 4000,
    "question": "Print the sum.",
    "solutions": '["print(1)", "print(2)", "print(3)", "print(4)"]',
    "input_output": '{"fn_name": "total", "inputs": [[1, 2], ["a", "b"]], "outputs": [3, "ab"]}',
    "starter_code": "",
}
CODE_CONTESTS = {
    "name": "1575_A. Another Sorting Problem",
    "description": "Sort the books.",
    "solutions": {"language": [2, 1, 3], "solution": ["int main() {}", "print 1", "print(1)"]},
    "public_tests": {"input": ["3\n"], "output": ["1 2 3\n"]},
    "private_tests": {"input": [], "output": []},
}


def item_of(row: Mapping[str, Any]) -> BenchmarkItem:
    return read_item(row, number=1, source="b.jsonl")


def benchmark_of(rows: Sequence[Mapping[str, Any]]) -> Benchmark:
    return benchmark_from_rows("b", enumerate(rows, start=1), source="b.jsonl")


@pytest.mark.parametrize(
    ("title", "row", "item"),
    [
        (
            "HumanEval",
            HUMANEVAL,
            BenchmarkItem(
                "HumanEval/7",
                ('def twice(n):\n    """Double it."""\n',),
                "twice",
                "    return 2 * n\n",
                "def check(candidate):\n    assert candidate(2) == 4\n",
            ),
        ),
        (
            "MBPP",
            MBPP,
            BenchmarkItem(
                "12",
                ("Write a function to double a number.",),
                "twice",
                "def twice(n): return 2 * n",
                "assert twice(2) == 4\nassert twice(3) == 6",
            ),
        ),
        (
            "BigCodeBench",
            BIGCODEBENCH,
            BenchmarkItem(
                "BigCodeBench/3",
                (
                    "Doubles n.\nYou should write self-contained code starting with:\n...",
                    'def task_func(n):\n    """Doubles n."""\n',
                ),
                "task_func",
                "    return 2 * n",
                "class TestCases: ...",
            ),
        ),
        (
            "LiveCodeBench",
            LIVECODEBENCH,
            BenchmarkItem("1873_A", ("There are three cards.",), "sortCards", tests="Input: abc\nOutput: YES"),
        ),
        (
            "APPS",
            APPS,
            BenchmarkItem(
                "4000",
                ("Print the sum.",),
                "total",
                "print(1)\n\nprint(2)\n\nprint(3)",
                "Input: [1, 2]\nOutput: 3\n\nInput: a\nb\nOutput: ab",
            ),
        ),
        (
            "CodeContests",
            CODE_CONTESTS,
            BenchmarkItem(
                "1575_A. Another Sorting Problem",
                ("Sort the books.",),
                solution="print(1)\n\nprint 1",
                tests="Input: 3\nOutput: 1 2 3",
            ),
        ),
        (
            "plain",
            {
                "id": "B/1",
                "text": "Double it.",
                "text_complete": "def twice(n): ...",
                "entry_point": None,
                "solution": "def twice(n): return 2 * n",
                "tests": "assert twice(2) == 4",
            },
            BenchmarkItem(
                "B/1",
                ("Double it.", "def twice(n): ..."),
                "",
                "def twice(n): return 2 * n",
                "assert twice(2) == 4",
            ),
        ),
    ],
)
def test_a_row_is_recognised_by_its_fields_and_read_whole(title: str, row: dict[str, Any], item: BenchmarkItem) -> None:
    assert format_of(row).title == title
    assert item_of(row) == item


def test_the_plus_and_sanitized_forms_are_read_too() -> None:
    sanitized = {**MBPP, "prompt": MBPP["text"], "test_imports": ["import math"], "source_file": "x"}
    del sanitized["text"]
    assert item_of(sanitized).texts == (MBPP["text"],)
    assert item_of(sanitized).tests.startswith("import math\n")
    plus = {**HUMANEVAL, "base_input": [[2], [3]], "plus_input": [[10**6]], "atol": 0}
    del plus["test"]
    assert item_of(plus).tests == "[2]\n[3]"
    mbpp_plus = {**plus, "task_id": "Mbpp/12"}
    assert item_of(mbpp_plus).id == "Mbpp/12"


@pytest.mark.parametrize(
    ("first", "name"),
    [
        ("assert is_even(2) == True", "is_even"),
        ("assert set(similar((1,), (1,))) == set((1,))", "similar"),
        ("assert not odd(2)", "odd"),
        ("assert math.isclose(area(2), 4.0)", "area"),
        ("assert (twice(2)) == 4", "twice"),
        ("x = 1", ""),
    ],
)
def test_mbpps_function_is_the_one_that_its_first_assert_calls(first: str, name: str) -> None:
    assert item_of({**MBPP, "test_list": [first]}).entry_point == name


def test_long_lists_of_solutions_and_examples_are_cut() -> None:
    pairs = {"inputs": [str(n) for n in range(99)], "outputs": ["x"] * 99}
    item = item_of({**APPS, "solutions": ["pass"] * 99, "input_output": pairs})
    assert item.solution.split() == ["pass"] * MOST_SOLUTIONS
    assert item.tests.count("Input: ") == MOST_EXAMPLES


def test_what_is_empty_in_a_row_is_left_empty() -> None:
    item = item_of({**APPS, "solutions": "", "input_output": ""})
    assert (item.entry_point, item.solution, item.tests) == ("", "", "")
    item = item_of({**LIVECODEBENCH, "starter_code": "", "public_test_cases": None, "metadata": None})
    assert (item.entry_point, item.tests) == ("", "")
    assert item_of({**CODE_CONTESTS, "solutions": None, "public_tests": None}).solution == ""


def test_livecodebenchs_own_name_of_the_function_wins() -> None:
    assert item_of({**LIVECODEBENCH, "metadata": '{"func_name": "sorted_cards"}'}).entry_point == "sorted_cards"


def test_the_last_form_takes_every_row() -> None:
    assert FORMATS[-1].marks == frozenset()


def test_rows_of_no_known_form_are_read_under_the_names_that_benchmarks_use() -> None:
    rows: list[dict[str, Any]] = [
        {"id": "B/0", "text": "one", "prompt": "not this"},
        {"task_id": 11, "prompt": "two"},
        {"task_id": "B/2", "description": "three"},
        {"question_id": "x", "question": "four"},
    ]
    benchmark = benchmark_of(rows)
    assert benchmark.texts == {"B/0": "one", "11": "two", "B/2": "three", "x": "four"}
    assert [fingerprint.id for fingerprint in benchmark.fingerprints] == list(benchmark.texts)


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({"text": "x"}, "b.jsonl, row 2 has no id: a benchmark's items need one of id, task_id"),
        ({"id": "0", "text": "x"}, "rows 1 and 2 have the same id '0'"),
        ({"id": "1", "statement": "x"}, "row 2 has none of the columns 'text', 'prompt'"),
        ({"id": "1", "text": None}, "row 2: column 'text' is null, not text"),
        ({"id": "1", "text": "x", "solution": 3}, "row 2: column 'solution' is a number, not text"),
        ({**MBPP, "test_list": [1]}, "row 2: column 'test_list' is a list, not a list of texts"),
        ({**APPS, "input_output": "{"}, "row 2: column 'input_output' is not JSON text: Expecting"),
        ({**APPS, "input_output": "[]"}, "row 2: column 'input_output' is a list, not an object"),
        ({**APPS, "input_output": {"inputs": 3}}, "row 2: column 'input_output.inputs' is a number, not a list"),
        ({**APPS, "solutions": '{"a": 1}'}, "row 2: column 'solutions' is an object, not a list of texts"),
        ({**LIVECODEBENCH, "public_test_cases": "[1]"}, "'public_test_cases' is a list, not a list of objects"),
        ({**HUMANEVAL, "base_input": 1}, "row 2: column 'base_input' is a number, not a list"),
    ],
)
def test_items_that_cannot_be_used_are_refused_with_their_row(row: dict[str, Any], words: str) -> None:
    """Defect 3."""
    with pytest.raises(InputError, match=words.replace("[", r"\[")):
        benchmark_of([{"id": 0, "text": "a"}, row])


def test_a_benchmark_without_items_is_refused() -> None:
    with pytest.raises(InputError, match=r"b.jsonl is empty: it holds no items"):
        items_from_rows([], source="b.jsonl")


def test_benchmarks_are_read_from_named_files(tmp_path: Path) -> None:
    (tmp_path / "a=b.jsonl").write_text('{"id": 0, "text": "a"}\n')
    (tmp_path / "two.jsonl.gz").write_bytes(gzip.compress(b'{"id": 0, "text": "b"}\n', mtime=0))
    one, two = load_benchmarks([f"one={tmp_path}/a=b.jsonl", f"two+1.0={tmp_path}/two.jsonl.gz"])
    # printf '{"id": 0, "text": "a"}\n' | sha256sum
    assert one == Benchmark(
        "one", "sha256:e5f7b36f6a0ec36b", (fingerprint_item(BenchmarkItem("0", ("a",))),), {"0": "a"}
    )
    assert (two.name, two.texts) == ("two+1.0", {"0": "b"})
    assert two.revision != one.revision
    assert load_benchmarks([]) == []


def test_malformed_arguments_and_files_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KODCODE_HOME", str(tmp_path / "home"))
    path = tmp_path / "b.jsonl"
    path.write_text('{"id": 0, "text": "a"}\n{\n')
    for arguments, error, words in (
        ([str(path)], UsageError, "write NAME=PATH"),
        ([f"={path}"], UsageError, "write NAME=PATH"),
        (["name="], UsageError, "write NAME=PATH"),
        ([f"a/b={path}"], UsageError, "write NAME=PATH"),
        (["humaneval"], UsageError, r"no benchmark of this name is stored \(none is stored\); write NAME=PATH"),
        ([f"b={tmp_path}/gone.jsonl"], InputError, "benchmark file .*gone.jsonl does not exist"),
        ([f"b={tmp_path}"], InputError, "is a folder"),
        ([f"b={path}"], InputError, "b.jsonl: malformed JSON at line 2"),
    ):
        with pytest.raises(error, match=words):
            load_benchmarks(arguments)
    path.write_text('{"id": 0, "text": "a"}\n')
    with pytest.raises(UsageError, match="--benchmark: 'b' is given twice"):
        load_benchmarks([f"b={path}", f"b={path}"], option="--benchmark")
    path.write_text("")
    with pytest.raises(InputError, match=r"b.jsonl is empty"):
        load_benchmarks([f"b={path}"])


def test_a_name_alone_is_that_of_a_stored_benchmark(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KODCODE_HOME", str(tmp_path))
    kept = benchmark_of_items("kept", [BenchmarkItem("0", ("Sort a list of numbers in place.",))], revision="r1")
    store_benchmark(kept, source="x", text_at=None)
    (tmp_path / "other.json").write_text(json.dumps([{"id": 0, "text": "a"}]))
    loaded, other = load_benchmarks(["kept", f"other={tmp_path}/other.json"])
    assert loaded == Benchmark("kept", "r1", kept.fingerprints, {})
    assert other.texts == {"0": "a"}
    with pytest.raises(UsageError, match=r"--benchmarks gone: .*\(stored are kept\)"):
        load_benchmarks(["gone"])
