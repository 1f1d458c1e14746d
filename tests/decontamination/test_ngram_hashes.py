"""Hashes of words and n-grams: the stated format, the same by numpy and by numba."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kodcode_hub.decontamination.ngram_hashes import WordHashes, hash_words, ngram_hashes
from kodcode_hub.decontamination.shingles import words_of
from kodcode_hub.errors import UsageError

MASK = 2**64 - 1
PATHS = [
    pytest.param(False, id="numpy"),
    pytest.param(True, id="numba", marks=pytest.mark.skipif(find_spec("numba") is None, reason="numba is absent")),
]
LETTERS = "ab_7Z \n.\x00é\N{KELVIN SIGN}\N{LATIN CAPITAL LETTER I WITH DOT ABOVE}ſ中\U0001f600\ud800"
TEXTS = st.lists(
    st.one_of(
        st.text(LETTERS, max_size=60),
        st.text(max_size=20),
        st.lists(st.sampled_from(["ab", "x" * 7, "x" * 8, "x" * 9, "Y" * 16, "y" * 17, "z" * 70])).map(" ".join),
    ),
    max_size=8,
)


def mix(value: int) -> int:
    """SplitMix64's finaliser."""
    value = (value ^ value >> 30) * 0xBF58476D1CE4E5B9 & MASK
    value = (value ^ value >> 27) * 0x94D049BB133111EB & MASK
    return value ^ value >> 31


def word_hash(word: str) -> int:
    """By the book, from the format's description."""
    letters = word.encode("ascii")
    chunks = [int.from_bytes(letters[start : start + 8], "little") for start in range(0, len(letters), 8)]
    return sum(mix(chunk + (j + 1) * 0x9E3779B97F4A7C15 & MASK) for j, chunk in enumerate(chunks)) & MASK


def ngram_hash(words: list[str]) -> int:
    """By the book, from the format's description."""
    n = len(words)
    total = sum(word_hash(word) * 0xD1342543DE82EF95 ** (n - 1 - i) for i, word in enumerate(words))
    return mix(n * 0x9E3779B97F4A7C15 + total & MASK)


def as_lists(hashes: WordHashes) -> list[list[int]]:
    return [hashes.of(position).tolist() for position in range(len(hashes))]


@pytest.mark.parametrize("fast", PATHS)
@given(texts=TEXTS)
@settings(deadline=None)
def test_words_have_the_hashes_that_the_format_states(fast: bool, texts: list[str]) -> None:
    hashes = hash_words(texts, fast=fast)
    assert as_lists(hashes) == [[word_hash(word) for word in words_of(text)] for text in texts]
    assert hashes.hashes.dtype == np.uint64
    assert hashes.offsets.dtype == np.int64


@given(
    words=st.lists(st.sampled_from(["a", "b", "sort", "a_long_name_of_a_function"]), max_size=30), n=st.integers(1, 13)
)
@settings(deadline=None)
def test_ngrams_have_the_hashes_that_the_format_states(words: list[str], n: int) -> None:
    hashes = hash_words([" ".join(words)], fast=False).of(0)
    before = hashes.copy()
    found = ngram_hashes(hashes, n)
    assert found.tolist() == [ngram_hash(words[start : start + n]) for start in range(len(words) - n + 1)]
    assert found.dtype == np.uint64
    assert hashes.tolist() == before.tolist()


@pytest.mark.parametrize("fast", PATHS)
def test_hashes_are_for_ever(fast: bool) -> None:
    """Fingerprints hold them: if these numbers change, the scheme needs another name."""
    hashes = hash_words(["Write a function, write_a_long_function_name!"], fast=fast).of(0)
    assert hashes.tolist() == [0x9AE08DE4E2DF439A, 0x4F5DA978776A9DB1, 0x65C3DFF458A4DE1D, 0x05C2EF81733FE4AB]
    assert ngram_hashes(hashes, 3).tolist() == [0x4729855BB790AC56, 0x57AE26F37266424D]


@pytest.mark.parametrize("fast", PATHS)
def test_texts_of_many_batches_keep_their_words(fast: bool) -> None:
    """More texts, and a longer one, than a batch takes."""
    texts = [f"text {number} İs {'long ' * (number % 7)}" for number in range(1500)]
    texts[700] = "a_word " * 150_000 + "w" * 100_003
    found = as_lists(hash_words(texts, fast=fast))
    assert [len(hashes) for hashes in found] == [len(words_of(text)) for text in texts]
    for position in (0, 511, 512, 699, 701, 1499):
        assert found[position] == [word_hash(word) for word in words_of(texts[position])]
    assert found[700] == [word_hash("a_word")] * 150_000 + [word_hash("w" * 100_003)]


@pytest.mark.parametrize("fast", PATHS)
def test_every_letter_of_unicode_is_in_a_word_or_not_as_the_rule_says(fast: bool) -> None:
    """Some letters beyond ASCII become ASCII when they are lowered."""
    text = "".join(f"q{chr(number)}" for number in range(sys.maxunicode + 1))
    found = hash_words([text], fast=fast).of(0)
    words = words_of(text)
    distinct = {word: word_hash(word) for word in set(words)}
    assert found.tolist() == [distinct[word] for word in words]


def test_the_order_and_the_number_of_words_count() -> None:
    a, b = hash_words(["a", "b"], fast=False).hashes
    hashes = [ngram_hashes(np.array(words), len(words))[0] for words in ([a, b], [b, a], [a], [a, a], [a, a, a])]
    assert len(set(hashes)) == 5


def test_no_texts_and_short_texts_have_no_ngrams() -> None:
    assert len(hash_words([], fast=False)) == 0
    assert as_lists(hash_words(["", "!?", "a"], fast=None)) == [[], [], [word_hash("a")]]
    assert ngram_hashes(hash_words(["a b"]).of(0), 3).shape == (0,)


@pytest.mark.parametrize("n", [0, -1])
def test_an_ngram_has_at_least_one_word(n: int) -> None:
    with pytest.raises(UsageError, match=f"an n-gram of {n} words cannot be"):
        ngram_hashes(np.zeros(3, dtype=np.uint64), n)


def test_without_numba_the_fast_path_is_refused_and_the_other_taken() -> None:
    code = (
        "import sys\n"
        "sys.modules['numba'] = None\n"  # so that importing it fails
        "from kodcode_hub.decontamination import ngram_hashes\n"
        "from kodcode_hub.errors import UsageError\n"
        "ngram_hashes.NUMBA_PAYS = ngram_hashes.LOADED_NUMBA_PAYS = 0\n"
        "print(len(ngram_hashes.hash_words(['a b c']).hashes))\n"
        "try:\n"
        "    ngram_hashes.hash_words(['a'], fast=True)\n"
        "except UsageError as error:\n"
        "    print(error)\n"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert run.stdout.startswith("3\nthe fast path needs numba (")


def test_a_small_input_does_not_load_numba() -> None:
    code = (
        "import sys\n"
        "from kodcode_hub.decontamination.ngram_index import NgramIndex\n"
        "NgramIndex([], n=8).flags(['a b c'] * 1000)\n"
        "print('numba' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert run.stdout == "False\n"
