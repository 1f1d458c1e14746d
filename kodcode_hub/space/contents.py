"""What one Space shows: a release, where it can be loaded from, and what can be done with it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from kodcode_hub.browse.catalogue import Catalogue
from kodcode_hub.browse.loading_code import Origin
from kodcode_hub.space.running_host import RunningHost
from kodcode_hub.space.runs import Runs

if TYPE_CHECKING:
    from kodcode_hub.decontamination.contamination import ContaminationCheck
    from kodcode_hub.space.revisions import Revisions


@dataclass(frozen=True)
class Contents:
    """Everything that routes and API answer from."""

    catalogue: Catalogue
    origin: Origin
    host: RunningHost
    runs: Runs
    revisions: Revisions
    check: ContaminationCheck | None = None
    """None where no benchmarks are at hand."""
    benchmarks: tuple[str, ...] = field(default=())

    def about(self) -> dict[str, Any]:
        """The answer of ``/app/release``."""
        rows = self.catalogue.rows
        is_repository = not self.origin.is_folder
        return {
            "name": rows.name,
            "version": rows.version,
            "rows": len(self.catalogue),
            "subsets": sorted(self.catalogue.known["subset"]),
            "repo": self.origin.address if is_repository else None,
            "running": self.host.status(),
            "benchmarks": list(self.benchmarks),
            "revisions": self.revisions.names(),
        }
