"""Programs that attack, programs that look like attacks, by category. Tables only: nothing here runs anything."""

from __future__ import annotations

from collections.abc import Iterable
from types import ModuleType
from typing import Any

from tests.verification.adversaries import (
    borrowed_liars,
    changed_arguments,
    changed_expectations,
    disk_bombs,
    early_end,
    forged_bridge,
    forged_reports,
    framework_patches,
    honest_callables,
    honest_classes,
    honest_containers,
    honest_functions,
    honest_hierarchies,
    honest_processes,
    honest_records,
    honest_values,
    honest_worlds,
    interpreter_patches,
    kernel_interfaces,
    leftovers,
    limits_of_the_promise,
    lying_objects,
    lying_texts,
    memory_bombs,
    named_liars,
    network,
    patched_items,
    planted_files,
    poisoning,
    process_bombs,
    secrets,
    skips,
    star_machinery,
    star_shadowing,
    stolen_answers,
    survivors,
    zero_tests,
)
from tests.verification.adversaries.program import Escape, Honest, Program

__all__ = ["BOMBS", "ESCAPES", "HACKS", "HONEST", "LIMITS", "Escape", "Honest", "Program"]


def _merge(modules: Iterable[ModuleType]) -> dict[str, Any]:
    """All programs of the modules, by ``category: name``."""
    return {
        f"{module.__name__.rpartition('.')[2]}: {name}": program
        for module in modules
        for name, program in module.PROGRAMS.items()
    }


HACKS: dict[str, Program] = _merge(
    (
        *(early_end, framework_patches, interpreter_patches, patched_items, forged_reports, forged_bridge),
        *(
            lying_objects,
            borrowed_liars,
            named_liars,
            lying_texts,
            stolen_answers,
            changed_expectations,
            changed_arguments,
        ),
        *(planted_files, skips, zero_tests, star_shadowing, star_machinery),
    )
)
"""Wrong solutions that must never pass."""

LIMITS: dict[str, Program] = _merge((limits_of_the_promise,))
"""Wrong solutions that no sandbox can refuse, since the test itself lets them judge."""

BOMBS: dict[str, Program] = _merge((memory_bombs, disk_bombs, process_bombs))
"""Exhaust something; each has a verdict of its own, costs the others nothing and leaves nothing."""

ESCAPES: dict[str, Escape] = _merge((survivors, secrets, network, kernel_interfaces, poisoning, leftovers))
"""Reach for the host, or for the next trial."""

HONEST: dict[str, Honest] = _merge(
    (
        *(honest_values, honest_containers, honest_classes, honest_hierarchies, honest_records),
        *(honest_functions, honest_callables, honest_worlds, honest_processes),
    )
)
"""Right solutions that must pass, however odd they look."""
