"""Figures by subset, computed from the finished files of a release."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from kodcode_hub.packaging.data_file import DataFile
from kodcode_hub.packaging.row_counts import RowCounts, count_rows, count_sft_rows
from kodcode_hub.packaging.rows import SPLITS
from kodcode_hub.subsets import SFT_CONFIG

COVERAGE_BUCKETS = ((0, 49), (50, 79), (80, 89), (90, 99), (100, 100))
"""Per cent, both ends included; rows below 80 are in ``use_with_caution``."""

Counts = tuple[tuple[str, int], ...]
"""Names with numbers of rows, the most frequent first; ties by name, so that the order of rows does not show."""

_TEXTS = ("style", "gpt_difficulty", "assurance", "flags", "teacher", "seed_licence", "seed_origin")


@dataclass(frozen=True, slots=True)
class EnvironmentFigures:
    """Where the tests of some rows were run."""

    python: str
    packages: str
    platform: str
    rows: int


@dataclass(frozen=True, slots=True)
class SubsetFigures:
    """Figures of one subset, or of all. Means are over its rows; None where no row has the value."""

    name: str
    rows: int
    instruct: int
    complete: int
    online_judge: int
    easy: int
    medium: int
    hard: int
    pass_at_1: float | None
    """Mean share of a question's attempts that passed, 0 to 1: the unbiased estimate of pass@1."""
    pass_at_n: float | None
    """Share of rows of which one of all n attempts passed; 1 unless rows without a passing trial are released."""
    coverage: float | None
    """Mean per cent of the solution's statements run."""
    coverage_buckets: tuple[int, ...]
    """Rows in each of ``COVERAGE_BUCKETS``; rows without coverage are in none."""
    tests_passed: float | None
    """Mean number of tests that passed."""
    tests_median: float | None
    question_characters: float | None
    """Mean length."""
    solution_characters: float | None
    """Mean length."""
    seeded: int
    """Rows whose prompt showed seeds."""
    splits: Counts
    """Splits that have rows, in the order of ``SPLITS``; SFT rows are not among them."""
    assurance: Counts
    flags: Counts
    environments: tuple[EnvironmentFigures, ...]
    sft_rows: int
    sft_correct: int
    licences: tuple[str, ...]
    """Stated licences of seeds, the most frequent first; at most ``row_counts.MOST_NAMES``."""
    origins: tuple[str, ...]
    """Stated origins of seeds, likewise."""
    teachers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Figures:
    """Figures of a release.

    Args:
        subsets: those that have rows, in the order in which the card shows them.
        total: of all rows together.
    """

    subsets: tuple[SubsetFigures, ...]
    total: SubsetFigures


def read_figures(release: Path, files: Sequence[DataFile], *, subsets: Sequence[str]) -> Figures:
    """Read the columns that figures need, batch by batch.

    Args:
        release: the folder that the files' paths start from.
        files: all Parquet files of the release. Rows of the config ``sft`` count for the subset that they name.
        subsets: config names in the order wanted. What belongs to no name here counts for the total alone.

    Raises:
        OSError: a file cannot be read.
        pyarrow.ArrowInvalid: it is no Parquet file.
    """
    counts: dict[str, RowCounts] = {}
    splits: dict[str, Counter[str]] = {}
    for file in files:
        for name, found in _count_file(release, file).items():
            counts.setdefault(name, RowCounts()).add(found)
            splits.setdefault(name, Counter())[file.split] += found.rows
    total, total_splits = RowCounts(), Counter[str]()
    for name in sorted(counts):
        total.add(counts[name])
        total_splits.update(splits[name])
    return Figures(
        subsets=tuple(_figures(name, counts[name], splits[name]) for name in subsets if name in counts),
        total=_figures("all", total, total_splits),
    )


def _count_file(release: Path, file: DataFile) -> Mapping[str, RowCounts]:
    path = release / file.path
    return count_sft_rows(path) if file.config == SFT_CONFIG else {file.config: count_rows(path)}


def _figures(name: str, counts: RowCounts, splits: Counter[str]) -> SubsetFigures:
    texts = {column: counts.texts.get(column, Counter()) for column in _TEXTS}
    coverage = counts.numbers.get("test_coverage", Counter())
    tests = counts.numbers.get("tests_passed", Counter())
    return SubsetFigures(
        name=name,
        rows=counts.rows,
        instruct=texts["style"]["instruct"],
        complete=texts["style"]["complete"],
        online_judge=texts["style"]["online_judge"],
        easy=texts["gpt_difficulty"]["easy"],
        medium=texts["gpt_difficulty"]["medium"],
        hard=texts["gpt_difficulty"]["hard"],
        pass_at_1=_mean_share(counts.attempts),
        pass_at_n=_share_with_a_pass(counts.attempts),
        coverage=_mean(coverage),
        coverage_buckets=tuple(
            sum(rows for value, rows in coverage.items() if first <= value <= last) for first, last in COVERAGE_BUCKETS
        ),
        tests_passed=_mean(tests),
        tests_median=_median(tests),
        question_characters=_mean_length(counts, "question"),
        solution_characters=_mean_length(counts, "solution"),
        seeded=counts.seeded,
        splits=tuple((split, splits[split]) for split in SPLITS if splits[split]),
        assurance=_most_frequent(texts["assurance"]),
        flags=_most_frequent(texts["flags"]),
        environments=_environments(counts),
        sft_rows=counts.sft.total(),
        sft_correct=counts.sft[True],
        licences=_names(texts["seed_licence"]),
        origins=_names(texts["seed_origin"]),
        teachers=_names(texts["teacher"]),
    )


def _mean(numbers: Counter[int]) -> float | None:
    rows = numbers.total()
    return sum(value * count for value, count in numbers.items()) / rows if rows else None


def _mean_share(attempts: Counter[tuple[int, int]]) -> float | None:
    """Added up by the number asked: sums of whole numbers, so that the order of files does not show."""
    passed: Counter[int] = Counter()
    for (good, asked), rows in attempts.items():
        passed[asked] += good * rows
    rows = attempts.total()
    return sum(good / asked for asked, good in sorted(passed.items())) / rows if rows else None


def _share_with_a_pass(attempts: Counter[tuple[int, int]]) -> float | None:
    rows = attempts.total()
    return sum(count for (passed, _), count in attempts.items() if passed) / rows if rows else None


def _median(numbers: Counter[int]) -> float | None:
    rows = numbers.total()
    return (_ranked(numbers, (rows - 1) // 2) + _ranked(numbers, rows // 2)) / 2 if rows else None


def _ranked(numbers: Counter[int], rank: int) -> int:
    """The value at a place of the sorted rows, counted from 0."""
    for value in sorted(numbers):
        rank -= numbers[value]
        if rank < 0:
            return value
    raise IndexError(f"no row at place {rank} behind the last one")


def _mean_length(counts: RowCounts, column: str) -> float | None:
    return counts.characters[column] / counts.written[column] if counts.written[column] else None


def _environments(counts: RowCounts) -> tuple[EnvironmentFigures, ...]:
    ordered = sorted(counts.environments.items(), key=lambda item: (-item[1], item[0]))
    return tuple(EnvironmentFigures(*texts, rows) for texts, rows in ordered)


def _most_frequent(counter: Counter[str]) -> Counts:
    return tuple(sorted(counter.items(), key=lambda item: (-item[1], item[0])))


def _names(counter: Counter[str]) -> tuple[str, ...]:
    return tuple(name for name, _ in _most_frequent(counter))
