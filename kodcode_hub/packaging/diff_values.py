"""When two values of a column count as the same: when they are the same JSON value."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from decimal import Decimal
from hashlib import blake2b
from typing import Any

_WHOLE = 2.0**63
"""Floats of at least this size are left alone: JSON writers disagree on integers beyond 64 bits."""

NULL_DIGEST = 0


def value_digest(value: object) -> int:
    """64 bits that are equal for equal values, and (but for one case in 2**64) for these alone; null gives 0.

    1 equals 1.0. NaN and infinity are null, as JSON has neither. A null member of an object is the same as a missing
    one, because Parquet gives every object of a column the same members. The order of members does not count, that of
    a list does.
    """
    plain = _plain(value)
    if plain is None:
        return NULL_DIGEST
    return int.from_bytes(blake2b(_canonical(plain), digest_size=8).digest(), "little") or 1


def _plain(value: object) -> object:
    if value is None or isinstance(value, str | int):
        return value
    if isinstance(value, float):
        if not math.isfinite(value):
            return None
        return int(value) if value.is_integer() and abs(value) < _WHOLE else value
    if isinstance(value, Mapping):
        members = {str(name): _plain(member) for name, member in value.items()}
        return {name: member for name, member in members.items() if member is not None}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return _foreign(value)


def _foreign(value: object) -> object:
    """What Parquet holds and JSON does not."""
    if isinstance(value, Decimal):
        return _plain(float(value))
    return value.hex() if isinstance(value, bytes) else str(value)


def _canonical(plain: Any) -> bytes:
    import orjson

    try:
        return orjson.dumps(plain, option=orjson.OPT_SORT_KEYS)
    except TypeError:  # a lone surrogate, or an integer beyond 64 bits
        return json.dumps(plain, sort_keys=True, separators=(",", ":")).encode("ascii")
