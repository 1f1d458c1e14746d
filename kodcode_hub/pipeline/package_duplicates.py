"""Near-duplicate questions across the runs of a release: within a subset the first stays, those published always do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from kodcode_hub.decontamination.keepers import choose_keepers
from kodcode_hub.decontamination.shingles import exact_threshold
from kodcode_hub.packaging.package_inputs import InputFile, Place
from kodcode_hub.packaging.package_plan import Candidates
from kodcode_hub.packaging.siblings import stem_of
from kodcode_hub.pipeline.dedup_hashes import RowHashes
from kodcode_hub.pipeline.dedup_settings import DedupSettings
from kodcode_hub.pipeline.row_source import RowBatch


def reject_duplicates(inputs: Sequence[InputFile], rows: Candidates, *, threshold: float) -> None:
    """Leave out rows whose question repeats another's of the same subset, with their siblings.

    A run has removed its own duplicates; so subsets whose rows all come from one source are not looked at.

    Args:
        inputs: all input files.
        rows: those of the subsets.
        threshold: exact Jaccard similarity of 5-word shingles from which a question is a duplicate.

    Raises:
        UsageError: the threshold is not above 0, or above 1, or there is no place for temporary files.
    """
    wanted = exact_threshold(threshold)
    releases: dict[str, set[int]] = {}
    for place in (*rows.old.values(), *rows.new.values()):
        releases.setdefault(inputs[place.file].file.config, set()).add(inputs[place.file].release)
    for config in sorted(config for config, several in releases.items() if len(several) > 1):
        _reject_of_config(inputs, rows, config, wanted)


def _reject_of_config(inputs: Sequence[InputFile], rows: Candidates, config: str, threshold: Fraction) -> None:
    """All pairs are compared, none by chance: beside a few new rows that is sooner done than signatures of all."""
    old = {stem_of(identity) for identity, place in rows.old.items() if inputs[place.file].file.config == config}
    new = {stem_of(identity) for identity, place in rows.new.items() if inputs[place.file].file.config == config} - old
    with RowHashes(DedupSettings(exact=True), threshold) as hashes:
        for batch in _questions(inputs, rows.old, config, old):
            hashes.add(batch)
        earlier = len(hashes)
        for batch in _questions(inputs, rows.new, config, new):
            hashes.add(batch)
        keepers = choose_keepers(hashes.shingles, hashes.buckets(earlier=earlier), threshold=threshold, earlier=earlier)
        repeated = {
            stem_of(hashes.ids[row]): hashes.ids[match.row]
            for row in range(earlier, len(hashes))
            if (match := keepers.match(row)) is not None
        }
    for identity in [identity for identity in rows.new if stem_of(identity) in repeated]:
        rows.reject(identity, f"duplicate_of:{repeated[stem_of(identity)]}")


def _questions(inputs: Sequence[InputFile], rows: dict[str, Place], config: str, stems: set[str]) -> Iterator[RowBatch]:
    """The question behind each group of siblings, once, as it was first put; in the order of the files."""
    left = set(stems)
    for number in sorted({place.file for place in rows.values()}):
        if inputs[number].file.config != config:
            continue
        first = 0
        for batch in inputs[number].batches(["question_id", "question", "metadata.original_instruction"]):
            columns = batch.to_pydict()
            originals = [(metadata or {}).get("original_instruction") for metadata in columns["metadata"]]
            found = RowBatch([], [], [], [])
            for row, identity in enumerate(columns["question_id"]):
                if rows.get(identity) == Place(number, first + row) and stem_of(identity) in left:
                    left.discard(stem_of(identity))
                    found.ids.append(identity)
                    found.numbers.append(first + row + 1)
                    found.texts.append(originals[row] or columns["question"][row] or "")
            first += batch.num_rows
            if found.ids:
                yield found
