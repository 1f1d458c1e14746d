"""Records sorted into buckets come back whole and in order, whatever their size."""

from __future__ import annotations

import tempfile

from hypothesis import given
from hypothesis import strategies as st

from kodcode_hub.files.spool import Spool

RECORDS = st.lists(st.tuples(st.integers(0, 4), st.text(max_size=3), st.sampled_from([1, 1000, 40_000])), max_size=30)


@given(RECORDS)
def test_every_bucket_gives_back_what_was_put_into_it(records: list[tuple[int, str, int]]) -> None:
    with tempfile.TemporaryFile() as file:
        spool: Spool[str] = Spool(file, 5)
        for bucket, text, times in records:
            spool.put(bucket, text * times)
        for bucket in (3, 0, 1, 2, 4, 3):
            assert list(spool.take(bucket)) == [text * times for at, text, times in records if at == bucket]


def test_what_is_large_lies_in_the_file() -> None:
    with tempfile.TemporaryFile() as file:
        spool: Spool[bytes] = Spool(file, 2)
        spool.put(0, b"small")
        assert file.tell() == 0
        spool.put(1, bytes(range(256)) * 1000)
        assert file.tell() > 256
        assert list(spool.take(0)) == [b"small"]
