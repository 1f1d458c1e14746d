"""Assertions that say what they compared, at a price that passing tests hardly pay.

pytest's own rewriting goes over the syntax tree and makes a message's text in the compiled code of each assertion: 8 ms
for a file of thirty lines. Here the source's text is rewritten, so that one compilation in C is all it takes: the code
keeps the values of an assertion's two sides, and the message is made only when it fails. From ``assert f(x) == 4`` ::

    assert (__kept_left__ := f(x)) == 4, __explain__(0, __kept_left__, 4); __kept_left__ = None

What is evaluated, how often and in which order is the same, and so are the line numbers. An assertion that is too odd
to be read by the scanner below stays as it is, and ``quote_failed`` tells its source instead.
"""

from __future__ import annotations

import builtins
import re
from collections.abc import Iterator
from typing import NamedTuple

from .failed_assertions import NAME_OR_CONSTANT, Assertion

# The functions below look built-in names up in this copy, whatever the tested code makes of the original.
__builtins__ = dict(vars(builtins))  # type: ignore[assignment]

EXPLAIN = "__explain__"
"""The name of the explaining function in the module's namespace."""

_LEFT, _RIGHT = "__kept_left__", "__kept_right__"
OWN_NAMES = frozenset({EXPLAIN, _LEFT, _RIGHT})

STRING = (
    r"""[A-Za-z]{0,3}(?:\"{3}(?:[^\\]|\\.)*?\"{3}|'{3}(?:[^\\]|\\.)*?'{3}|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')"""
)
"""A string of Python; to be compiled with ``re.DOTALL``."""
_ASSERTION = re.compile(r"^([ \t]*)assert\b(?=[ \t(\[{'\"])", re.MULTILINE)
_TOKEN = re.compile(
    rf"{STRING}|[()\[\]{{}}]|#[^\n]*|\r?\n|\\\r?\n|==|!=|<=|>=|<<|>>|<>|:=|[<>,;:='\"\\]|[^\W\d]\w*|\d\w*", re.DOTALL
)
_IN_BRACKETS = re.compile(rf"{STRING}|[()\[\]{{}}'\"]|#[^\n]*", re.DOTALL)
_OUTSIDE_CODE = re.compile(rf"{STRING}|#[^\n]*|['\"]", re.DOTALL)
_COMPARISONS = frozenset({"==", "!=", "<", "<=", ">", ">=", "in", "is", "not in", "is not"})
_UNDIVIDED = frozenset({"and", "or", "if", "else", "not"})
"""Words of a condition that is more than one comparison."""
_TWO_WORDS = {("not", "in"): "not in", ("is", "not"): "is not"}


class _Token(NamedTuple):
    text: str
    first: int
    last: int


def rewrite(source: str) -> tuple[str, list[Assertion]]:
    """The source whose assertions keep their values, and these assertions by number."""
    assertions: list[Assertion] = []
    pieces: list[str] = []
    done = 0
    for start in _assertion_starts(source):
        if start < done:
            continue
        statement = _read_statement(source, start)
        new = _rewritten(source, start, *statement, assertions) if statement else None
        if statement and new:
            pieces += (source[done:start], new)
            done = statement[1]
    return "".join([*pieces, source[done:]]), assertions


def _assertion_starts(source: str) -> Iterator[int]:
    """Positions behind the word ``assert`` where a statement begins with it."""
    outside: Iterator[tuple[int, int]] = iter(())
    if '"""' in source or "'''" in source or "\\\n" in source or "\\\r\n" in source:
        outside = (match.span() for match in _OUTSIDE_CODE.finditer(source))
    first, last = 0, 0
    for match in _ASSERTION.finditer(source):
        start = match.end()
        while last <= start and (span := next(outside, None)) is not None:
            first, last = span
        is_inside = first < start < last
        if not is_inside and not source.endswith(("\\\n", "\\\r\n"), 0, match.start()):
            yield start


def _read_statement(source: str, start: int) -> tuple[list[_Token], int] | None:
    """The tokens that stand outside of all brackets, and where the statement ends; None if it is too odd to be read."""
    tokens: list[_Token] = []
    position = start
    while (match := _TOKEN.search(source, position)) is not None:
        text, (first, position) = match[0], match.span()
        if text[0] in "\r\n;#":
            return tokens, first
        if text in ("(", "[", "{"):
            after = _behind_brackets(source, position)
            if after is None:
                return None
            position = after
        elif text[-1] in "'\"":
            if len(text) == 1 or _may_nest(text):
                return None
        elif text in (")", "]", "}", ":", ":=", "=", "\\"):
            return None
        elif text[0] != "\\":
            tokens.append(_Token(text, first, position))
    return tokens, len(source)


def _behind_brackets(source: str, position: int) -> int | None:
    """Where the bracket that was opened before ``position`` is closed."""
    depth = 1
    for match in _IN_BRACKETS.finditer(source, position):
        text = match[0]
        if text in ("(", "[", "{"):
            depth += 1
        elif text in (")", "]", "}"):
            depth -= 1
            if not depth:
                return match.end()
        elif text[0] != "#" and (len(text) == 1 or _may_nest(text)):
            return None
    return None


def _may_nest(string: str) -> bool:
    """True for a formatted string that may go on behind what looks like its end, as Python 3.12 allows."""
    prefix = string[: min(string.find(quote) % (len(string) + 1) for quote in "'\"")]
    return ("f" in prefix or "F" in prefix) and string.count("{") != string.count("}")


def _rewritten(source: str, start: int, tokens: list[_Token], end: int, assertions: list[Assertion]) -> str | None:
    commas = [token.first for token in tokens if token.text == ","]
    if len(commas) > 1:
        return None
    condition_end = commas[0] if commas else end
    message = source[commas[0] + 1 : end].strip() if commas else ""
    operator = _only_comparison([token for token in tokens if token.first < condition_end])
    if operator is None:
        told = Assertion("", source[start:condition_end].strip(), "", bool(commas))
    else:
        left, right = source[start : operator.first].strip(), source[operator.last : condition_end].strip()
        told = Assertion(operator.text, left, right, bool(commas))
    if not told.left or (operator and not told.right) or (commas and not message):
        return None
    text = _statement(told, message, len(assertions))
    assertions.append(told)
    return text


def _only_comparison(tokens: list[_Token]) -> _Token | None:
    """The operator of a condition that is one comparison."""
    words = [_Token(token.text, token.first, token.last) for token in tokens if token.text != ","]
    found: list[_Token] = []
    position = 0
    while position < len(words):
        word = words[position]
        pair = _TWO_WORDS.get((word.text, words[position + 1].text)) if position + 1 < len(words) else None
        if pair:
            word = _Token(pair, word.first, words[position + 1].last)
            position += 1
        if word.text in _UNDIVIDED:
            return None
        if word.text in _COMPARISONS:
            found.append(word)
        position += 1
    return found[0] if len(found) == 1 else None


def _statement(told: Assertion, message: str, number: int) -> str:
    names: list[str] = []
    left, left_again = _kept(told.left, _LEFT, names)
    condition, values = left, left_again
    if told.operator:
        right, right_again = _kept(told.right, _RIGHT, names)
        condition, values = f"{left} {told.operator} {right}", f"{left_again}, {right_again}"
    elif message:
        values += ", None"
    said = f", ({message})" if message else ""
    text = f" {condition}, {EXPLAIN}({number}, {values}{said})"
    # Nothing that an assertion looked at lives longer than without us: tests of weak references notice.
    return text + (f"; {' = '.join(names)} = None" if names else "")


def _kept(side: str, name: str, names: list[str]) -> tuple[str, str]:
    """A side as it is evaluated, and as it is handed over."""
    if NAME_OR_CONSTANT.fullmatch(side):
        return side, side
    names.append(name)
    return f"({name} := ({side}))", name
