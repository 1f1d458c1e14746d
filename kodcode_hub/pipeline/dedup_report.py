"""What ``kodcode dedup`` says about a file: clusters, keepers, similarities."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from kodcode_hub.pipeline.dedup_findings import Findings
from kodcode_hub.pipeline.dedup_settings import DedupSettings

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_BINS = 20
"""Of similarity, 0.05 each."""
_LARGEST = 10
"""Clusters and members of one that are named."""


def cluster_sizes(findings: Findings) -> NDArray[np.int64]:
    """Rows of each cluster of two or more, the one that stays included; in no order."""
    import numpy as np

    repeated = findings.keepers.rows[findings.keepers.rows >= 0]
    return np.unique(repeated, return_counts=True)[1].astype(np.int64) + 1


def similarity_histogram(findings: Findings) -> dict[str, int]:
    """Duplicates by the similarity at which their bin of 0.05 begins; "1.00" is equal rows alone."""
    dropped = findings.keepers.rows >= 0
    bins = findings.keepers.shared[dropped].astype("int64") * _BINS // findings.keepers.union[dropped]
    return {f"{number / _BINS:.2f}": count for number, count in sorted(Counter(bins.tolist()).items())}


def dedup_report(findings: Findings, settings: DedupSettings) -> dict[str, Any]:
    """The content of ``--report``."""
    sizes = cluster_sizes(findings)
    return {
        "rows": findings.rows,
        "kept": int(findings.kept().sum()),
        "duplicates": findings.duplicates,
        "semantic_duplicates": None if findings.semantic is None else len(findings.semantic),
        "cosine": None if findings.semantic is None else settings.cosine,
        "without_words": findings.without_words,
        "threshold": settings.threshold,
        "method": settings.method,
        "column": settings.column,
        "normalisation": settings.scheme.normalisation,
        "against": [{"file": str(file.path), "rows": file.rows} for file in findings.earlier],
        "clusters": len(sizes),
        "clusters_by_size": {str(size): count for size, count in sorted(Counter(sizes.tolist()).items())},
        "similarity": similarity_histogram(findings),
        "largest_clusters": _largest_clusters(findings),
    }


def _largest_clusters(findings: Findings) -> list[dict[str, Any]]:
    """The largest first; of equal ones that whose keeper comes first."""
    import numpy as np

    keepers, counts = np.unique(findings.keepers.rows[findings.keepers.rows >= 0], return_counts=True)
    order = np.argsort(-counts, kind="stable")[:_LARGEST]
    return [_cluster(findings, int(keepers[place]), int(counts[place])) for place in order.tolist()]


def _cluster(findings: Findings, keeper: int, members: int) -> dict[str, Any]:
    import numpy as np

    named = np.flatnonzero(findings.keepers.rows == keeper)[:_LARGEST].tolist()
    return {
        "keeper": findings.ids[keeper],
        "file": findings.file_of(keeper),
        "size": members + 1,
        "members": [findings.ids[row] for row in named],
    }
