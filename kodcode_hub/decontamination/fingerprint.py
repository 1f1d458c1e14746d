"""What two tasks are compared by, as hashes: of a question under test, and of a benchmark's item.

A fingerprint holds no text: which concepts each sentence has, which runs of five words stand one behind the other
and how much each word weighs, and the hashes of names, of the values in examples and of runs of code. So a benchmark
can be checked against whose licence forbids shipping its text. It hides nothing from somebody who tries: with a
dictionary of the words much of the text can be rebuilt from the runs.
"""

from __future__ import annotations

import re
import textwrap
from base64 import b64decode, b64encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kodcode_hub.decontamination.code_words import code_words
from kodcode_hub.decontamination.concepts import concept_hash, known_concepts, pieces, stem, vocabulary_version
from kodcode_hub.decontamination.shingles import words_of
from kodcode_hub.decontamination.task_text import TaskText, example_values, take_apart

if TYPE_CHECKING:
    from kodcode_hub.decontamination.benchmarks import BenchmarkItem

FINGERPRINT_FORMAT = f"kodcode-fingerprint-1-{vocabulary_version()}"
"""Fingerprints of another format are of no use here: the concepts in them have other hashes."""
GRAM_WORDS = 5
"""Words of a run; longer runs in common are several of these one behind the other."""
CODE_GRAM_WORDS = 6
_GIVEN_NAMES = frozenset({"task_func", "solution", "solve", "main", "f", "func", "function"})
"""Names that a benchmark gives to all its functions, or anybody to any."""
_IMPORT = re.compile(r"^[ \t]*(?:import|from)[ \t]+[\w.]+.*$", re.MULTILINE)
_WITHOUT_MEANS = re.compile(r"\bwithout (?:the )?(?:use of|using|help of)\b[^.;,]*", re.IGNORECASE)
"""How it must not be done makes no other task."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of a task."""

    concepts: tuple[int, ...]
    """In order, repeated ones too; never empty."""
    stems: frozenset[int]
    """Of all its words."""


@dataclass(frozen=True, slots=True)
class Passage:
    """One text, word by word."""

    grams: tuple[int, ...]
    """Hashes of its runs of five words; the one at i begins with word i."""
    weights: tuple[float, ...]
    """Of its words, from 0 to 1."""


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """One task."""

    id: str
    sentences: tuple[Sentence, ...]
    """Of what is asked."""
    details: tuple[Sentence, ...]
    """Of the sections behind it."""
    names: frozenset[int]
    name_concepts: frozenset[int]
    passages: tuple[Passage, ...]
    """The sentences of what is asked as one passage, then each form of the whole text."""
    code: frozenset[int]
    """Hashes of its runs of six tokens, names folded, without imports."""
    named_code: frozenset[int]
    """The same with the names as they are."""
    values: frozenset[int]

    def as_json(self) -> dict[str, Any]:
        """What ``from_json`` takes back."""
        return {
            "id": self.id,
            "sentences": [_sentence_json(sentence) for sentence in self.sentences],
            "details": [_sentence_json(sentence) for sentence in self.details],
            "names": _packed(sorted(self.names)),
            "name_concepts": _packed(sorted(self.name_concepts)),
            "passages": [[_packed(passage.grams), _packed_weights(passage.weights)] for passage in self.passages],
            "code": _packed(sorted(self.code)),
            "named_code": _packed(sorted(self.named_code)),
            "values": _packed(sorted(self.values)),
        }

    @classmethod
    def from_json(cls, row: dict[str, Any]) -> Fingerprint:
        """Read what ``as_json`` made.

        Raises:
            ValueError: a field is missing or not what it should be.
        """
        try:
            return cls(
                id=str(row["id"]),
                sentences=tuple(_sentence(entry) for entry in row["sentences"]),
                details=tuple(_sentence(entry) for entry in row["details"]),
                names=frozenset(_unpacked(row["names"])),
                name_concepts=frozenset(_unpacked(row["name_concepts"])),
                passages=_passages(row["passages"]),
                code=frozenset(_unpacked(row["code"])),
                named_code=frozenset(_unpacked(row["named_code"])),
                values=frozenset(_unpacked(row["values"])),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(f"not a fingerprint: {error!r}") from error


def fingerprint_item(item: BenchmarkItem) -> Fingerprint:
    """The fingerprint of a benchmark's item, with the examples in all its texts and tests."""
    task = take_apart(item.texts[0])
    others = [take_apart(text) for text in item.texts[1:]]
    values = task.values.union(*(other.values for other in others), example_values(item.tests))
    names = (item.entry_point,) if item.entry_point else task.names
    return _fingerprint(item.id, item.texts, task, names=names, code=item.solution, values=values)


def fingerprint_text(text: str, *, code: str = "") -> Fingerprint:
    """The fingerprint of a question; ``code`` is its solution, where it has one."""
    task = take_apart(text)
    values = task.values | example_values(text)
    return _fingerprint("", (text,), task, names=task.names, code=f"{task.code}\n{code}", values=values)


def _fingerprint(
    id_: str, texts: Sequence[str], task: TaskText, *, names: Iterable[str], code: str, values: Iterable[str]
) -> Fingerprint:
    telling = [name for name in names if name.lower() not in _GIVEN_NAMES]
    statement = " ".join(task.sentences)
    bare = textwrap.dedent(_IMPORT.sub("", code)).strip()
    *passages, folded, named = _grams_of(
        [statement, *texts], [code_words(bare, fewest_folded=0), code_words(bare, fewest_folded=len(bare))]
    )
    details = _sentences(task.details)
    return Fingerprint(
        id=id_,
        sentences=_sentences(task.sentences) or details or _sentences([" ".join(telling)]),
        details=details,
        names=frozenset(concept_hash(name) for name in telling),
        name_concepts=frozenset(_concepts(" ".join(telling))),
        passages=tuple(
            Passage(grams, _word_weights(text)) for grams, text in zip(passages, [statement, *texts], strict=True)
        ),
        code=frozenset(folded),
        named_code=frozenset(named),
        values=frozenset(concept_hash(value) for value in values),
    )


def _sentences(texts: Iterable[str]) -> tuple[Sentence, ...]:
    read = (_WITHOUT_MEANS.sub(" ", text) for text in texts)
    made = (Sentence(tuple(_concepts(text)), frozenset(_stems(text))) for text in read)
    return tuple(sentence for sentence in made if sentence.concepts)


def _concepts(text: str) -> list[int]:
    return [concept_hash(concept) for concept in known_concepts().of(text)]


def _stems(text: str) -> list[int]:
    return [concept_hash(stem(piece)) for piece in pieces(text)]


def _word_weights(text: str) -> tuple[float, ...]:
    weigh = known_concepts().word_weight
    return tuple(round(weigh(word), 2) for word in words_of(text))


def _grams_of(texts: Sequence[str], codes: Sequence[str]) -> list[tuple[int, ...]]:
    """The runs of words of each text, then those of each code."""
    from kodcode_hub.decontamination.ngram_hashes import hash_words, ngram_hashes

    words = hash_words([*texts, *codes], fast=False)
    lengths = [GRAM_WORDS] * len(texts) + [CODE_GRAM_WORDS] * len(codes)
    return [tuple(ngram_hashes(words.of(position), n).tolist()) for position, n in enumerate(lengths)]


def _sentence_json(sentence: Sentence) -> list[str]:
    return [_packed(sentence.concepts), _packed(sorted(sentence.stems))]


def _sentence(entry: Sequence[str]) -> Sentence:
    concepts, stems = entry
    sentence = Sentence(_unpacked(concepts), frozenset(_unpacked(stems)))
    if not sentence.concepts:
        raise ValueError("a sentence without concepts")
    return sentence


def _passages(entries: Sequence[Sequence[str]]) -> tuple[Passage, ...]:
    """At least what is asked and one whole text, each with a weight for every word of its runs."""
    passages = tuple(Passage(_unpacked(grams), _weights(weights)) for grams, weights in entries)
    if len(passages) < 2:
        raise ValueError(f"{len(passages)} passages, where two are the fewest")
    for passage in passages:
        if len(passage.grams) != max(0, len(passage.weights) - GRAM_WORDS + 1):
            raise ValueError(
                f"a passage of {len(passage.weights)} words with {len(passage.grams)} runs of {GRAM_WORDS}"
            )
    return passages


def _packed(hashes: Iterable[int]) -> str:
    import numpy as np

    return b64encode(np.fromiter(hashes, dtype="<u8").tobytes()).decode("ascii")


def _unpacked(text: str) -> tuple[int, ...]:
    import numpy as np

    return tuple(np.frombuffer(b64decode(text, validate=True), dtype="<u8").tolist())


def _packed_weights(weights: Iterable[float]) -> str:
    return b64encode(bytes(round(weight * 100) for weight in weights)).decode("ascii")


def _weights(text: str) -> tuple[float, ...]:
    return tuple(weight / 100 for weight in b64decode(text, validate=True))
