"""Whose completions are exported: a replay stands for one model, a run may have asked several. Pure."""

from __future__ import annotations

import shlex
from collections.abc import Collection, Mapping
from pathlib import Path

from kodcode_hub.errors import UsageError

Answered = Mapping[tuple[str, str], int]
"""``(step, model)`` to the number of its completions."""

_STEPS_OF_OPTIONS = {"--endpoint": "question", "--answer-endpoint": "answer", "--restyle-endpoint": "complete",
                     "--respond-endpoint": "respond"}  # fmt: skip


def choose_completions(answered: Answered, run: Path, *, steps: Collection[str], model: str | None) -> Answered:
    """Those of ``steps`` (none: all) and of ``model`` (None: the only one); never empty, and of one model.

    Raises:
        UsageError: there are none, or several models have answered and ``model`` names none of them.
    """
    if not answered:
        raise UsageError(f"{run} holds no completions: nothing has been answered in this run yet")
    meant = {
        (step, name): count
        for (step, name), count in answered.items()
        if (not steps or step in steps) and model in (None, name)
    }
    models = sorted({name for _, name in meant})
    if not models:
        asked = " ".join([*(f"--step {step}" for step in steps), *([f"--model {model}"] if model else [])])
        raise UsageError(f"{run} holds no completions for {asked}; it holds {_listed(answered)}")
    if len(models) > 1:
        raise UsageError(_several(meant, models, run))
    return meant


def _several(meant: Answered, models: list[str], run: Path) -> str:
    steps = [step for step, _ in meant]
    files = {
        name: f"{next(step for step, model in meant if model == name)}-{at}.jsonl" for at, name in enumerate(models, 1)
    }
    lines = [f"{run} was answered by several models, and a replay stands for one: {_listed(meant)}."]
    if len(set(steps)) < len(steps):
        lines.append("A step that several have answered is replayed from one of them; name it:")
    else:
        lines.append("Export one file for each:")
    lines += [
        f"  kodcode ledger export {shlex.quote(str(run))} --model {shlex.quote(name)} --out {file}"
        for name, file in files.items()
    ]
    if len(set(steps)) == len(steps):
        lines.append(f"and build with {_endpoints({step: files[model] for step, model in meant})}")
    return "\n".join(lines)


def _listed(answered: Answered) -> str:
    return ", ".join(f"{step} by {model} ({count})" for (step, model), count in answered.items())


def _endpoints(files: Mapping[str, str]) -> str:
    """The options of a build whose steps are answered from these files."""
    main = files.get("question", next(iter(files.values())))
    own = {option: files.get(step, main) for option, step in _STEPS_OF_OPTIONS.items()}
    return " ".join(f"{option} replay:{file}" for option, file in own.items() if option == "--endpoint" or file != main)
