"""``kodcode ledger export``: the completions of a run as a replay file that rebuilds the run without a server."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from kodcode_hub.errors import UsageError
from kodcode_hub.files.row_writer import is_stream, open_row_writer
from kodcode_hub.ledger.figures import model_figures
from kodcode_hub.ledger.pages import completions
from kodcode_hub.ledger.store import open_for_reading
from kodcode_hub.pipeline.export_choice import choose_completions
from kodcode_hub.pipeline.replay_entry import prompt_entries
from kodcode_hub.pipeline.run_folder import LEDGER_NAME
from kodcode_hub.pipeline.samples_by_prompt import samples_by_prompt


@dataclass(frozen=True, slots=True)
class Exported:
    """What a replay file holds, and who wrote it."""

    model: str
    entries: int
    completions: int


def export_ledger(run: Path, out: Path | str, *, steps: Collection[str] = (), model: str | None = None) -> Exported:
    """Write the completions of a run to a replay file, one entry a prompt, raw prompts first.

    The run may be under way; what it holds at this moment is exported. The same completions make the same file, in
    whatever order they were answered.

    Args:
        out: ``.jsonl``, ``.jsonl.gz``, ``.jsonl.zst``, or ``-`` for standard output.
        steps: only these; none: all.
        model: only what this one has answered.

    Raises:
        RunFolderError: ``run`` is not a run folder, or one of another format.
        UsageError: nothing to export, several models, or ``out`` cannot be written.
    """
    is_file = _require_lines(out)
    with closing(open_for_reading(run / LEDGER_NAME)) as connection:
        figures = model_figures(connection)
        answered = {which: count.delivered for which, count in figures.items() if count.delivered}
        meant = choose_completions(answered, run, steps=steps, model=model)
        settled = (item for item in completions(connection) if (item.asked.step, item.asked.model) in meant)
        # Beside the file, since what has room for the one has room for the other.
        folder = Path(out).resolve().parent if is_file else None
        with open_row_writer(out, schema=_no_schema) as writer:
            prompts = samples_by_prompt(settled, count=sum(meant.values()), folder=folder)
            entries = completed = 0
            for entry in (entry for prompt in prompts for entry in prompt_entries(prompt)):
                writer.write(entry)
                entries += 1
                completed += len(entry["completions"])
    return Exported(next(name for _, name in meant), entries, completed)


def _require_lines(out: Path | str) -> bool:
    """Whether ``out`` is a file, which it may be; UsageError for what cannot hold a replay."""
    is_file = not is_stream(out)
    if is_file and str(out).lower().endswith(".parquet"):
        raise UsageError(
            f"cannot write {out}: a replay file is JSON Lines; end its name in .jsonl, .jsonl.gz or .jsonl.zst"
        )
    return is_file


def _no_schema() -> NoReturn:
    raise AssertionError("Parquet is refused before anything is written")
