"""Sections of a reply between KodCode's delimiters: ``<|Question Begin|>`` ... ``<|Question End|>``."""

from __future__ import annotations

import re
from dataclasses import dataclass

_ANY_DELIMITER = re.compile(r"<\|[A-Za-z]+ (?:Begin|End)\|>")
_REASONING_END = "</think>"
_REASONING_BEGIN = "<think>"


@dataclass(frozen=True, slots=True)
class Section:
    """What stands between a pair of delimiters."""

    text: str
    closed: bool
    """False where the closing delimiter is missing; the text then runs to the next delimiter or to the end."""


def find_section(reply: str, name: str) -> Section | None:
    """The last section ``name`` of ``reply``, None if it never begins.

    The last, because a reply may repeat the requested format before it fills it in.
    """
    begin = reply.rfind(f"<|{name} Begin|>")
    if begin < 0:
        return None
    rest = reply[begin + len(f"<|{name} Begin|>") :]
    delimiter = _ANY_DELIMITER.search(rest)
    if delimiter is None:
        return Section(rest, closed=False)
    return Section(rest[: delimiter.start()], closed=delimiter.group() == f"<|{name} End|>")


def has_delimiter(reply: str) -> bool:
    """True if any of KodCode's delimiters stands in ``reply``."""
    return _ANY_DELIMITER.search(reply) is not None


def strip_reasoning(reply: str) -> str | None:
    """``reply`` behind its reasoning; the whole of it if there is none; None if the reasoning never ended."""
    _, mark, after = reply.rpartition(_REASONING_END)
    if mark:
        return after
    return None if after.lstrip().startswith(_REASONING_BEGIN) else after


def is_encodable(text: str) -> bool:
    """False for text with lone surrogates, which no UTF-8 file can hold."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
