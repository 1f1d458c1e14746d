"""Hashes of shingles: those of the rule in ``shingles``, however they are computed."""

from __future__ import annotations

import os
import subprocess
import sys
from hashlib import sha1
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import kodcode_hub
from kodcode_hub.decontamination import sha1_arrays, shingle_hashes
from kodcode_hub.decontamination.shingle_hashes import choose_fast, hash_shingles
from kodcode_hub.decontamination.shingles import shingles_of
from kodcode_hub.errors import UsageError

needs_numba = pytest.mark.skipif(find_spec("numba") is None, reason="numba (the extra [fast]) is not installed")
both_paths = pytest.mark.parametrize("fast", [False, pytest.param(True, marks=needs_numba)])

words = st.one_of(
    st.text("abcXYZ019_", min_size=1, max_size=9),
    st.integers(0, 300).map(lambda size: "long" * size),
    st.sampled_from(["\u212a", "\u0130", "\u03a3", "stra\u00dfe", "na\u00efve", "\ud800", "\x00", "\U0001f600", "..."]),
)
texts = st.one_of(
    st.text(max_size=40),
    st.text(st.characters(), max_size=20),  # surrogates too
    st.lists(words, max_size=30).flatmap(
        lambda some: st.sampled_from([" ", "\n", "", "--", "\u2028"]).map(lambda by: by.join(some))
    ),
)


def expected_hashes(text: str) -> list[int]:
    return sorted(int.from_bytes(sha1(shingle.encode()).digest()[:8], "little") for shingle in shingles_of(text))


@both_paths
@settings(deadline=None, max_examples=200)
@given(some=st.lists(texts, max_size=12))
def test_hashes_are_sha1_of_the_shingles_that_the_rule_gives(some: list[str], fast: bool) -> None:
    found = hash_shingles(some, fast=fast)
    assert [found.of(position).tolist() for position in range(len(found))] == [expected_hashes(text) for text in some]
    assert found.offsets[-1] == len(found.hashes)


@both_paths
@pytest.mark.parametrize("fewest_at_once", [1, 10**9])
def test_shingles_of_every_length_are_hashed_whole(
    fast: bool, fewest_at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Around 55, 64, 119 bytes SHA-1 needs one block more; short ones stand beside long ones."""
    monkeypatch.setattr(sha1_arrays, "_FEWEST_AT_ONCE", fewest_at_once)
    some = ["x" * size for size in range(1, 260)] + [" ".join("y" * size for _ in range(7)) for size in range(1, 60)]
    some += ["z" * 100_000, "a b c d e f g"]
    found = hash_shingles(some, fast=fast)
    for position, text in enumerate(some):
        assert found.of(position).tolist() == expected_hashes(text), text[:300]


@both_paths
def test_many_shingles_at_a_time_are_hashed_like_few(fast: bool) -> None:
    some = [" ".join(f"w{(number * step) % 1009}" for number in range(700)) for step in range(1, 31)]
    some.append(" ".join("longer" * (number % 23) + str(number) for number in range(700)))
    found = hash_shingles(some, fast=fast)
    for position, text in enumerate(some):
        assert found.of(position).tolist() == expected_hashes(text)


@both_paths
def test_texts_that_fill_several_batches_keep_their_places(fast: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    some = [f"text number {number} has some words of its own {number}" * (number % 3) for number in range(50)]
    whole = hash_shingles(some, fast=fast)
    for characters in (1, 100, 1000):
        monkeypatch.setattr(shingle_hashes, "_BATCH_CHARACTERS", characters)
        found = hash_shingles(some, fast=fast)
        assert np.array_equal(found.hashes, whole.hashes)
        assert np.array_equal(found.offsets, whole.offsets)


@both_paths
def test_repeated_shingles_count_once_and_equal_neighbours_stay_apart(fast: bool) -> None:
    found = hash_shingles(["a " * 50, "a a a a a", "a a a a a", "", "a a a a a"], fast=fast)
    assert np.diff(found.offsets).tolist() == [1, 1, 1, 0, 1]
    assert len(set(found.hashes.tolist())) == 1


@both_paths
@pytest.mark.parametrize("some", [[], [""], ["", "?!", "\u65e5\u672c", "\ud800"]])
def test_texts_without_words_have_no_hashes(some: list[str], fast: bool) -> None:
    found = hash_shingles(some, fast=fast)
    assert (len(found), found.hashes.tolist(), found.offsets.tolist()) == (len(some), [], [0] * (len(some) + 1))
    assert (found.hashes.dtype.name, found.offsets.dtype.name) == ("uint64", "int64")


def test_a_letter_that_is_ascii_only_in_lower_case_makes_words() -> None:
    assert hash_shingles(["\u212aelvin"], fast=False).of(0).tolist() == expected_hashes("kelvin")


def run_python(code: str, **environment: str) -> str:
    home = Path(kodcode_hub.__file__).parents[1]
    return subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
        env={**os.environ, "PYTHONPATH": str(home), **environment},
    ).stdout


WITHOUT_NUMBA = """
import sys
sys.modules["numba"] = None
from kodcode_hub.decontamination.shingle_hashes import hash_shingles
from kodcode_hub.errors import UsageError
print(len(hash_shingles(["some words"] * 10).hashes))
try:
    hash_shingles(["some words"], fast=True)
except UsageError as error:
    print(error)
"""


def test_without_numba_only_those_who_insist_on_it_are_refused() -> None:
    lines = run_python(WITHOUT_NUMBA).splitlines()
    assert lines == ["10", "numba is not installed: pip install 'kodcode-hub[fast]', or compute without fast=True"]


def test_small_inputs_do_not_load_numba() -> None:
    code = (
        "import sys\n"
        "from kodcode_hub.decontamination import candidate_pairs\n"
        "print(candidate_pairs(['a b c', 'a b c'], threshold=0.7).tolist(), 'numba' in sys.modules)"
    )
    assert run_python(code) == "[[0, 1]] False\n"


@needs_numba
def test_numba_is_loaded_where_it_pays() -> None:
    code = (
        "from kodcode_hub.decontamination.shingle_hashes import choose_fast\n"
        "print([choose_fast(None, size=size, pays_from=10) for size in (9, 10)])\n"
        "import kodcode_hub.decontamination.shingle_kernels\n"
        "print(choose_fast(None, size=0, pays_from=10))"
    )
    assert run_python(code) == "[False, True]\nTrue\n"


def test_who_asks_for_numpy_gets_it() -> None:
    assert choose_fast(False, size=10**9, pays_from=1) is False


@needs_numba
def test_kernels_work_where_nothing_can_be_stored(tmp_path: Path) -> None:
    """numba raises where neither the package's folder nor the user's takes its cache."""
    blocked = tmp_path / "a file"
    blocked.touch()
    code = (
        "from kodcode_hub.decontamination.shingle_hashes import hash_shingles\n"
        "print(hash_shingles(['a'], fast=True).hashes.tolist())"
    )
    only_the_users_folder = {"NUMBA_CACHE_LOCATOR_CLASSES": "UserWideCacheLocator", "XDG_CACHE_HOME": str(blocked)}
    assert run_python(code, **only_the_users_folder) == f"{expected_hashes('a')}\n"


def test_numba_that_is_refused_names_the_extra() -> None:
    if find_spec("numba") is None:
        with pytest.raises(UsageError, match="kodcode-hub\\[fast\\]"):
            choose_fast(True, size=1, pays_from=1)
    else:
        assert choose_fast(True, size=1, pays_from=10) is True


def test_the_letters_that_become_ascii_in_lower_case_are_those_that_the_code_names() -> None:
    letters = (chr(code) for code in range(128, sys.maxunicode + 1))
    assert [letter for letter in letters if any(part.isascii() for part in letter.lower())] == ["\u0130", "\u212a"]
    for fast in (False, True):
        hashes = hash_shingles(["\u212aelvin \u0130stanbul", "kelvin i stanbul", "Ünder é"], fast=fast)
        assert hashes.of(0).tolist() == hashes.of(1).tolist()
