r"""Python code as words, so that renaming and reformatting do not hide a copy.

Comments, docstrings, layout, semicolons between statements and commas before a closing bracket do not count. Keywords,
builtin names and, behind a dot, the methods of builtin types stay as they are; every other name becomes the same word
(``name_``).
Numbers and strings stay, one word each, however they are written (``0x10`` is ``16``, ``'a'`` is ``"a"``). Each
operator is a word. What cannot be tokenized (prose, code with errors, code for another Python) is cut by a pattern and
goes the same way.

Code of fewer than 24 words keeps its names: with these folded, unlike one-liners would be equal.

The words are made of ``[a-z0-9_]`` alone and go the ordinary way of text (``shingles.py``). They are the same under all
Pythons that this package runs on, which is why lists of names are written out here.
"""

from __future__ import annotations

import ast
import io
import keyword
import re
import tokenize
from collections.abc import Iterable, Iterator
from hashlib import sha1

CODE_NORMALISATION = "python-words-1"
"""Name of the rule above; it changes whenever the words of any code would."""

FEWEST_FOLDED_WORDS = 24
"""Shorter code keeps its names."""

_FOLDED = "name_"

_BUILTIN_NAMES = """
    abs aiter all anext any ascii bin bool breakpoint bytearray bytes callable chr classmethod compile complex delattr
    dict dir divmod enumerate eval exec filter float format frozenset getattr globals hasattr hash help hex id input int
    isinstance issubclass iter len list locals map max memoryview min next object oct open ord pow print property range
    repr reversed round set setattr slice sorted staticmethod str sum super tuple type vars zip __import__ self cls
    ArithmeticError AssertionError AttributeError BaseException Exception FileNotFoundError IndexError KeyError
    LookupError NameError NotImplementedError OSError OverflowError RecursionError RuntimeError StopIteration
    SyntaxError TypeError UnicodeError ValueError ZeroDivisionError
"""
_BUILTIN = frozenset(_BUILTIN_NAMES.split())
"""Of Python 3.11, without what hardly any code names."""

_METHOD_NAMES = """
    add append as_integer_ratio bit_count bit_length capitalize casefold center clear copy count decode difference
    difference_update discard encode endswith expandtabs extend find format_map fromhex fromkeys get index insert
    intersection intersection_update isalnum isalpha isascii isdecimal isdigit isdisjoint isidentifier islower isnumeric
    isprintable isspace issubset issuperset istitle isupper items join keys ljust lower lstrip maketrans partition pop
    popitem remove removeprefix removesuffix replace reverse rfind rindex rjust rpartition rsplit rstrip setdefault sort
    split splitlines startswith strip swapcase symmetric_difference symmetric_difference_update title translate union
    update upper values zfill
"""
_METHODS = frozenset(_METHOD_NAMES.split())
"""Of the builtin types; they stay behind a dot alone."""

_Token = tuple[str, str]
"""Kind (``name``, ``number``, ``string``, ``operator`` or ``end`` of a statement) and text."""

_DOT = ("operator", ".")
_CLOSING = frozenset(")]}")
_STRING = re.compile(r"""(?s)([a-zA-Z]{0,2})('''|\"\"\"|'|")(.*)\2""")
_PIECES = re.compile(
    r"""(?P<comment>\#[^\n]*)
    |(?P<string>[rbuf]{0,2}(?:'''.*?'''|\"\"\".*?\"\"\"|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"))
    |(?P<name>[^\W\d]\w*)
    |(?P<number>\d[\w.]*)
    |(?P<operator>\*\*=?|//=?|<<=?|>>=?|:=|->|[-+*/%@&|^=<>!]=|[^\w\s\\])""",
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)


def code_words(code: str, *, fewest_folded: int = FEWEST_FOLDED_WORDS) -> str:
    """The words of Python code, joined by blanks; empty for code that is nothing but comments and docstrings.

    Code of fewer than ``fewest_folded`` words keeps its names.
    """
    tokens = _without_needless_commas(_meaning(_tokens(code)))
    if len(tokens) >= fewest_folded:
        before = [("end", ""), *tokens]
        tokens = [_folded(token, behind_dot=last == _DOT) for last, token in zip(before, tokens, strict=False)]
    return " ".join(_word(kind, text) for kind, text in tokens)


def _tokens(code: str) -> list[_Token]:
    try:
        return list(_python_tokens(code))
    except (tokenize.TokenError, SyntaxError, ValueError):
        return [(match.lastgroup or "", match.group()) for match in _PIECES.finditer(code)]


def _python_tokens(code: str) -> Iterator[_Token]:
    lines = io.StringIO(code).readlines()  # as the tokenizer counts them: other separators than \n do not count
    opened: list[tuple[int, int]] = []
    for token in tokenize.generate_tokens(io.StringIO(code).readline):
        name = tokenize.tok_name[token.type]
        if name == "FSTRING_START":  # since Python 3.12 an f-string is many tokens; it is taken as one, as before
            opened.append(token.start)
        elif name == "FSTRING_END":
            start = opened.pop()
            if not opened:
                yield "string", _between(lines, start, token.end)
        elif name == "ERRORTOKEN" and token.string.strip():
            raise SyntaxError(token.string)
        elif not opened and name in _KINDS:
            yield _KINDS[name], token.string


_KINDS = {"NAME": "name", "NUMBER": "number", "STRING": "string", "OP": "operator", "NEWLINE": "end"}


def _between(lines: list[str], start: tuple[int, int], end: tuple[int, int]) -> str:
    if start[0] == end[0]:
        return lines[start[0] - 1][start[1] : end[1]]
    return "".join([lines[start[0] - 1][start[1] :], *lines[start[0] : end[0] - 1], lines[end[0] - 1][: end[1]]])


def _meaning(tokens: Iterable[_Token]) -> Iterator[_Token]:
    """Without comments and layout, and without statements that are nothing but a string."""
    statement: list[_Token] = []
    for token in [*tokens, ("end", "")]:
        if token[0] == "end" or token == ("operator", ";"):
            if any(kind != "string" for kind, _ in statement):
                yield from statement
            statement = []
        elif token[0] != "comment":
            statement.append(token)


def _without_needless_commas(tokens: Iterable[_Token]) -> list[_Token]:
    kept: list[_Token] = []
    for token in tokens:
        if token[1] in _CLOSING and kept and kept[-1] == ("operator", ","):
            kept.pop()
        kept.append(token)
    return kept


def _folded(token: _Token, *, behind_dot: bool) -> _Token:
    kind, text = token
    stays = kind != "name" or keyword.iskeyword(text) or text in _BUILTIN or (behind_dot and text in _METHODS)
    return token if stays else (kind, _FOLDED)


def _word(kind: str, text: str) -> str:
    if kind == "name":
        # Two names that differ in case alone are two words, and so are those of other alphabets.
        return text if re.fullmatch("[a-z0-9_]+", text) else f"name_{_digest(text)}"
    if kind == "number":
        return "n" + re.sub(r"[^a-z0-9_]", "_", _number(text))
    return "s" + _digest(_string(text)) if kind == "string" else "op" + _digest(text)


def _number(text: str) -> str:
    try:
        return repr(ast.literal_eval(text))
    except (ValueError, SyntaxError):  # thousands of digits, or no number of Python's
        return text.lower()


def _string(text: str) -> str:
    """What stands between the quotes, and the letters before them that make another thing of it."""
    match = _STRING.fullmatch(text)
    if match is None:
        return text
    prefix, _, content = match.groups()
    return prefix.lower().replace("u", "") + ":" + content.replace("\\'", "'").replace('\\"', '"')


def _digest(text: str) -> str:
    return sha1(text.encode("utf-8", "surrogatepass"), usedforsecurity=False).hexdigest()[:12]
