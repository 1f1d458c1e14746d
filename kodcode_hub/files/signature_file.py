"""Stored MinHash signatures: an Arrow file beside a file of rows, so that its texts need not be hashed again.

One record a row, in order: ``id``, ``signature`` (32-bit values, little endian), ``shingles`` (how many, 0 for a text
without words) and ``kept`` (whether the row stayed when the file was made). What the signatures were made of and how
stands in the schema's metadata; signatures made in another way cannot be compared.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING

from kodcode_hub.errors import InputError
from kodcode_hub.files.atomic import write_atomically

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

SIGNATURE_SUFFIX = ".minhash"
"""What is added to the name of a file of rows."""

_FORMAT = "kodcode-minhash-1"


@dataclass(frozen=True, slots=True)
class SignatureScheme:
    """What two files of signatures must agree in to be compared."""

    scheme: str
    seed: int
    num_perm: int
    normalisation: str
    """Of the texts, before they are hashed."""


@dataclass(frozen=True, slots=True)
class SignatureSource:
    """What signatures were made of."""

    column: str
    rows: int
    rows_sha256: str
    """Of the bytes of the file of rows."""


@dataclass(frozen=True, slots=True)
class SignatureBatch:
    """Some rows, one after the other."""

    ids: Sequence[str]
    signatures: NDArray[np.uint32]
    """Shape (n, permutations)."""
    shingles: NDArray[np.int64]
    """Shape (n,)."""
    kept: NDArray[np.bool_]
    """Shape (n,)."""


class SignatureWriter:
    """Takes batches in order; see :func:`open_signature_writer`."""

    def __init__(self, file: pa.ipc.RecordBatchFileWriter, schema: pa.Schema) -> None:
        self._file = file
        self._schema = schema

    def write(self, batch: SignatureBatch) -> None:
        """Write the rows of a batch; what an id holds that is not UTF-8 is written escaped."""
        import pyarrow as pa

        ids = [identity.encode("utf-8", "backslashreplace").decode("utf-8") for identity in batch.ids]
        content = pa.py_buffer(batch.signatures.astype("<u4", copy=False).tobytes())
        signatures = pa.FixedSizeBinaryArray.from_buffers(
            self._schema.field("signature").type, len(ids), [None, content]
        )
        shingles, kept = pa.array(batch.shingles, pa.int64()), pa.array(batch.kept, pa.bool_())
        self._file.write_batch(
            pa.RecordBatch.from_arrays([pa.array(ids), signatures, shingles, kept], schema=self._schema)
        )


@contextmanager
def open_signature_writer(path: Path, scheme: SignatureScheme, source: SignatureSource) -> Iterator[SignatureWriter]:
    """A writer of signatures; the file takes its name when the block ends well.

    Raises:
        UsageError: the file cannot be written.
    """
    import pyarrow as pa

    values = {"format": _FORMAT, **asdict(scheme), **asdict(source)}
    schema = pa.schema(
        [
            ("id", pa.string()),
            ("signature", pa.binary(4 * scheme.num_perm)),
            ("shingles", pa.int64()),
            ("kept", pa.bool_()),
        ],
        metadata={f"kodcode.{name}": str(value) for name, value in values.items()},
    )
    with write_atomically(path) as file, pa.ipc.new_file(file, schema) as writer:
        yield SignatureWriter(writer, schema)


@dataclass(frozen=True, slots=True)
class SignatureFile:
    """A file of signatures that can be compared with others of the same scheme."""

    path: Path
    source: SignatureSource

    def batches(self) -> Iterator[SignatureBatch]:
        """All rows, as they were written.

        Raises:
            InputError: the file is damaged.
        """
        import numpy as np

        with _arrow_file(self.path) as file:
            for number in range(file.num_record_batches):
                batch = file.get_batch(number)
                signatures = batch.column("signature")
                width = signatures.type.byte_width // 4
                content = np.frombuffer(signatures.buffers()[1], dtype="<u4")
                start = signatures.offset * width
                yield SignatureBatch(
                    batch.column("id").to_pylist(),
                    content[start : start + len(batch) * width].reshape(-1, width),
                    batch.column("shingles").to_numpy(),
                    batch.column("kept").to_numpy(zero_copy_only=False),
                )


def open_signature_file(path: Path, *, wanted: SignatureScheme) -> SignatureFile:
    """Read what a file of signatures was made of.

    Raises:
        InputError: it is no such file, or its signatures were made in another way than ``wanted``.
    """
    with _arrow_file(path) as file:
        metadata = {key.decode(): value.decode() for key, value in (file.schema.metadata or {}).items()}
    values = {key.removeprefix("kodcode."): value for key, value in metadata.items()}
    expected = {"format": _FORMAT, **{name: str(value) for name, value in asdict(wanted).items()}}
    for name, value in expected.items():
        if values.get(name) != value:
            raise InputError(
                f"{path} holds signatures of {name} {values.get(name, 'unknown')!r}, which cannot be compared with "
                f"those of {value!r}; remove it, or make it anew with kodcode dedup and --signatures"
            )
    source = {field.name: values.get(field.name, "") for field in fields(SignatureSource)}
    rows = source["rows"]
    if not rows.isdecimal():
        raise InputError(f"{path} does not say how many rows it is of; remove it")
    return SignatureFile(path, SignatureSource(source["column"], int(rows), source["rows_sha256"]))


def sha256_of(path: Path) -> str:
    """Of a file's bytes, in hexadecimal.

    Raises:
        InputError: it cannot be read.
    """
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}") from error


@contextmanager
def _arrow_file(path: Path) -> Iterator[pa.ipc.RecordBatchFileReader]:
    import pyarrow as pa

    try:
        with pa.OSFile(str(path)) as stream, pa.ipc.open_file(stream) as reader:
            yield reader
    except (pa.ArrowException, OSError) as error:
        reason = " ".join(str(error).split())[:200]
        raise InputError(f"{path} cannot be read as a file of signatures ({reason}); remove it") from error
