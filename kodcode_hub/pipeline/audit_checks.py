"""What ``kodcode audit`` can look for, and the names of what it finds."""

from __future__ import annotations

from kodcode_hub.errors import UsageError

CHECKS = {
    "labels": "published tests are run against published solutions, and what the rows claim is compared",
    "flaky": "five reruns, each with another hash seed, order of tests and time zone",
}
DEFAULT_CHECKS = ("labels",)
"""The other one runs every row five times more."""

FINDINGS = ("label_wrong", "hidden_import", "missing_package", "flaky", "no_tests", "timeout")
"""In the order in which a row lists them."""


def parse_checks(text: str) -> tuple[str, ...]:
    """The checks in a list with commas, in the order of :data:`CHECKS`.

    Raises:
        UsageError: one is not known, or there is none.
    """
    wanted = [name.strip() for name in text.split(",") if name.strip()]
    unknown = [name for name in wanted if name not in CHECKS]
    if unknown or not wanted:
        what = f"knows no check {unknown[0]!r}" if unknown else "was given no check"
        raise UsageError(f"kodcode audit {what}; there are: {', '.join(CHECKS)}")
    return tuple(name for name in CHECKS if name in wanted)
