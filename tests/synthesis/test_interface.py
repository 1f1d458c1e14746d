"""What the tests use of a solution, with its full signature."""

from __future__ import annotations

from kodcode_hub.synthesis.interface import interface_under_test

SOLUTION = '''\
def helper(x):
    return x


def f(a, /, b: int = 1, *rest: str, c, d: "str" = 2, **more) -> list[int]:
    """Does it.

    In detail.
    """
    def nested(): ...
    return [helper(a)]


async def fetch(url: str) -> bytes: ...


class Shop(dict, metaclass=type):
    """Sells."""

    def __init__(self, name: str, *, open: bool = True): ...

    def sell(self, what): ...
'''


def names(test: str, solution: str = SOLUTION) -> list[str]:
    return [item.function_name for item in interface_under_test(solution, test)]


def test_the_names_are_those_that_the_test_imports_in_the_solutions_order() -> None:
    """Defect 43: the first function was taken, and helpers and nested ones were mixed in."""
    assert names("from solution import Shop, f\ndef test_a(): assert f(1, c=2) and Shop('x')") == ["f", "Shop"]


def test_every_kind_of_parameter_is_kept() -> None:
    """Defect 43: positional-only and keyword-only marks and annotations were lost."""
    (item,) = interface_under_test(SOLUTION, "from solution import f")
    assert item.parameter_list == "(a, /, b=1, *rest, c, d=2, **more)"
    assert item.function_declaration == "def f(a, /, b: int=1, *rest: str, c, d: 'str'=2, **more) -> list[int]:"
    assert item.docstring == "Does it.\n\nIn detail."


def test_classes_and_async_functions_are_described_too() -> None:
    """Defect 43: any ``class`` in the text left ``test_info`` empty, and ``async`` was lost."""
    fetch, shop = interface_under_test(SOLUTION, "from solution import Shop, fetch")
    assert fetch.function_declaration == "async def fetch(url: str) -> bytes:"
    assert shop.function_declaration.splitlines() == [
        "class Shop(dict, metaclass=type):",
        "    def __init__(self, name: str, *, open: bool=True):",
        "    def sell(self, what):",
    ]
    assert (shop.parameter_list, shop.docstring) == ("(name, *, open=True)", "Sells.")


def test_module_imports_and_star_imports_are_understood() -> None:
    assert names("import solution\ndef test_a(): solution.f(1, c=1)") == ["f"]
    assert names("import solution as s\ndef test_a(): s.Shop('x')") == ["Shop"]
    assert names("from solution import *\ndef test_a(): helper(1)") == ["helper"]


def test_of_two_definitions_the_last_counts() -> None:
    (item,) = interface_under_test("def f(a): ...\ndef f(a, b): ...", "from solution import f")
    assert item.parameter_list == "(a, b)"


def test_what_is_not_python_has_no_interface() -> None:
    assert interface_under_test("def f(", "from solution import f") == ()
