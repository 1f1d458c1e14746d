"""Which statements of the solution ran, as coverage.py counts and rounds them."""

from __future__ import annotations

import builtins
from collections.abc import Callable
from typing import Any

# The functions below look built-in names up in this copy, whatever the tested code makes of the original.
__builtins__ = dict(vars(builtins))  # type: ignore[assignment]


def percent_measured(measure: Any, solution: str) -> Callable[[], int | None]:
    """A function that stops the measurement and gives the per cent of statements run; None if the solution never ran.

    Args:
        measure: a ``coverage.Coverage``.
        solution: the file's path, as coverage.py spells it.
    """
    stop, data, analyse = measure.stop, measure.get_data, measure.analysis2

    def percent() -> int | None:
        try:
            stop()
            if solution not in data().measured_files():
                return None
            _, statements, _, missing, _ = analyse(solution)
        except BaseException:  # noqa: BLE001 - the tested code may have broken or deleted anything that this needs
            return None
        return rounded_percent(len(statements), len(missing))

    return percent


def rounded_percent(statements: int, missing: int) -> int:
    """As coverage.py prints it: 0 and 100 only where they are exact, a file without statements is covered."""
    percent = 100.0 * (statements - missing) / statements if statements else 100.0
    if 0 < percent < 1:
        return 1
    return 99 if 99 < percent < 100 else round(percent)
