"""The gate for completion-style twins (defect 41: nothing was checked)."""

from __future__ import annotations

import pytest

from kodcode_hub.record import Triplet
from kodcode_hub.synthesis.examples import examples_test
from kodcode_hub.synthesis.restyle import parse_restyled
from tests.making import a_completion, a_triplet

GOOD = '''\
def double(number: int) -> int:
    """Return twice the number.

    >>> double(4)
    8
    """
'''


def restyled(stub: str, *, finish: str = "stop", triplet: Triplet | None = None) -> Triplet | str:
    reply = f"<|Completion Begin|>\n```python\n{stub}```\n<|Completion End|>"
    result = parse_restyled(triplet or a_triplet(), a_completion(reply, finish=finish))
    return result if isinstance(result, Triplet) else result.reason


def test_a_good_stub_is_a_twin_of_its_own_style() -> None:
    """Defect 42: the twins were published with the style ``instruct``."""
    twin = restyled(GOOD)
    assert isinstance(twin, Triplet)
    assert (twin.style, twin.text, twin.chosen) == ("complete", GOOD.rstrip("\n"), a_triplet().chosen)
    assert twin.id == a_triplet().id.removesuffix("_I") + "_C"


@pytest.mark.parametrize("body", ["    pass\n", "    ...\n", "    raise NotImplementedError\n"])
def test_a_placeholder_body_is_no_leak(body: str) -> None:
    assert isinstance(restyled(GOOD + body), Triplet)


@pytest.mark.parametrize(
    ("stub", "reason"),
    [
        (GOOD + "    return 2 * number\n", "leaks_solution"),
        (GOOD.replace("double(number: int)", "double(n: int)"), "signature_changed"),
        (GOOD.replace("def double(", "def twice("), "signature_changed"),
        (GOOD.replace(">>> double(4)\n    8\n", ""), "no_examples"),
        (GOOD.replace("(4)\n    8", "(4) 8"), "no_examples"),
        ("Write the function double.\n", "not_python"),
        ("import math\n", "not_python"),
        ("", "not_python"),
    ],
)
def test_what_fails_the_gate_has_a_reason(stub: str, reason: str) -> None:
    assert restyled(stub) == reason


def test_a_parameter_may_lose_its_annotation_but_not_its_kind() -> None:
    assert isinstance(restyled(GOOD.replace("number: int", "number")), Triplet)
    assert restyled(GOOD.replace("number: int", "*, number: int")) == "signature_changed"


def test_a_cut_off_reply_is_truncated() -> None:
    assert restyled(GOOD, finish="length") == "truncated"
    assert restyled(GOOD, finish="other") == "truncated", "a filter cut in"
    result = parse_restyled(a_triplet(), a_completion(f"<|Completion Begin|>\n{GOOD}"))
    assert not isinstance(result, Triplet)
    assert result.reason == "truncated"


def test_the_examples_test_fails_with_wrong_examples() -> None:
    namespace: dict[str, object] = {}
    for number, holds in (("8", True), ("9", False)):
        source = examples_test(GOOD.replace("    8", f"    {number}"))
        namespace = {}
        exec("def double(number): return 2 * number", namespace)
        outcome = _runs(source, namespace)
        assert outcome is holds


def _runs(source: str, solution: dict[str, object]) -> bool:
    import sys
    import types

    module = types.ModuleType("solution")
    vars(module).update(solution)
    sys.modules["solution"] = module
    try:
        namespace: dict[str, object] = {}
        exec(source, namespace)
        test = namespace["test_examples_hold"]
        assert callable(test)
        test()
    except AssertionError:
        return False
    finally:
        del sys.modules["solution"]
    return True
