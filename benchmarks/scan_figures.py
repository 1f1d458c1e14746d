"""The scan for n-grams of benchmarks beside plain Python's: CPU time, and whether the same texts are flagged."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from benchmarks.figures import ratio_text, run_alternately, say
from benchmarks.generated_questions import changed_questions, read_texts, with_benchmark_stretches
from benchmarks.plain_contamination import flags_by_joined, flags_by_tuples, joined_grams, tuple_grams
from kodcode_hub.decontamination.ngram_hashes import hash_words, ngram_hashes
from kodcode_hub.decontamination.ngram_index import NgramIndex
from kodcode_hub.pipeline.benchmark_files import load_benchmarks

WORDS = 8
FAST, PLAIN, JOINED, TUPLES = "ours, numba", "ours, numpy", "plain Python", "plain Python, tuples"


def show_scan(questions: Path, benchmark: Sequence[str], rows: int, repeat: int) -> None:
    """From raw texts to flags; the benchmarks' n-grams are known before."""
    items = [text for one in load_benchmarks(benchmark) for text in one.texts.values()]
    texts = with_benchmark_stretches(list(changed_questions(read_texts(questions), rows)), items)
    index = _index_of(items)
    known, known_tuples = joined_grams(items, WORDS), tuple_grams(items, WORDS)
    index.flags(texts[:10], fast=True)
    ways: dict[str, Callable[[], list[bool]]] = {
        FAST: lambda: index.flags(texts, fast=True).tolist(),
        PLAIN: lambda: index.flags(texts, fast=False).tolist(),
        JOINED: partial(flags_by_joined, texts, known, WORDS),
        TUPLES: partial(flags_by_tuples, texts, known_tuples, WORDS),
    }
    measured = run_alternately(ways, rounds=repeat)
    say(f"scan: {rows} questions for {len(known)} {WORDS}-grams of {len(items)} items, {repeat} rounds; kernels loaded")
    for name, found in measured.items():
        say(f"  {name:20} {1e6 * found.median_s / rows:7.2f} us a question")
    for name, wanted in ((FAST, "20"), (PLAIN, "-")):
        say(f"  {name} before plain Python: {ratio_text(measured[JOINED], measured[name])}, wanted {wanted}")
        say(f"  {name} before plain Python with tuples: {ratio_text(measured[TUPLES], measured[name])}")
    flags = measured[JOINED].result
    same = all(found.result == flags for found in measured.values())
    say(f"  flagged: {sum(flags)}, {'identical in all ways' if same else 'NOT IDENTICAL'}, wanted identical")


def _index_of(items: Sequence[str]) -> NgramIndex:
    words = hash_words(items, fast=False)
    return NgramIndex([ngram_hashes(words.of(position), WORDS) for position in range(len(words))], n=WORDS)
