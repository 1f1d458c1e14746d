"""What a trial's own processes are given to read: texts that the zygote never sees, in files without a name."""

from __future__ import annotations

import io
import json
import os
import secrets
import tempfile
from typing import IO, Any


def new_nonce() -> str:
    """Marks the lines of one trial's report."""
    return secrets.token_hex(16)


def payload_file(payload: dict[str, Any]) -> IO[bytes]:
    """A file without a name that holds ``payload``, at its beginning."""
    file: IO[bytes]
    if hasattr(os, "memfd_create"):
        file = io.FileIO(os.memfd_create("payload"), "w+")
    else:
        file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115 - the caller closes it
    try:
        unwritten = memoryview(json.dumps(payload).encode("ascii"))
        while unwritten:
            unwritten = unwritten[file.write(unwritten) :]
        file.seek(0)
    except BaseException:
        file.close()
        raise
    return file
