"""Clean questions that an embedding model holds to be near an item: these are for review.

A cosine alone proves nothing: MiniLM gives flipped tasks and different tasks of one topic 0.7 to 0.95, and as one
more piece of evidence it made the decision no better (``benchmarks/README.md``). So it decides nothing; it shows
people what to look at.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from kodcode_hub.decontamination.benchmarks import Benchmark
from kodcode_hub.decontamination.contamination import Finding, Match
from kodcode_hub.decontamination.semantic import REVIEW_COSINE, Embed, require_cosine
from kodcode_hub.decontamination.task_text import take_apart

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

METHOD = "meaning"
_LONGEST_EXCERPT = 300
_EMBEDDED_AT_ONCE = 256


class MeaningCheck:
    """The items of some benchmarks by their embeddings."""

    def __init__(self, benchmarks: Sequence[Benchmark], *, embed: Embed, cosine: float = REVIEW_COSINE) -> None:
        """Embed the items whose texts are at hand.

        Args:
            benchmarks: the same that the questions were judged by.
            embed: gives vectors of unit length.
            cosine: from which a question is for review.

        Raises:
            UsageError: ``cosine`` is none above 0.
        """
        require_cosine(cosine)
        self._embed = embed
        self._cosine = cosine
        self._items = [
            (benchmark, identity, _asked(text))
            for benchmark in benchmarks
            for identity, text in benchmark.texts.items()
        ]
        self.without_text = [benchmark.name for benchmark in benchmarks if not benchmark.texts]
        """Benchmarks that cannot be compared so, because only their fingerprints are known."""
        self._vectors = self._embedded([text for _, _, text in self._items])

    def lift(self, texts: Sequence[str], findings: Sequence[Finding]) -> list[Finding]:
        """The same findings, but for clean questions that are near an item: these are for review."""
        lifted = list(findings)
        clean = [at for at, finding in enumerate(findings) if finding.verdict == "clean" and texts[at].strip()]
        if not clean or not self._items:
            return lifted
        products = self._embedded([_asked(texts[at]) for at in clean]) @ self._vectors.T
        for at, best, cosine in zip(clean, products.argmax(axis=1), products.max(axis=1), strict=True):
            if cosine >= self._cosine:
                lifted[at] = self._for_review(int(best), float(cosine), texts[at])
        return lifted

    def _for_review(self, item: int, cosine: float, text: str) -> Finding:
        benchmark, identity, _ = self._items[item]
        cosine = round(min(1.0, cosine), 4)
        match = Match(
            benchmark=benchmark.name,
            id=identity,
            revision=benchmark.revision,
            verdict="review",
            method=METHOD,
            score=cosine,
            excerpt=text.strip()[:_LONGEST_EXCERPT],
            signals={"cosine": cosine},
            reason="is near the item by an embedding model alone",
        )
        return Finding("review", (match,))

    def _embedded(self, texts: Sequence[str]) -> NDArray[np.float32]:
        import numpy as np

        parts = [
            self._embed(texts[start : start + _EMBEDDED_AT_ONCE]) for start in range(0, len(texts), _EMBEDDED_AT_ONCE)
        ]
        return np.concatenate(parts) if parts else np.empty((0, 1), dtype=np.float32)


def _asked(text: str) -> str:
    """What a text asks, without its code and examples; all of it where it asks nothing."""
    return " ".join(take_apart(text).sentences) or text
