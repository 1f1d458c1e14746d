"""Defect 51: the original's example of a completion task taught doctests that are none, under another name."""

from __future__ import annotations

import doctest
import re

from kodcode_hub.record import Triplet
from kodcode_hub.synthesis.examples import examples_test
from kodcode_hub.synthesis.restyle import parse_restyled
from tests.builders.shown import templates
from tests.making import a_completion, a_triplet

PROMPT = templates().restyle("The task.", "the solution", "the test")


def example_solution() -> str:
    (code,) = re.findall(r"^```python\n(.*?)^```$", PROMPT, re.DOTALL | re.MULTILINE)
    assert isinstance(code, str)
    return code


def example_stub() -> str:
    (stub,) = re.findall(r"^<\|Completion Begin\|>\n(.*?)^<\|Completion End\|>$", PROMPT, re.DOTALL | re.MULTILINE)
    assert isinstance(stub, str)
    return stub


def test_the_example_passes_the_gate_for_its_own_solution() -> None:
    """Defect 51. Same name, same signature, no body, examples that doctest reads."""
    triplet = a_triplet(solution=example_solution(), test="from solution import initials\n")
    reply = f"<|Completion Begin|>\n{example_stub()}<|Completion End|>"
    assert isinstance(parse_restyled(triplet, a_completion(reply)), Triplet)


def test_the_results_in_the_example_hold() -> None:
    """Defect 51."""
    module: dict[str, object] = {}
    exec(example_solution(), module)
    parts = example_stub().partition('"""')[2].partition('"""')
    examples = doctest.DocTestParser().get_doctest(parts[0], module, "initials", None, 0)
    assert len(examples.examples) >= 2
    assert doctest.DocTestRunner(verbose=False).run(examples).failed == 0


def test_no_result_stands_on_the_line_of_its_call() -> None:
    """Defect 51: ``>>> f(x) "result"`` is not a doctest."""
    for line in example_stub().splitlines():
        if line.strip().startswith(">>>"):
            compile(line.strip().removeprefix(">>>").strip(), "example", "eval")


def test_the_example_is_what_the_examples_test_finds() -> None:
    assert "initials" in examples_test(example_stub())
