"""Whether a user's turn that a model went on with became a request (Magpie), and why not.

A base completion does not know when it has said enough: it finishes the opening with nothing, announces what never
comes, goes on as the assistant, or answers itself. The rules look for what all of these have in common, never for
single words: a request may well be about a chat assistant, the word "following" or a list that ends in dots.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator

from kodcode_hub.synthesis.fences import fenced_blocks

# Words that ask for something without saying what. A request that holds no other is one for nothing.
_WORDS = """
    a about above accomplish achieve achieves all also an and answer any anything appropriate are as asked assigned
    assignment at based be below blah by can carry certain challenge code coding complete completes correct could create
    define defined described description desired develop do does done each enter etc example examples execute exercise
    explain fill following follows for from fulfill fulfills function functionality functions generate given handle have
    hello help here hey hi how if implement implementation implements in input insert instruction instructions ipsum is
    issue it its just let like lorem make me mentioned method my name necessary need needed needs nothing of on one
    operation operations or out output perform performs placeholder please problem problems produce program programming
    programs provide provided python question questions required requirement requirements result results return returns
    scenario script should show solution solve solves solving some something specific specification specifications
    specified stated statement step steps task tasks tbd that the their them there these they thing things this those to
    todo us use using want wants we what which will with works would write writes writing xxx xyz you your
"""
_SAYS_NOTHING = frozenset(_WORDS.split())
_WORD = re.compile(r"[^\W\d_]{2,}", re.UNICODE)

_PLACEHOLDER = re.compile(
    r"""
    [\[<{(] \s* (?:please\s+)? (?:
        (?:insert|describe|specify|provide|enter|add|fill\s+in|state|your|name\s+of) \s [^\[\]<>{}()\n]{2,60}
      | (?:the\s+)? (?:task|problem|function|description|specific|desired|code|action|goal|operation|functionality)
        (?:\s (?:task|problem|function|description|statement|name|here|details|goes|functionality|action))*
    ) \s* [\]>})]
    | (?<!\S) _{3,} (?![\w(])
    """,
    re.IGNORECASE | re.VERBOSE,
)
_INLINE_CODE = re.compile(r"`[^`\n]+`")
_FENCE = re.compile(r"^[ \t]*(?:```|~~~)", re.MULTILINE)

# Nobody's request ends in one of these without a full stop behind it; "in", "on" and the like may end one.
_DANGLING = re.compile(
    r"\b(?:a|an|the|and|or|but|of|to|for|with|from|by|as|than|into|that|which|where|whose|is|are|be|if|its|their"
    r"|such as|including|e\.g\.?|i\.e\.?)\Z",
    re.IGNORECASE,
)
_BROKEN_OFF = re.compile(r"(?:[:,;({\[&=/—–]|[^\W\d_][ ]?(?:\.\.\.|…)|(?<!\w)-)\Z")
# "each number and the following one": what comes next in a row, not what the request is about to show.
_NEXT_IN_A_ROW = (
    r"(?:one|ones|element|elements|item|number|digit|letter|character|word|token|day|week|month|year|line|row|column|node"
    r"|step|index|position|value|entry|page|state|level)\b"
)
_ANNOUNCED = re.compile(
    rf"\b(?:the|these)\s+following\s+(?!{_NEXT_IN_A_ROW})(?:[\w'-]+\s+){{0,3}}[\w'-]+\W*\Z"
    r"|\b(?:as\s+follows|(?:given|shown|listed|described|provided|defined|specified|stated|outlined)\s+below)\W*\Z",
    re.IGNORECASE,
)
_SHOWS = re.compile(
    r"(?:\A|[.!?]\s|\n)\s*(?:(?:Here|Below)(?:'s|’s| is| are)|Here you go)\b(?P<rest>[^\n.!?]*)[.!?…]*\Z", re.IGNORECASE
)

_SENTENCE_START = r"(?:\A|(?<=[.!?:])[ \t]+|\n)[ \t*_#>-]*"
_AS_ASSISTANT = re.compile(
    rf"{_SENTENCE_START}(?:"
    r"(?:Sure|Certainly|Absolutely|Of course|No problem)(?: thing)?"
    r"(?:!|[,.:]?\s+(?:here(?:'s|’s| is| are)|I(?:'ll|’ll|'d|’d| can| will| would)|let(?:'s|’s| me)|below is)\b)"
    r"|I(?:'d|’d| would| am|'m|’m) (?:be )?(?:glad|happy|here) to (?:help|assist)\b"
    r"|How (?:can|may|could) I (?:help|assist) you\b"
    r"|(?:I )?hope (?:this|that|it) helps\b"
    r"|As an? (?:AI|large) (?:language )?(?:model|assistant)\b"
    r")",
    re.IGNORECASE,
)
# What is left of a turn's end where a server shows no special tokens: the next speaker's name on a line of its own.
_ROLE_LINE = re.compile(r"^[ \t]*(?:<?\|?(?:[Aa]ssistant|ASSISTANT)\|?>?:?|model)[ \t]*\n\s*\S", re.MULTILINE)
_FIRST_ROLE_LINE = re.compile(r"\A\s*(?:system|user|human)[ \t]*:?[ \t]*(?:\n|\Z)", re.IGNORECASE)

_SYSTEM_TEXT = re.compile(
    rf"{_SENTENCE_START}(?:"
    r"You are (?:Qwen|Llama|Gemma|DeepSeek|ChatGPT|Claude)\b"
    r"|You are (?:an?|the) (?:(?:very|highly|helpful|harmless|honest|friendly|useful|smart|intelligent|expert|skilled"
    r"|experienced|knowledgeable|professional|powerful|advanced|polite|respectful|AI|virtual|digital|programming|coding|code"
    r"|Python|software|large|language|and)[ ,-]+)+(?:assistant|AI|model|chatbot|bot)\b"
    r"|You are an? (?:assistant|AI|chatbot) (?:that|who|which|for|designed|trained|specialized|here)\b"
    r"|Cutting Knowledge Date:"
    r"|A chat between a (?:curious )?(?:user|human) and an? (?:artificial|AI)"
    r")",
    re.IGNORECASE,
)

# The code is the user's own: something to repair, to explain or to build upon.
_CODE = r"(?:code|snippet|function|class|method|program|script|implementation|helper|solution|version)"
_OWN_CODE = re.compile(
    r"\b(?:my|mine|I(?:'ve|’ve| have| wrote| tried| got)|I(?: am|'m|’m) (?:trying|getting|stuck|having))\b"
    r"|\b(?:bug(?:s|gy)?|debug|fix|repair|refactor|rewrite|review|modify|incorrectly|incomplete|skeleton|starter|stub|why"
    r"|(?:doesn['’]t|does not|not) work(?:ing)?|wrong with|is wrong|so far|attempts?)\b"
    rf"|\b(?:existing|following|provided|given|above|below) (?:Python )?{_CODE}\b|\b{_CODE} (?:below|above)\b",
    re.IGNORECASE,
)
_OWN_CODE_AHEAD = re.compile(
    rf"\b(?:this|these) (?:Python )?{_CODE}\b|\b(?:explain|improve|optimi[sz]e)\b", re.IGNORECASE
)
"""Cues only in what stands before the code: behind it, "this function" explains an answer."""

_PRESENTS = re.compile(
    r"(?:(?:\A|[.!?]\s|\n)\s*(?:Here|Below)(?:'s|’s| is| are)|\bOne (?:way|possible solution)\b"
    r"|\bYou can (?:use|do|write)\b"
    r"|(?:\A|\n)\W*(?:Solution|Answer|Response|Output)\W*:)",
    re.IGNORECASE,
)
_EXPLAINS = re.compile(
    r"(?:\A|\n)\W*(?:Explanation|How it works)\b|\bIn this (?:code|implementation|solution|function|example|program)\b"
    r"|\bThis (?:function|code|implementation|solution|program) (?:uses|works|takes|defines|first|will|checks)\b",
    re.IGNORECASE,
)


def fault_of(continuation: str, *, opening: str) -> str | None:
    """The rule by which the turn is no request; None if it is one.

    Args:
        continuation: what the model wrote behind ``opening``, up to the end of the turn.
    """
    text = f"{opening}{continuation}".strip()
    body = _without_repeated(opening, continuation).strip()
    if _SYSTEM_TEXT.search(body):
        return "system_text"
    if _has_role_line(body):
        return "another_turn"
    if _AS_ASSISTANT.search(body):
        return "as_assistant"
    if _holds_answer(body):
        return "holds_answer"
    if all(word.lower() in _SAYS_NOTHING for word in _WORD.findall(body)):
        return "says_nothing"
    if _PLACEHOLDER.search(_prose(text)):
        return "placeholder"
    return "unfinished" if _is_unfinished(text) else None


def _without_repeated(opening: str, continuation: str) -> str:
    """What is left of the continuation behind further copies of the opening."""
    wanted = r"\s+".join(map(re.escape, opening.split()))
    return re.sub(rf"\A(?:[\W_]*{wanted})+", " ", continuation, flags=re.IGNORECASE) if wanted else continuation


def _has_role_line(body: str) -> bool:
    return bool(_ROLE_LINE.search(body) or _FIRST_ROLE_LINE.match(body))


def _prose(text: str) -> str:
    """The text without its code."""
    lines: list[str] = []
    inside = False
    for line in text.split("\n"):
        if _FENCE.match(line):
            inside = not inside
        elif not inside:
            lines.append(line)
    return _INLINE_CODE.sub("``", "\n".join(lines))


def _is_unfinished(text: str) -> bool:
    if len(_FENCE.findall(text)) % 2:
        return True
    if text.endswith(("```", "~~~")):
        return False
    end = text.rstrip("*_ \t")
    if _BROKEN_OFF.search(end) or _DANGLING.search(end):
        return True
    if end.rfind("(") > end.rfind(")") and not end.endswith((".", "!", "?", "`")):
        return True
    return _announces(text)


def _announces(text: str) -> bool:
    """Whether the last sentence promises what does not come behind it."""
    if _ANNOUNCED.search(text):
        return True
    shown = _SHOWS.search(text)
    # Behind a colon, between quotes or brackets, or as a number the thing itself is there.
    return shown is not None and not re.search(r"[:`\"\[({]|\d", shown["rest"])


def _holds_answer(body: str) -> bool:
    """Whether a whole solution stands in the turn: code that is not said to be the user's own."""
    for before, code, after in _codes(body):
        if not _solves(code):
            continue
        if _EXPLAINS.search(after):
            return True
        lead = before.rstrip().rpartition("\n")[2]
        if _PRESENTS.search(lead) and not _is_own(lead):
            return True
        if not _is_own(before) and not _OWN_CODE.search(after):
            return True
    return False


def _is_own(before: str) -> bool:
    return bool(_OWN_CODE.search(before) or _OWN_CODE_AHEAD.search(before))


def _codes(body: str) -> Iterator[tuple[str, str, str]]:
    """Every piece of Python, fenced or bare, with what stands before and behind it."""
    blocks = [block for block in fenced_blocks(body) if block.is_python]
    for block in blocks:
        before, _, after = body.partition(block.code) if block.code.strip() else (body, "", "")
        yield _FENCE.sub("", before).rstrip(), block.code, after
    if not blocks:
        yield from _bare_codes(body)


def _bare_codes(body: str) -> Iterator[tuple[str, str, str]]:
    lines = body.split("\n")
    first = next((at for at, line in enumerate(lines) if re.match(r"(?:async )?def \w+\(|class \w+", line)), None)
    if first is None:
        return
    last = first + 1
    while last < len(lines) and (not lines[last].strip() or lines[last][0] in " \t"):
        last += 1
    yield "\n".join(lines[:first]), "\n".join(lines[first:last]), "\n".join(lines[last:])


def _solves(code: str) -> bool:
    """Whether the code defines a function that does something; one that is left to be written does not."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    return any(not node.name.startswith("test") and not all(map(_is_left_open, node.body)) for node in functions)


def _is_left_open(statement: ast.stmt) -> bool:
    """Whether a statement stands for what is still to be written: a docstring, ``...``, ``pass`` and the like."""
    if isinstance(statement, ast.Return):
        return statement.value is None or (isinstance(statement.value, ast.Constant) and statement.value.value is None)
    return isinstance(statement, ast.Pass | ast.Raise) or (
        isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    )
