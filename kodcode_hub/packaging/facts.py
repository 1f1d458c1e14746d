"""What a release's card and manifest tell that cannot be computed from its rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class BenchmarkFacts:
    """One benchmark that questions were checked against."""

    name: str
    revision: str
    """Of what its items were read from."""
    items: int
    contaminated: int
    """Questions that were removed because of it."""


@dataclass(frozen=True, slots=True)
class Rejection:
    """How many ids left a stage for one reason."""

    stage: str
    reason: str
    count: int


@dataclass(frozen=True, slots=True)
class RunFacts:
    """How the rows of one run came about. Stored in the manifest, so that packaging several runs can tell it of each.

    Args:
        models: what was asked of which model: ``(("questions", "Qwen2.5-7B"), ...)``.
        attempts: solutions asked for at most for one question.
        duplicate_threshold: Jaccard similarity from which a question is a duplicate, 0 to 1.
        contamination_rule: the methods and thresholds of the check against benchmarks, in words.
        benchmarks: what questions were checked against.
        rejected: what left each stage, and why, in the order of the stages.
        recipe: the recipe of the run, as text.
    """

    models: tuple[tuple[str, str], ...] = ()
    attempts: int | None = None
    duplicate_threshold: float | None = None
    contamination_rule: str = ""
    benchmarks: tuple[BenchmarkFacts, ...] = ()
    rejected: tuple[Rejection, ...] = ()
    recipe: str = ""

    def as_json(self) -> dict[str, Any]:
        """As the manifest holds it."""
        return asdict(self)

    @staticmethod
    def from_json(stored: Mapping[str, Any]) -> RunFacts:
        """The facts that :meth:`as_json` gave.

        Raises:
            TypeError, KeyError, ValueError: it is something else.
        """
        return RunFacts(
            models=tuple((str(asked), str(model)) for asked, model in stored["models"]),
            attempts=stored["attempts"],
            duplicate_threshold=stored["duplicate_threshold"],
            contamination_rule=stored["contamination_rule"],
            benchmarks=tuple(BenchmarkFacts(**item) for item in stored["benchmarks"]),
            rejected=tuple(Rejection(**item) for item in stored["rejected"]),
            recipe=stored["recipe"],
        )


@dataclass(frozen=True, slots=True)
class ConfigChanges:
    """What became of one config's rows since the release before."""

    config: str
    added: int
    removed: int
    changed: int


@dataclass(frozen=True, slots=True)
class Changes:
    """What is new beside the release before.

    Args:
        previous: its version.
        configs: those with changes, in the card's order.
        columns_added: columns that it did not have.
        columns_removed: columns that it alone has.
    """

    previous: str
    configs: tuple[ConfigChanges, ...] = ()
    columns_added: tuple[str, ...] = ()
    columns_removed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReleaseFacts:
    """Stated by the caller and published as they are: no time, host, user or path may stand in them.

    Args:
        title: the card's heading.
        repo: name on the Hub, for the card's examples; empty where it is not known.
        licence: the Hub's identifier. The default ``other`` claims nothing: texts come from models whose terms differ,
            and seeds keep the licences of their owners, which the card lists. A release that contains KodCode's own
            rows is ``cc-by-nc-4.0``.
        licence_name: with ``other``, what the licence is called.
        licence_link: with ``other``, where its text is.
        runs: the runs whose rows are in the release, each once.
        changes: since the release before, if there is one.
        rejected: ids that packaging itself left out, with the reason of each.
    """

    title: str = "Verified coding triplets"
    repo: str = ""
    licence: str = "other"
    licence_name: str = ""
    licence_link: str = ""
    runs: tuple[RunFacts, ...] = ()
    changes: Changes | None = None
    rejected: tuple[tuple[str, str], ...] = ()

    def about(self) -> dict[str, str]:
        """Title, repository and licence: what the next release says too if nothing else is asked for."""
        names = ("title", "repo", "licence", "licence_name", "licence_link")
        return {name: getattr(self, name) for name in names}
