"""The index over recordings finds what looking at every one of them finds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hypothesis import given
from hypothesis import strategies as st

from kodcode_hub.endpoints.embedded.matching import GRAM, TextIndex
from kodcode_hub.endpoints.embedded.recordings import Recording, Recordings, Route

PIECES = st.sampled_from(["a", "b", " ", "\n", "é", "the ", "word_1", "longer words here", "-", "中文", "\ud800", "\0"])
TEXT = st.lists(PIECES, max_size=30).map("".join)


@st.composite
def prompt_and_recordings(draw: st.DrawFn) -> tuple[str, list[Recording]]:
    """A prompt, and recordings of which many are made of parts of it."""
    prompt = draw(TEXT)

    def part() -> str:
        start = draw(st.integers(0, len(prompt)))
        return prompt[start : start + draw(st.integers(0, 3 * GRAM))]

    entries: list[Recording] = []
    for _ in range(draw(st.integers(0, 8))):
        texts = [part() if draw(st.booleans()) else draw(TEXT) for _ in range(draw(st.integers(0, 3)))]
        entries.append(Recording(tuple(texts), (f"entry {len(entries)}", "second"), raw_only=draw(st.booleans())))
    return prompt, entries


def naive_reply(entries: Sequence[Recording], *, route: Route, prompt: str, seed: int) -> str | None:
    """The rules as the interface words them."""
    matching = [
        (index, entry)
        for index, entry in enumerate(entries)
        if all(text in prompt for text in entry.contains) and (route == "raw" or not entry.raw_only)
    ]
    if not matching:
        return None
    _, best = min(matching, key=lambda numbered: (-sum(map(len, numbered[1].contains)), numbered[0]))
    return best.completions[seed % len(best.completions)]


@given(prompt_and_recordings(), st.sampled_from(["chat", "raw"]), st.integers(0, 2**64))
def test_the_index_gives_what_the_rules_give(drawn: tuple[str, list[Recording]], route: Route, seed: int) -> None:
    prompt, entries = drawn
    expected = naive_reply(entries, route=route, prompt=prompt, seed=seed)
    assert Recordings(entries).reply(route=route, prompt=prompt, seed=seed) == expected


@given(prompt_and_recordings())
def test_all_matching_sets_are_found_in_order(drawn: tuple[str, list[Recording]]) -> None:
    prompt, entries = drawn
    sets = [entry.contains for entry in entries]
    naive = [index for index, texts in enumerate(sets) if all(text in prompt for text in texts)]
    assert list(TextIndex(sets).matches(prompt)) == naive


def test_texts_that_share_beginning_and_end_are_told_apart_without_comparing_all() -> None:
    sets = [(f"Write a function that does the thing of number {number} and returns it.",) for number in range(5000)]
    compared: list[int] = []

    class Watched(tuple[str, ...]):
        """Sets of texts that remember being compared."""

        def __iter__(self) -> Iterator[str]:
            compared.append(1)
            return super().__iter__()

    index = TextIndex([Watched(texts) for texts in sets])
    compared.clear()
    assert list(index.matches(f"Please. {sets[4321][0]} Thank you.")) == [4321]
    assert len(compared) <= 20
