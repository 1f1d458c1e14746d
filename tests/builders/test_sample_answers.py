"""The sample answers, completion tasks and responses are of the kinds that they were written to be."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from kodcode_hub.record import Rejected, Trial, Triplet
from kodcode_hub.synthesis.answer import parse_answer
from kodcode_hub.synthesis.examples import examples_test
from kodcode_hub.synthesis.fences import parses
from kodcode_hub.synthesis.response import parse_response
from kodcode_hub.synthesis.restyle import parse_restyled
from tests.builders.recorded import Entry, all_entries
from tests.making import a_completion, a_triplet


def trials(name: str) -> list[Trial]:
    """The answers to the question about the function or class ``name``."""
    (entry,) = (entry for entry in all_entries("answer") if is_about(entry, name))
    return parsed(entry)


def is_about(entry: Entry, name: str) -> bool:
    return f"`{name}(" in entry.contains[0] or f"`{name}`" in entry.contains[0] or f" {name}(" in entry.contains[0]


def parsed(entry: Entry) -> list[Trial]:
    return [
        parse_answer(a_completion(text), index=index, teacher="a-model") for index, text in enumerate(entry.completions)
    ]


def passes(solution: str, test: str, folder: Path) -> bool:
    """Whether plain pytest, in a process of its own, is content."""
    (folder / "solution.py").write_text(solution, encoding="utf-8")
    (folder / "test_solution.py").write_text(test, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(folder), str(folder)]
    run = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60, check=False)
    assert run.returncode in (0, 1), run.stdout + run.stderr
    return run.returncode == 0


def a_twin_of(entry: Entry) -> Triplet | Rejected:
    """The completion task of an entry, judged against each answer until it is accepted."""
    answers = [answer for answer in all_entries("answer") if answer.contains[0] == entry.contains[0]]
    judged: list[Triplet | Rejected] = []
    for trial in parsed(answers[0]):
        if trial.solution and trial.test:
            triplet = a_triplet(solution=trial.solution, test=trial.test)
            judged.append(parse_restyled(triplet, a_completion(entry.completions[0])))
    return next((twin for twin in judged if isinstance(twin, Triplet)), judged[0])


def test_some_answers_cannot_be_read_and_the_others_are_python() -> None:
    made = [trial for entry in all_entries("answer") for trial in parsed(entry)]
    unparsed = [trial for trial in made if trial.reason == "unparsed"]
    assert 4 <= len(unparsed) <= len(made) // 8
    readable = [trial for trial in made if not trial.reason]
    assert all(parses(trial.solution or "") and parses(trial.test or "") for trial in readable)
    assert all("from solution import" in (trial.test or "") for trial in readable)


def test_some_tests_forgot_the_import_of_what_they_test() -> None:
    written = [trial.imports_written for entry in all_entries("answer") for trial in parsed(entry)]
    assert 5 <= sum(bool(imports) for imports in written) <= len(written) // 4


def test_one_test_needs_an_import_of_the_solution(tmp_path: Path) -> None:
    """Defect 27: the test uses ``math``, which only the solution imports."""
    (trial,) = (trial for trial in trials("MovingStatistics") if trial.imports_written)
    assert trial.imports_written == ("from solution import MovingStatistics", "import math")
    assert passes(trial.solution or "", trial.test or "", tmp_path)


@pytest.mark.parametrize(
    ("name", "verdicts"),
    [("longest_run", [True, False]), ("suggest", [True, False, True]), ("split_bill", [False, False, None])],
)
def test_answers_pass_or_fail_as_they_were_written_to(name: str, verdicts: list[bool | None], tmp_path: Path) -> None:
    found: list[bool | None] = []
    for trial in trials(name):
        folder = tmp_path / trial.name
        folder.mkdir()
        found.append(None if trial.reason else passes(trial.solution or "", trial.test or "", folder))
    assert found == verdicts


@pytest.mark.parametrize("name", ["pay", "evaluate"])
def test_hard_questions_have_one_right_reply_in_ten(name: str) -> None:
    made = trials(name)
    assert len(made) == 10
    assert len({trial.solution for trial in made}) <= 6


def test_one_answer_never_ends() -> None:
    endless = [trial for trial in trials("round_robin") if "queue.append(source)\n    return" in (trial.solution or "")]
    assert len(endless) == 1


def test_completion_tasks_are_good_but_for_one_of_each_kind() -> None:
    twins = [a_twin_of(entry) for entry in all_entries("complete")]
    reasons = Counter(twin.reason if isinstance(twin, Rejected) else "kept" for twin in twins)
    kept = reasons.pop("kept")
    assert reasons == {"leaks_solution": 1, "signature_changed": 1, "no_examples": 1, "not_python": 1}
    assert kept > 30


def test_a_completion_task_whose_example_does_not_hold_is_found_out(tmp_path: Path) -> None:
    for name, holds in (("page_ranges", False), ("shortest_path", True)):
        (entry,) = (entry for entry in all_entries("complete") if is_about(entry, name))
        twin = a_twin_of(entry)
        assert isinstance(twin, Triplet)
        folder = tmp_path / name
        folder.mkdir()
        assert passes(twin.chosen.solution or "", examples_test(twin.text), folder) is holds


def test_responses_think_explain_and_end_with_a_program() -> None:
    rejected = []
    for entry in all_entries("respond"):
        for text in entry.completions:
            assert text.startswith("<think>\n")
            response = parse_response(a_triplet(), a_completion(text), index=0, prompt="p", teacher="a-model")
            if isinstance(response, Rejected):
                rejected.append(response.reason)
            else:
                assert parses(response.solution)
    assert rejected == ["truncated"]


def test_every_kept_completion_task_has_responses_of_its_own() -> None:
    keys = {entry.contains[0] for entry in all_entries("respond")}
    for entry in all_entries("complete"):
        twin = a_twin_of(entry)
        assert entry.contains[0] in keys
        assert isinstance(twin, Rejected) or twin.text in keys
