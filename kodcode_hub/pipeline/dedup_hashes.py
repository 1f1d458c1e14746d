"""What ``kodcode dedup`` holds of the rows it has read: ids and keys in memory, shingles and signatures on disk."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from kodcode_hub.decontamination.banded_keys import add_band_keys, bands_for
from kodcode_hub.decontamination.buckets import Buckets, KeyList
from kodcode_hub.decontamination.exact_join import prefix_keys
from kodcode_hub.decontamination.shingle_store import ShingleStore
from kodcode_hub.files.atomic import naming_failures
from kodcode_hub.files.signature_file import SignatureBatch
from kodcode_hub.pipeline.dedup_settings import DedupSettings
from kodcode_hub.pipeline.row_source import IdList, RowBatch

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_FAST_FROM_CHARACTERS = 20_000_000
"""Read so far; a batch alone is too small for numba to be loaded."""
_STORED_ROWS = 2048
"""Read back at a time."""


@dataclass(frozen=True, slots=True)
class StoredSignatures:
    """Some rows' signatures, shape (n, permutations), and how many shingles each has."""

    signatures: NDArray[np.uint32]
    shingles: NDArray[np.int64]


class RowHashes:
    """Takes rows in order; then says which of them share a key.

    Args:
        settings: how rows are compared.
        threshold: the settings' threshold, exactly.
    """

    def __init__(self, settings: DedupSettings, threshold: Fraction) -> None:
        self.ids = IdList()
        self.without_words: list[int] = []
        """Rows that are like nothing, ascending."""
        self._settings = settings
        self._threshold = threshold
        self._bands = None if settings.exact else bands_for(threshold)
        self._keys = KeyList()
        self._characters = 0
        self._open = ExitStack()
        self.shingles = self._open.enter_context(ShingleStore())

    def __enter__(self) -> RowHashes:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    def __len__(self) -> int:
        return len(self.ids)

    def add(self, batch: RowBatch, *, keep: SignatureSpool | None = None) -> None:
        """Hash the rows of a batch; their signatures are put into ``keep`` too."""
        import numpy as np

        from kodcode_hub.decontamination.minhash import signature_matrix
        from kodcode_hub.decontamination.shingle_hashes import choose_fast, hash_shingles

        texts = self._settings.normalised(batch.texts)
        self._characters += sum(map(len, texts))
        fast = choose_fast(None, size=self._characters, pays_from=_FAST_FROM_CHARACTERS)
        shingles = hash_shingles(texts, fast=fast)
        lengths = np.diff(shingles.offsets)
        self._add_rows(batch.ids, batch.numbers, lengths)
        self.shingles.append(shingles)
        if self._bands is None and keep is None:
            return
        signatures = signature_matrix(shingles, fast=fast)
        if self._bands is not None:
            add_band_keys(self._keys, signatures, lengths, self._bands)
        if keep is not None:
            keep.append(StoredSignatures(signatures, lengths))

    def add_stored(self, batch: SignatureBatch) -> None:
        """Take the rows of a file of signatures; their shingles are absent until :meth:`fill_in`."""
        first = len(self) + 1
        self._add_rows(list(batch.ids), list(range(first, first + len(batch.ids))), batch.shingles)
        self.shingles.append_absent(len(batch.ids))
        if self._bands is not None:
            add_band_keys(self._keys, batch.signatures, batch.shingles, self._bands)

    def fill_in(self, rows: list[int], texts: list[str]) -> None:
        """Hash the texts of rows that came from a file of signatures."""
        from kodcode_hub.decontamination.shingle_hashes import hash_shingles

        self.shingles.put(rows, hash_shingles(self._settings.normalised(texts)))

    def buckets(self, *, earlier: int) -> Buckets:
        """The rows to be compared, but for those among the ``earlier`` first ones that nothing later is like."""
        if self._bands is None:
            self._keys = prefix_keys(self.shingles.batches, self._threshold)
        keys, self._keys = self._keys, KeyList()  # so that they are freed
        return keys.buckets(earlier=earlier)

    def _add_rows(self, ids: list[str], numbers: list[int], lengths: NDArray[np.int64]) -> None:
        first = len(self)
        self.without_words += (first + (lengths == 0).nonzero()[0]).tolist()
        for identity, number in zip(ids, numbers, strict=True):
            self.ids.add(identity, number)


class SignatureSpool:
    """Signatures in an unnamed temporary file, until it is known which rows stay."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.gettempdir())
        with naming_failures(self._folder):
            self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed by __exit__
        self._shingles: list[NDArray[np.int64]] = []
        self._width = 0

    def __enter__(self) -> SignatureSpool:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def append(self, batch: StoredSignatures) -> None:
        """Add rows behind the last one."""
        self._width = batch.signatures.shape[1]
        self._shingles.append(batch.shingles)
        with naming_failures(self._folder):
            self._file.write(batch.signatures.tobytes())

    def batches(self) -> Iterator[StoredSignatures]:
        """All rows in order."""
        import numpy as np

        self._file.seek(0, os.SEEK_SET)
        shingles = np.concatenate(self._shingles)
        for start in range(0, len(shingles), _STORED_ROWS):
            part = shingles[start : start + _STORED_ROWS]
            content = self._file.read(4 * self._width * len(part))
            yield StoredSignatures(np.frombuffer(content, dtype=np.uint32).reshape(-1, self._width), part)
