"""From triplets and responses to published rows. Pure: no time, duration, host, user or path enters a row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kodcode_hub.record import Response, Seed, Trial, Triplet, content_hash, subset_label
from kodcode_hub.schema import COLUMNS
from kodcode_hub.verification.protocol import Environment

SPLITS = ("train", "use_with_caution", "incorrect")
CAUTION_BELOW_COVERAGE = 80
"""Per cent of the solution's statements; rows whose tests run fewer go into ``use_with_caution``."""

Row = dict[str, Any]


def release_row(
    triplet: Triplet,
    *,
    version: str,
    environment: Environment,
    recipe: str,
    test_info: Sequence[Mapping[str, str]] | None = None,
) -> Row:
    """The published row of one triplet: exactly the columns of ``schema.COLUMNS``; what nothing fills yet is None.

    Args:
        triplet: its chosen trial's solution and test are published byte for byte.
        version: of the release in which the row last changed (``1.1.0``).
        environment: where the trials were run.
        recipe: what the row was made with, in words or as a hash.
        test_info: what the tests use of the solution, one mapping a function.
    """
    verdict = triplet.chosen.verdict
    filled = {
        "version": version,
        "test_info": None if test_info is None else [dict(function) for function in test_info],
        **_question_columns(triplet),
        **_attempt_columns(triplet),
        "test_coverage": verdict.coverage if verdict else None,
        "tests_passed": verdict.tests_passed if verdict else None,
        "assurance": verdict.assurance if verdict else None,
        "flags": list(triplet.flags),
        "teacher": triplet.chosen.teacher,
        "environment": {
            "python": environment.python,
            "packages": environment.packages,
            "platform": environment.platform,
        },
        "provenance": _provenance(triplet, recipe),
    }
    return {column.name: filled.get(column.name) for column in COLUMNS}


def sft_row(row: Row, responses: Sequence[Response | None]) -> Row:
    """The row of the config ``sft``: the triplet's own row and the chosen response to its question.

    The first response that passed is chosen, else the first that held code.

    Args:
        row: from :func:`release_row`.
        responses: all answers to the question in order; None for one that held no code, which counts as not passed.

    Raises:
        ValueError: no response held code; such a question is rejected by the stage before.
    """
    with_code = [response for response in responses if response is not None]
    if not with_code:
        raise ValueError(f"none of the {len(responses)} responses to {row['question_id']} held code")
    chosen = next((response for response in with_code if response.passed), with_code[0])
    sequence = [int(response is not None and response.passed) for response in responses]
    return {
        **row,
        "r1_pass_sequence": sequence,
        "r1_pass_trial_num": sum(sequence),
        "r1_correctness": chosen.passed,
        "r1_solution": chosen.solution,
        "r1_teacher": chosen.teacher,
        "conversations": [{"from": "human", "value": chosen.prompt}, {"from": "gpt", "value": chosen.reply}],
    }


def choose_split(row: Mapping[str, Any]) -> str:
    """``incorrect`` for an SFT row whose response fails; ``use_with_caution`` for low coverage or a flag; ``train``."""
    if "r1_correctness" in row and not row["r1_correctness"]:
        return "incorrect"
    coverage = row["test_coverage"]
    if coverage is None or coverage < CAUTION_BELOW_COVERAGE or row["flags"]:
        return "use_with_caution"
    return "train"


def _question_columns(triplet: Triplet) -> Row:
    question = triplet.question
    return {
        "style": triplet.style,
        "subset": subset_label(question.subset),
        "question_id": triplet.id,
        "question": triplet.text or question.text,
        "solution": triplet.chosen.solution,
        "test": triplet.chosen.test,
        "metadata": {
            "original_instruction": question.text if triplet.style == "complete" else "",
            "seed_ids": [seed.id for seed in question.prompt.seeds],
            "prompt_id": question.prompt.id,
            "mode": question.subset,
        },
    }


def _attempt_columns(triplet: Triplet) -> Row:
    sequence = list(triplet.pass_sequence)
    return {
        "gpt_pass_sequence": sequence,
        "gpt_pass_trial_num": sum(sequence),
        "gpt_difficulty": triplet.difficulty,
        "gpt_pass_percentage": sum(sequence) / len(sequence),
        "trials": [_trial_entry(trial) for trial in triplet.trials],
        "chosen_trial": triplet.chosen.name,
    }


def _trial_entry(trial: Trial) -> Row:
    return {
        "trial": trial.name,
        "solution_code": trial.solution,
        "test_code": trial.test,
        "test_result": trial.verdict.verdict if trial.verdict else None,
        "test_coverage": trial.verdict.coverage if trial.verdict else None,
        "reason": trial.reason,
    }


def _provenance(triplet: Triplet, recipe: str) -> Row:
    prompt = triplet.question.prompt
    return {
        "recipe": recipe,
        "prompt_hash": content_hash(prompt.text),
        "seeds": ",".join(seed.id for seed in prompt.seeds),
        "seed_licence": _distinct(prompt.seeds, "licence"),
        "seed_origin": _distinct(prompt.seeds, "origin"),
        "imports": "\n".join(triplet.chosen.imports_written),
    }


def _distinct(seeds: Sequence[Seed], name: str) -> str | None:
    """The different values that the seeds state, in their order; None where none states any."""
    values = dict.fromkeys(value for seed in seeds if (value := getattr(seed, name)))
    return ", ".join(values) or None
