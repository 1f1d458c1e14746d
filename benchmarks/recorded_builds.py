"""How a build over KodCode's recordings compares with the verdicts that KodCode recorded.

    python -m benchmarks.recorded_builds RUN SHARED SUBSET ...

RUN is a finished run over ``SHARED/recorded`` (see README.md beside this file); the verdicts compared with are those of
``SHARED/corpus/trials.dev.jsonl.gz``. Trials are the same if they come from the same reply.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from kodcode_hub.endpoints.protocol import Completion
from kodcode_hub.files.rows import read_rows
from kodcode_hub.ledger.pages import completions
from kodcode_hub.ledger.store import open_for_reading, read_meta, unpack
from kodcode_hub.record import Trial, content_hash
from kodcode_hub.synthesis.answer import parse_answer
from kodcode_hub.verification.environment import describe_environment
from kodcode_hub.verification.protocol import Limits

Row = dict[str, Any]


@dataclass(frozen=True)
class Measured:
    """One recorded reply: what became of it here, and what KodCode recorded."""

    prompt_id: str
    attempt: int
    trial: Trial
    verdict: Row | None
    recorded: Row | None


def main(run: Path, shared: Path, subsets: list[str]) -> None:
    """Print one line a subset, and every difference."""
    corpus = {_place(row): row for row in _rows(shared / "corpus" / "trials.dev.jsonl.gz") if row["stage"] == "answer"}
    for subset in subsets:
        entries = list(_rows(shared / "recorded" / f"{subset}.jsonl.gz"))
        answers = [entry for entry in entries if entry["step"] == "answer"]
        prompts = _asked(run, subset)
        found = sum(any(entry["contains"][0] in prompt for prompt in prompts) for entry in answers)
        measured = list(_measure(run, subset, answers, corpus))
        _show(subset, len(answers), found, measured)


def _show(subset: str, recorded: int, found: int, measured: list[Measured]) -> None:
    results = Counter(item.verdict["verdict"] if item.verdict else item.trial.reason or "not run" for item in measured)
    both = [item for item in measured if item.verdict and item.recorded]
    different = [item for item in both if not _agree(item)]
    print(f"{subset}: {found} of {recorded} recorded questions were asked for answers; trials {dict(results)}")  # noqa: T201
    print(f"  {len(both) - len(different)} of {len(both)} trials that both have agree")  # noqa: T201
    for item in different:
        assert item.verdict is not None
        assert item.recorded is not None
        run_by_kodcode = item.recorded["test"].removeprefix("from solution import *").strip()[:30]
        print(  # noqa: T201
            f"  {item.prompt_id}/{item.attempt}: recorded {item.recorded['recorded']['verdict']}, here "
            f"{item.verdict['verdict']} ({item.verdict['message'][:80]}); KodCode ran {run_by_kodcode!r}..."
        )


def _agree(item: Measured) -> bool:
    assert item.verdict is not None
    assert item.recorded is not None
    here = item.verdict["verdict"] if item.verdict["verdict"] in ("pass", "timeout") else "fail"
    return bool(here == item.recorded["recorded"]["verdict"])


def _measure(run: Path, subset: str, answers: list[Row], corpus: dict[tuple[str, str, int], Row]) -> Iterator[Measured]:
    connection = open_for_reading(run / "ledger.sqlite")
    recipe = read_meta(connection, "recipe")
    limits = Limits(timeout_s=recipe["timeout_s"], memory_mb=recipe["memory_mb"])
    (any_verdict,) = connection.execute("SELECT verdict FROM verdicts LIMIT 1").fetchone()
    conditions = (asdict(limits), asdict(describe_environment(sys.executable)), unpack(any_verdict)["isolation"])
    for entry in answers:
        for attempt, reply in enumerate(entry["completions"]):
            trial = parse_answer(Completion(reply, "stop"), index=attempt, teacher="")
            key = content_hash("verdict", trial.solution, trial.test, *conditions)
            found = connection.execute("SELECT verdict FROM verdicts WHERE key=?", (key,)).fetchone()
            place = (subset, entry["id"], attempt)
            yield Measured(entry["id"], attempt, trial, unpack(found[0]) if found else None, corpus.get(place))


def _asked(run: Path, subset: str) -> set[str]:
    connection = open_for_reading(run / "ledger.sqlite")
    answered = (kept for kept in completions(connection) if (kept.asked.step, kept.asked.subset) == ("answer", subset))
    return {kept.request.messages[0]["content"] for kept in answered}


def _place(row: Row) -> tuple[str, str, int]:
    _, prompt_id, trial = row["id"].split("/")
    return row["subset"], prompt_id, int(trial.rsplit("_", 1)[1])


def _rows(path: Path) -> Iterator[Row]:
    return (row for _, row in read_rows(path))


if __name__ == "__main__":
    if len(sys.argv) < 4:
        sys.exit("usage: python -m benchmarks.recorded_builds RUN SHARED SUBSET ...")
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:])
