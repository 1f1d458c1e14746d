"""The line that ``kodcode audit`` writes for a row, and the figures of many of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kodcode_hub.pipeline.audit_checks import FINDINGS
from kodcode_hub.pipeline.audit_labels import Evidence
from kodcode_hub.pipeline.verify_record import Figures, Record
from kodcode_hub.record import Verdict

if TYPE_CHECKING:
    import pyarrow as pa

_MOST_SHOWN = 20


def audit_record(identity: str, published: Verdict, evidence: Sequence[Evidence]) -> Record:
    """One line of output (INTERFACE: audit); ``verdict`` and the like are of the published bytes."""
    found = {entry["finding"] for entry in evidence}
    package = next((entry["package"] for entry in evidence if "package" in entry), "")
    record = {
        "question_id": identity,
        "verdict": published.verdict,
        "findings": [name for name in FINDINGS if name in found],
        "message": "; ".join(_message(entry) for entry in evidence),
        "evidence": list(evidence),
        "mode": published.mode,
        "isolation": published.isolation,
        "assurance": published.assurance,
        "seconds": round(published.seconds, 4),
        "cpu_seconds": round(published.cpu_seconds, 4),
    }
    return record | ({"missing_package": package} if package else {})


def _message(entry: Evidence) -> str:
    column = "" if entry["column"] == "solution" else f"{entry['column']}: "
    return f"{column}{entry['message']}"


def audit_schema() -> pa.Schema:
    """The columns of the lines, for Parquet."""
    import pyarrow as pa

    text = pa.string()
    run = pa.struct(
        [("hash_seed", pa.int64()), ("test_order", pa.int64())]
        + [(name, text) for name in ("time_zone", "verdict", "message")]
    )
    texts = ("finding", "column", "message", "verdict", "with_import", "package")
    evidence = pa.struct([*((name, text) for name in texts), ("claimed", pa.bool_()), ("runs", pa.list_(run))])
    columns = {"question_id": text, "verdict": text, "findings": pa.list_(text), "message": text}
    columns |= {"evidence": pa.list_(evidence), "mode": text, "isolation": text, "assurance": text}
    columns |= {"seconds": pa.float64(), "cpu_seconds": pa.float64(), "missing_package": text}
    return pa.schema(list(columns.items()))


@dataclass(slots=True)
class AuditFigures:
    """Sums over lines."""

    verdicts: Figures = field(default_factory=Figures)
    findings: Counter[str] = field(default_factory=Counter)
    rows_with_findings: int = 0
    _first: dict[int, Record] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        """Lines so far."""
        return self.verdicts.rows

    @property
    def shown(self) -> list[Record]:
        """The first lines with findings, in the order of the rows, for people."""
        return [self._first[position] for position in sorted(self._first)]

    def add(self, position: int, record: Record) -> None:
        """Count the line of one more row; ``position`` is the row's."""
        self.verdicts.add(record)
        self.findings.update(record["findings"])
        if record["findings"]:
            self.rows_with_findings += 1
            self._first[position] = record
            if len(self._first) > _MOST_SHOWN:
                del self._first[max(self._first)]

    def finding_counts(self) -> dict[str, int]:
        """The findings that occurred, in their order."""
        return {name: self.findings[name] for name in FINDINGS if self.findings[name]}
