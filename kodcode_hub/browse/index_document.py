"""What of a row is searched, counted and sorted by: the fields of the index, and one row as a document."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from kodcode_hub.browse.facet_table import CHOICES, SPANS, ten_thousandths
from kodcode_hub.browse.published_row import attempts_of, number_of, text_of
from kodcode_hub.verification.pass_at_k import pass_at_k

if TYPE_CHECKING:
    import tantivy

FORMAT = 2
"""Of the index; one of another format is made again."""
COLUMNS = [
    *("question_id", "id", "subset", "style", "question", "solution", "test", "test_code", "gpt_pass_sequence"),
    *("gpt_difficulty", "gpt_pass_percentage", "test_coverage", "tests_passed", "assurance", "test_strength", "flags"),
]
"""Of a row; those that a release does not have stay empty."""
TEXTS = ("question", "solution", "test")
NUMBERS = (
    *("order", "place", "pass", "coverage", "strength", "tests", "length", "lines"),
    *("pass_at_1", "pass_at_3", "pass_at_5", "pass_at_10"),
)
"""``order``: of the row in the release; ``pass_at_k`` in millionths."""
MILLION = 1_000_000
_IMPORT = re.compile(r"^[ \t]*(?:from[ \t]+([A-Za-z_]\w*)[\w.]*[ \t]+import\b|import[ \t]+([^#\n;]+))", re.MULTILINE)
_COMPOUND = re.compile(r"[^\W_]+(?:_[^\W_]+)+")
_NAME = re.compile(r"[A-Za-z_]\w*")
_NOT_USED = frozenset({"solution", "__future__", "pytest"})
"""What every test imports tells nothing of it."""
_KS = (1, 3, 5, 10)


def index_schema() -> tantivy.Schema:
    """The fields: all texts in one, which is searched, and the question once more, where a word weighs more."""
    import tantivy

    builder = tantivy.SchemaBuilder()
    builder.add_text_field("text", tokenizer_name="text")
    builder.add_text_field("question", stored=True, tokenizer_name="text")
    for name in ("solution", "test"):
        builder.add_bytes_field(name, stored=True)
    builder.add_text_field("question_id", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("triplet", tokenizer_name="raw", index_option="basic")
    for choice in CHOICES:
        builder.add_text_field(choice.name, stored=True, fast=True, tokenizer_name="raw", index_option="basic")
    for span in SPANS:
        builder.add_text_field(span.band_field, fast=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("names", tokenizer_name="names", index_option="freq")
    for name in NUMBERS:
        builder.add_unsigned_field(name, indexed=True, fast=True)
    return builder.build()


def index_document(row: Mapping[str, Any], *, split: str, order: int, place: int) -> tantivy.Document:
    """One row.

    Args:
        row: as :func:`~kodcode_hub.browse.published_row.published_row` gives it.
        split: of its file.
        order: its number among all rows.
        place: where it lies.
    """
    import tantivy

    identity = text_of(row, "question_id")
    document = tantivy.Document()
    texts = {name: text_of(row, name) for name in TEXTS}
    document.add_text("text", "\n".join(texts.values()))
    document.add_text("question", texts["question"])
    for name in ("solution", "test"):
        document.add_bytes(name, texts[name].encode("utf-8", "surrogatepass"))
    document.add_text("question_id", identity)
    document.add_text("triplet", triplet_of(identity))
    for name, values in _choices(row, split).items():
        for value in values:
            document.add_text(name, value)
    document.add_text("names", " ".join(names_of(*texts.values())))
    numbers = _numbers(row)
    for span in SPANS:
        number = numbers[span.name]
        if number is not None and (band := span.band_of(number)):
            document.add_text(span.band_field, band)
    for name, number in {"order": order, "place": place, **numbers}.items():
        if number is not None:
            document.add_unsigned(name, number)
    return document


def triplet_of(identity: str) -> str:
    """What siblings share: ``Leetcode_1234`` of ``Leetcode_1234_I``."""
    head, _, style = identity.rpartition("_")
    return head if style in ("I", "C", "O") and head else identity


def names_of(*texts: str) -> set[str]:
    """Names of several words, ``is_prime``, in lower case: searched for as a whole they are found much quicker."""
    words = (word for text in texts for word in text.lower().split() if "_" in word)
    return {name for word in words for name in _COMPOUND.findall(word)}


def libraries_of(*codes: str) -> list[str]:
    """The modules that are imported at any level, by their first name, in lower case; each once."""
    found: dict[str, None] = {}
    for code in codes:
        for package, names in _IMPORT.findall(code):
            for name in [package] if package else names.split(","):
                first = _NAME.match(name.strip())
                if first and first[0] not in _NOT_USED:
                    found[first[0].lower()] = None
    return list(found)


def _choices(row: Mapping[str, Any], split: str) -> dict[str, list[str]]:
    columns = {"subset": "subset", "style": "style", "difficulty": "gpt_difficulty", "assurance": "assurance"}
    choices = {name: [text] for name, column in columns.items() if (text := text_of(row, column))}
    flags = [flag for flag in row.get("flags") or [] if isinstance(flag, str)]
    libraries = libraries_of(text_of(row, "solution"), text_of(row, "test"))
    return choices | {"split": [split], "flag": flags, "library": libraries}


def _numbers(row: Mapping[str, Any]) -> dict[str, int | None]:
    attempts, passed = attempts_of(row)
    share = number_of(row, "gpt_pass_percentage")
    if share is None and attempts:
        share = passed / attempts
    coverage, tests, strength = (number_of(row, name) for name in ("test_coverage", "tests_passed", "test_strength"))
    solution = text_of(row, "solution")
    estimates = {f"pass_at_{k}": _estimate(attempts, passed, k) for k in _KS} if attempts else {}
    return {
        "pass": None if share is None else ten_thousandths(share),
        "strength": None if strength is None else ten_thousandths(strength),
        "coverage": None if coverage is None else max(0, int(coverage)),
        "tests": None if tests is None else max(0, int(tests)),
        "length": len(text_of(row, "question")),
        "lines": solution.count("\n") + (not solution.endswith("\n")) if solution else 0,
        **estimates,
    }


@lru_cache(maxsize=4096)
def _estimate(attempts: int, passed: int, k: int) -> int:
    """With fewer than k attempts what they gave: the rule of ``mean_pass_at_k``."""
    return round(MILLION * pass_at_k(attempts, passed, min(k, attempts)))
