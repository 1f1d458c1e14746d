"""The record that ``kodcode verify`` writes for a row, and the figures of many of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, get_args

from kodcode_hub.record import Verdict, VerdictName

if TYPE_CHECKING:
    import pyarrow as pa

Record = dict[str, Any]


def verify_record(identity: str, verdict: Verdict) -> Record:
    """The verdict as one line of output (INTERFACE: verify); times in seconds, memory in MB."""
    record = {
        "id": identity,
        "verdict": verdict.verdict,
        "coverage": verdict.coverage,
        "tests": [
            {"name": test.name, "outcome": test.outcome, "message": test.message, "seconds": round(test.seconds, 6)}
            for test in verdict.tests
        ],
        "seconds": round(verdict.seconds, 4),
        "cpu_seconds": round(verdict.cpu_seconds, 4),
        "peak_memory_mb": round(verdict.peak_memory_mb, 1),
        "message": verdict.message,
        "mode": verdict.mode,
        "isolation": verdict.isolation,
        "assurance": verdict.assurance,
    }
    return record | ({"missing_package": verdict.missing_package} if verdict.missing_package else {})


def record_schema() -> pa.Schema:
    """The columns of the records, for Parquet."""
    import pyarrow as pa

    test = pa.struct(
        [("name", pa.string()), ("outcome", pa.string()), ("message", pa.string()), ("seconds", pa.float64())]
    )
    numbers = {"seconds": pa.float64(), "cpu_seconds": pa.float64(), "peak_memory_mb": pa.float64()}
    columns = {"id": pa.string(), "verdict": pa.string(), "coverage": pa.int64(), "tests": pa.list_(test), **numbers}
    texts = ("message", "mode", "isolation", "assurance", "missing_package")
    return pa.schema([*columns.items(), *((name, pa.string()) for name in texts)])


@dataclass(slots=True)
class Figures:
    """Sums over records."""

    rows: int = 0
    verdicts: Counter[str] = field(default_factory=Counter)
    missing_packages: Counter[str] = field(default_factory=Counter)
    modes: Counter[str] = field(default_factory=Counter)
    assurances: Counter[str] = field(default_factory=Counter)
    cpu_seconds: float = 0.0

    def add(self, record: Mapping[str, Any]) -> None:
        """Count one more record."""
        self.rows += 1
        self.verdicts[record["verdict"]] += 1
        if record.get("missing_package"):
            self.missing_packages[record["missing_package"]] += 1
        self.modes[record["mode"]] += 1
        self.assurances[record["assurance"]] += 1
        self.cpu_seconds += record["cpu_seconds"]

    def verdict_counts(self) -> dict[str, int]:
        """The verdicts that occurred, in the order in which they are documented."""
        return {name: self.verdicts[name] for name in get_args(VerdictName) if self.verdicts[name]}

    def missing_counts(self) -> dict[str, int]:
        """Missing packages, the one that most rows lack first."""
        return dict(sorted(self.missing_packages.items(), key=lambda item: (-item[1], item[0])))
