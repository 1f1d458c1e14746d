"""Figures of a release, computed from its files."""

from __future__ import annotations

import random
import statistics
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from kodcode_hub.packaging.row_counts import MOST_NAMES
from kodcode_hub.packaging.statistics import COVERAGE_BUCKETS, EnvironmentFigures, SubsetFigures, read_figures
from tests.packaging.example_rows import a_row, an_sft_row
from tests.packaging.small_release import write_files

SUBSETS = ("leetcode", "code_contests", "null")


def random_rows(seed: int, number: int) -> list[dict[str, Any]]:
    """Rows in which every column that figures are made of takes every shape it may have."""
    draw = random.Random(seed)
    texts = (None, "", "a", "b", "Ünï — 𝔘", "a, b")
    return [
        a_row(
            draw.choice(SUBSETS),
            index,
            style=draw.choice(("instruct", "complete", "online_judge", None)),
            gpt_difficulty=draw.choice(("easy", "medium", "hard", None)),
            gpt_pass_sequence=draw.choice((None, [], [0], [draw.randint(0, 1) for _ in range(draw.randint(1, 10))])),
            test_coverage=draw.choice(
                (None, *(draw.randint(0, 100) for _ in range(9)), 49, 50, 79, 80, 89, 90, 99, 100)
            ),
            tests_passed=draw.choice((None, 0, draw.randint(0, 30))),
            assurance=draw.choice(("high", "low", "none", None)),
            flags=draw.choice((None, [], ["flaky"], ["flaky", "weak"])),
            teacher=draw.choice(texts),
            question=draw.choice((*texts, "question " * draw.randint(1, 50))),
            solution=draw.choice(texts),
            environment=draw.choice((None, {"python": draw.choice(texts), "packages": "p", "platform": None})),
            provenance=draw.choice(
                (
                    None,
                    {name: draw.choice(texts) for name in ("recipe", "prompt_hash", "seeds", "imports")}
                    | {"seed_licence": draw.choice(texts), "seed_origin": draw.choice(texts)},
                )
            ),
        )
        for index in range(number)
    ]


def mean(values: Sequence[float]) -> float | None:
    return statistics.fmean(values) if values else None


def most_frequent(values: list[str | None]) -> tuple[tuple[str, int], ...]:
    counted = Counter(value for value in values if value)
    return tuple(sorted(counted.items(), key=lambda item: (-item[1], item[0])))


def plain_figures(name: str, rows: list[dict[str, Any]], sft_rows: list[dict[str, Any]]) -> SubsetFigures:
    """The same figures, row by row."""

    def numbers(column: str) -> list[int]:
        return [row[column] for row in rows if row[column] is not None]

    def lengths(column: str) -> list[int]:
        return [len(row[column]) for row in rows if row[column] is not None]

    def provenance(member: str) -> list[str | None]:
        return [(row["provenance"] or {}).get(member) for row in rows]

    styles = Counter(row["style"] for row in rows)
    levels = Counter(row["gpt_difficulty"] for row in rows)
    sequences = [row["gpt_pass_sequence"] for row in rows if row["gpt_pass_sequence"]]
    coverage = numbers("test_coverage")
    tests = numbers("tests_passed")
    careful = sum(row["test_coverage"] is None or row["test_coverage"] < 80 or bool(row["flags"]) for row in rows)
    splits = (("train", len(rows) - careful), ("use_with_caution", careful))
    environments = [row["environment"] for row in rows if row["environment"]]
    places = Counter(
        (where["python"] or "", where["packages"] or "", where["platform"] or "") for where in environments
    )
    return SubsetFigures(
        name=name,
        rows=len(rows),
        instruct=styles["instruct"],
        complete=styles["complete"],
        online_judge=styles["online_judge"],
        easy=levels["easy"],
        medium=levels["medium"],
        hard=levels["hard"],
        pass_at_1=mean([sum(sequence) / len(sequence) for sequence in sequences]),
        pass_at_n=mean([float(any(sequence)) for sequence in sequences]),
        coverage=mean(coverage),
        coverage_buckets=tuple(sum(first <= value <= last for value in coverage) for first, last in COVERAGE_BUCKETS),
        tests_passed=mean(tests),
        tests_median=float(statistics.median(tests)) if tests else None,
        question_characters=mean(lengths("question")),
        solution_characters=mean(lengths("solution")),
        seeded=sum(bool(seeds) for seeds in provenance("seeds")),
        splits=tuple((split, count) for split, count in splits if count),
        assurance=most_frequent([row["assurance"] for row in rows]),
        flags=most_frequent([flag for row in rows for flag in row["flags"] or ()]),
        environments=tuple(
            EnvironmentFigures(*place, count)
            for place, count in sorted(places.items(), key=lambda item: (-item[1], item[0]))
        ),
        sft_rows=len(sft_rows),
        sft_correct=sum(row["r1_correctness"] is True for row in sft_rows),
        licences=tuple(text for text, _ in most_frequent(provenance("seed_licence"))),
        origins=tuple(text for text, _ in most_frequent(provenance("seed_origin"))),
        teachers=tuple(text for text, _ in most_frequent([row["teacher"] for row in rows])),
    )


def assert_equal(found: SubsetFigures, expected: SubsetFigures) -> None:
    """Exact but for the last digits of means."""
    for name in SubsetFigures.__slots__:
        value, wanted = getattr(found, name), getattr(expected, name)
        assert value == (pytest.approx(wanted) if isinstance(wanted, float) else wanted), (expected.name, name)


@pytest.mark.parametrize("seed", range(6))
def test_figures_are_those_of_a_plain_computation_over_the_rows(tmp_path: Path, seed: int) -> None:
    rows = random_rows(seed, 1 + 60 * seed)
    sft_rows = [an_sft_row(name, index, correct=index % 3 > 0) for index, name in enumerate(SUBSETS * 2)]
    sft_rows.append(an_sft_row("leetcode", 99) | {"r1_correctness": None})
    files = write_files(tmp_path, rows, sft_rows, row_group_size=7)
    figures = read_figures(tmp_path, files, subsets=SUBSETS)
    assert_equal(figures.total, plain_figures("all", rows, sft_rows))
    assert [line.name for line in figures.subsets] == list(SUBSETS)
    for line in figures.subsets:
        of_subset = [[row for row in all_rows if row["subset"].lower() == line.name] for all_rows in (rows, sft_rows)]
        assert_equal(line, plain_figures(line.name, *of_subset))


def test_the_order_of_rows_and_files_does_not_show(tmp_path: Path) -> None:
    rows = random_rows(11, 300)
    first = write_files(tmp_path / "a", rows)
    second = write_files(tmp_path / "b", rows[::-1], row_group_size=13)
    assert read_figures(tmp_path / "a", first, subsets=SUBSETS) == read_figures(
        tmp_path / "b", second[::-1], subsets=SUBSETS
    )


def test_subsets_come_in_the_order_asked_for_and_only_those_with_rows(tmp_path: Path) -> None:
    files = write_files(tmp_path, [a_row("leetcode"), a_row("apps")], [an_sft_row("evol")])
    figures = read_figures(tmp_path, files, subsets=("apps", "evol", "taco", "leetcode"))
    assert [(line.name, line.rows, line.sft_rows) for line in figures.subsets] == [
        ("apps", 1, 0),
        ("evol", 0, 1),
        ("leetcode", 1, 0),
    ]


def test_sft_rows_of_a_subset_without_rows_of_its_own_count_for_the_total(tmp_path: Path) -> None:
    figures = read_figures(tmp_path, write_files(tmp_path, [], [an_sft_row("leetcode")]), subsets=())
    assert (figures.subsets, figures.total.rows, figures.total.sft_rows) == ((), 0, 1)


def test_without_files_there_are_no_figures(tmp_path: Path) -> None:
    total = read_figures(tmp_path, [], subsets=("leetcode",)).total
    assert_equal(total, plain_figures("all", [], []))


def test_names_without_end_are_not_all_remembered(tmp_path: Path) -> None:
    rows = [a_row(number=number, teacher=f"model {number:04d}") for number in range(MOST_NAMES + 100)]
    figures = read_figures(tmp_path, write_files(tmp_path, rows), subsets=("leetcode",))
    assert len(figures.subsets[0].teachers) == MOST_NAMES


def test_a_file_that_is_missing_or_broken_is_not_passed_over(tmp_path: Path) -> None:
    files = write_files(tmp_path, [a_row()])
    (tmp_path / files[0].path).write_bytes(b"no Parquet")
    with pytest.raises(pa.ArrowInvalid):
        read_figures(tmp_path, files, subsets=SUBSETS)
    (tmp_path / files[0].path).unlink()
    with pytest.raises(FileNotFoundError):
        read_figures(tmp_path, files, subsets=SUBSETS)
