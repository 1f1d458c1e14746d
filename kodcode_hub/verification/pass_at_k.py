"""pass@k: the chance that at least one of k attempts passes (Chen et al., arXiv 2107.03374, section 2.1)."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from math import comb


def pass_at_k(attempts: int, passes: int, k: int) -> float:
    """The unbiased estimate ``1 - C(n-c, k) / C(n, k)`` for one question, n attempts of which c passed.

    Raises:
        ValueError: k attempts were not made (k > n), k < 1, or c is not between 0 and n.
    """
    return float(_exact(attempts, passes, k))


def mean_pass_at_k(questions: Iterable[tuple[int, int]], k: int) -> float | None:
    """The mean over questions, each given as (attempts, passes).

    The rule for a question with fewer than k attempts: it counts with its pass@n, n being what it has. More attempts
    could only raise that, so the mean is then a lower bound; and where attempts go on until one passes it is what k
    attempts gave. A question without one attempt says nothing and is left out; without any question there is no mean,
    and the answer is None.

    Raises:
        ValueError: k < 1, or passes are not between 0 and attempts.
    """
    if k < 1:
        raise ValueError(f"pass@{k} means nothing: k counts attempts")
    found = [_exact(attempts, passes, min(k, attempts)) for attempts, passes in questions if attempts]
    return float(sum(found, Fraction()) / len(found)) if found else None


def _exact(attempts: int, passes: int, k: int) -> Fraction:
    if not 0 <= passes <= attempts:
        raise ValueError(f"{passes} of {attempts} attempts cannot have passed")
    if not 1 <= k <= attempts:
        raise ValueError(f"pass@{k} cannot be estimated from {attempts} attempts")
    return 1 - Fraction(comb(attempts - passes, k), comb(attempts, k))
