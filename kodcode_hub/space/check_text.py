"""A pasted text beside the rows and beside the benchmarks at hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kodcode_hub.browse.nearest import nearest_rows

if TYPE_CHECKING:
    from kodcode_hub.space.contents import Contents


def check_text(contents: Contents, text: str) -> dict[str, Any]:
    """The nearest rows, and the verdict beside benchmarks; null where there are none.

    Raises:
        UsageError: the text is too long, or holds no word.
    """
    rows = [near.as_json() for near in nearest_rows(contents.catalogue, text)]
    finding = contents.check.judge(text) if contents.check else None
    items = [
        {
            "benchmark": match.benchmark,
            "id": match.id,
            "verdict": match.verdict,
            "score": match.score,
            "reason": match.reason,
            "excerpt": match.excerpt,
        }
        for match in (finding.matches if finding else ())
    ]
    return {
        "rows": rows,
        "verdict": finding.verdict if finding else None,
        "items": items,
        "benchmarks": list(contents.benchmarks),
    }
