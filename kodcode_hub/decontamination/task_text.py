"""A task's text taken apart: what is asked, in sentences; the code; the names; the values of its examples.

Benchmarks and models dress the same task differently: a docstring under a signature, a line of prose, a LeetCode
page, code to be refactored. What is compared is what is left without the dress. The reading goes line by line and
never fails: a line that is not recognisably code or an example is prose.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

_FENCE = re.compile(r"^\s*(```|~~~)")
_QUOTES = re.compile(r"^[rRuU]?(?:\"\"\"|''')|(?:\"\"\"|''')$")
_CODE_LINE = re.compile(
    r"""^\s*(?:
        def\s+\w+\s*\( | async\ def\  | class\s+\w+\s*[(:] | @\w | assert\s | pass$ | print\(
        | import\s+\w[\w.]*(?:\s+as\s+\w+)?(?:,|$) | from\s+[\w.]+\s+import\s
        | return\b(?!(?:\ [a-z]+){3,}\.?$)
        | (?:for|while|if|elif|with|except)\b.*:\s*$ | else: | try:
        | [\w.\[\]'"]+\s*[-+*/|&]?=\s*\S
        | \)\s*(?:->.*)?:?$
    )""",
    re.VERBOSE,
)
_TRIPLE_QUOTES = re.compile(r"\"\"\"|'''")
_REMARK = re.compile(r"^\s*(?:#|[rRuU]?(?:\"\"\"|'''))")
_CODE_HEAD = re.compile(r"^\s*(?:def\s|async def|class\s|@|import\s|from\s|\))")
"""Code that may stand before what is asked."""
_OPEN_SIGNATURE = re.compile(r"^\s*(?:async\s+)?def\s+\w+\s*\([^)]*$")
_EXAMPLE_HEAD = re.compile(
    r"""^\W*(?:
        examples? | for\ examples? | e\.g\. | eg | test\ cases?
        | sample\ (?:input|output)s? | input | output | explanation
    )\b\W*\d*\W*""",
    re.VERBOSE | re.IGNORECASE,
)
_INLINE_EXAMPLE = re.compile(r"(?<=\S{2}[.!?])\s+(?:Examples?\b|For example\b|E\.g\.)[^:]{0,12}:")
_LONGEST_EXAMPLE_HEAD = 200
_EXAMPLE_LINE = re.compile(r"^\s*[\w.]+\(.*\)\s*(?:==|=>|->|=|➞|→|returns?\b|should\b|#)|\s(?:==>|=>|➞|→|--?>)\s")
_SECTION = re.compile(
    r"""
    ^\W*(?:
        parameters? | params | args | arguments | returns? | requirements? | raises? | notes? | constraints?
        | the\ function\ should\ (?:output\ with|raise) | you\ should\ write\ self-contained\ code
        | input\ format | output\ format | follow[-\ ]up | assumptions?
    )\b[^.]{0,60}:\s*\W*$
    | ^\W*(?:parameters?|args|returns?|raises?|requirements?|constraints?|notes?)\W*:
    | ^\W*:(?:param|return|type|rtype)
    | ^\W*(?:the\ function\ should\ (?:raise|output\ with)|note\ that)\b
    """,
    re.VERBOSE | re.IGNORECASE,
)
_DEFINED = re.compile(r"\b(?:def|class)\s+(\w+)")
_SPOKEN_OF = re.compile(
    r"`(\w+)\s*(?:\([^`]*\))?(?:\s*->\s*[^`]+)?`|\b(?:named|called|function name:?)\s+[`*'\"]*(\w+)"
)
_VALUE = re.compile(r"\"[^\"\n]{1,80}\"|'[^'\n]{1,80}'|-?\d+(?:\.\d+)?")
_BRACKETED = re.compile(r"[\[({][^\[\](){}]{2,120}[\])}]")
_SHORTEST_BRACKETED, _SHORTEST_VALUE = 5, 4
_SENTENCE_END = re.compile(r"(?<=[.!?;])\s+(?=[\"'`(]?[A-Za-z0-9])|\n\s*\n|\n\s*(?:[-*•]|\d+[.)])\s+")
_LETTER = re.compile("[A-Za-z]")


@dataclass(frozen=True, slots=True)
class TaskText:
    """One text, taken apart."""

    sentences: tuple[str, ...]
    """What is asked, in order."""
    details: tuple[str, ...]
    """Sentences of the sections behind it: parameters, returns, constraints. Remarks inside of code are neither."""
    code: str
    names: tuple[str, ...]
    """Of functions and classes that are defined or asked for, in order."""
    values: frozenset[str]
    """Literals of the examples."""


def take_apart(text: str) -> TaskText:
    """Read one task."""
    lines = _Lines()
    for line in text.splitlines():
        lines.take(line)
    return TaskText(
        sentences=_sentences(lines.prose),
        details=_sentences(lines.details),
        code="\n".join(lines.code),
        names=_names(text),
        values=example_values("\n".join(lines.examples)),
    )


def example_values(text: str) -> frozenset[str]:
    """Literals that tell something: bracketed groups, texts, and numbers of four characters or more."""
    groups = (group for group in _BRACKETED.findall(re.sub(r"\s+", "", text)) if len(group) >= _SHORTEST_BRACKETED)
    single = (value for value in _VALUE.findall(text) if len(value) >= _SHORTEST_VALUE)
    return frozenset(value.replace("'", '"') for values in (groups, single) for value in values)


@dataclass
class _Lines:
    """Lines by what they are; which of them a line is may depend on those before it."""

    prose: list[str] = field(default_factory=list)
    details: list[str] = field(default_factory=list)
    code: list[str] = field(default_factory=list)
    examples: list[str] = field(default_factory=list)
    _is_fenced: bool = False
    _is_example: bool = False
    _is_section: bool = False
    _is_signature: bool = False
    _is_body: bool = False
    _is_docstring: bool = False

    def take(self, line: str) -> None:
        """Sort one line."""
        if _FENCE.match(line):
            self._is_fenced, self._is_example = not self._is_fenced, False
        elif self._is_fenced:
            self.code.append(line)
        else:
            is_remark = self._is_body and (self._is_docstring or bool(_REMARK.match(line)))
            self._is_docstring ^= len(_TRIPLE_QUOTES.findall(line)) % 2 == 1
            if is_remark:
                return
            bare = line.strip().strip("#").strip()
            said = _QUOTES.sub("", bare).strip()
            self._take_unfenced(line, said, is_quoted=said != bare)

    def _take_unfenced(self, line: str, said: str, *, is_quoted: bool) -> None:
        inline = _INLINE_EXAMPLE.search(said)
        if inline and not _CODE_LINE.match(line):
            self.examples.append(said[inline.start() :])
            said = said[: inline.start()].strip()
        is_code = self._is_signature or bool(_CODE_LINE.match(line))
        if not said:
            self._is_example = False
            self._say(said)
        elif self._goes_on_with_examples(said, is_quoted=is_quoted, is_code=is_code):
            self.examples.append(said)
        elif is_code and not is_quoted and not line.lstrip().startswith("#"):
            self._take_code(line)
        else:
            self._is_section = self._is_section or bool(_SECTION.match(said))
            self._say(said)

    def _take_code(self, line: str) -> None:
        self.code.append(line)
        self._is_body = self._is_body or not (self._is_signature or _CODE_HEAD.match(line))
        self._is_signature = bool(_OPEN_SIGNATURE.match(line)) or (self._is_signature and ")" not in line)

    def _goes_on_with_examples(self, said: str, *, is_quoted: bool, is_code: bool) -> bool:
        if said.startswith((">>>", "...")):
            self._is_example = True
            return True
        if self._is_example and not is_quoted:
            return True
        head = _EXAMPLE_HEAD.match(said)
        if head and len(said) < _LONGEST_EXAMPLE_HEAD and (said.endswith(":") or ":" in said[:24]):
            # A heading alone announces examples; one with an example behind it is all there is.
            self._is_example = len(said) - head.end() < 3
            return True
        return bool(_EXAMPLE_LINE.search(said)) and not is_code

    def _say(self, said: str) -> None:
        (self.details if self._is_section else self.prose).append(said)


def _sentences(lines: Iterable[str]) -> tuple[str, ...]:
    parts = (" ".join(part.split()) for part in _SENTENCE_END.split("\n".join(lines)))
    return tuple(part for part in parts if _LETTER.search(part))


def _names(text: str) -> tuple[str, ...]:
    spoken_of = [first or second for first, second in _SPOKEN_OF.findall(text)]
    return tuple(dict.fromkeys(_DEFINED.findall(text) + spoken_of))
