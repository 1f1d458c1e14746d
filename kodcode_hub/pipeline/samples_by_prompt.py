"""Completions in any order become groups: all samples of one prompt together, in memory that does not hold them all."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import groupby
from pathlib import Path

from kodcode_hub.files.spool import Spool
from kodcode_hub.ledger.pages import Settled
from kodcode_hub.pipeline.replay_entry import prompt_text

_COMPLETIONS_A_BUCKET = 4000
_MOST_BUCKETS = 512

_Hashed = tuple[bytes, Settled]
"""The hash of a prompt, and one of its samples."""


def samples_by_prompt(settled: Iterable[Settled], *, count: int, folder: Path | None) -> Iterator[list[list[Settled]]]:
    """For each prompt of a route its samples, by the requests they are samples of: nearly always one list.

    Prompts come in the order of their hashes, raw ones first; samples in that of their seeds. Neither depends on the
    order in which completions come. Two requests of one prompt differ in step or sampling (two subsets may begin the
    same raw turn and sample it differently).

    Args:
        count: about how many completions there are.
        folder: where there is room for all of them, compressed; None: the system's folder for temporary files.
    """
    half = min(1 + count // _COMPLETIONS_A_BUCKET, _MOST_BUCKETS)
    # A file without a name: nothing of it is left, however the process ends.
    with tempfile.TemporaryFile(dir=folder) as file:
        spool: Spool[_Hashed] = Spool(file, 2 * half)
        for item in settled:
            digest = hashlib.sha256(prompt_text(item.request).encode("utf-8", "surrogatepass")).digest()
            share = int.from_bytes(digest[:4], "big") * half >> 32
            spool.put(share if item.request.route == "raw" else half + share, (digest, item))
        for bucket in range(2 * half):
            yield from _prompts_of_bucket(spool, bucket)


def _prompts_of_bucket(spool: Spool[_Hashed], bucket: int) -> Iterator[list[list[Settled]]]:
    ordered = sorted(
        (((digest, *_place(item)), item) for digest, item in spool.take(bucket)), key=lambda placed: placed[0]
    )
    for _, places in groupby(ordered, key=lambda placed: placed[0][0]):
        yield [[item for _, item in group] for _, group in groupby(places, key=lambda placed: placed[0][:-1])]


def _place(settled: Settled) -> tuple[str, str, int]:
    """Step and request, which the samples of one request have in common, and the place among them."""
    request = settled.request
    first = replace(request, seed=request.seed - request.sample, sample=0)
    return settled.asked.step, first.key(settled.asked.model), request.sample
