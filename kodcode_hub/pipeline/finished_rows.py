"""Finished triplets and responses become rows in the ledger, ready for packaging."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kodcode_hub.ledger.store import Ledger, RowKind
from kodcode_hub.packaging.row_check import check_row
from kodcode_hub.packaging.rows import Row, release_row, sft_row
from kodcode_hub.pipeline.recipe import Recipe
from kodcode_hub.pipeline.tally import Tally
from kodcode_hub.record import Rejected, Response, Triplet
from kodcode_hub.schema import COLUMNS, SFT_COLUMNS
from kodcode_hub.synthesis.interface import interface_under_test
from kodcode_hub.verification.protocol import Environment


@dataclass(frozen=True, slots=True)
class FinishedRows:
    """Where the rows of a build go."""

    ledger: Ledger
    tally: Tally
    recipe: Recipe
    environment: Environment

    def keep(self, triplet: Triplet, responses: Sequence[Response | None]) -> None:
        """Keep the triplet's row, and its SFT row if any response held code."""
        row = self._row(triplet)
        if self._keep_one("row", triplet, row, id_=triplet.id) and any(responses):
            self._keep_one("sft", triplet, sft_row(row, responses), id_=f"{triplet.id}/sft")

    def _keep_one(self, kind: RowKind, triplet: Triplet, row: Row, *, id_: str) -> bool:
        """Keep the row if it fits the published columns, else reject it with the reason ``schema``."""
        subset = triplet.question.subset
        self.tally.enter("package", subset, [id_])
        problem = check_row(row, COLUMNS if kind == "row" else (*COLUMNS, *SFT_COLUMNS))
        if problem is not None:
            self.tally.reject("package", subset, Rejected(id_, "schema", {"problem": problem}))
            return False
        self.ledger.keep_row(kind, subset, row)
        self.tally.keep("package", subset, id_)
        return True

    def _row(self, triplet: Triplet) -> Row:
        chosen = triplet.chosen
        interface = interface_under_test(chosen.solution or "", chosen.test or "")
        return release_row(
            triplet,
            version=self.recipe.version,
            environment=self.environment,
            recipe=f"{triplet.question.subset}, seed {self.recipe.seed}, at most {self.recipe.attempts} attempts",
            test_info=[item.as_row() for item in interface],
        )
