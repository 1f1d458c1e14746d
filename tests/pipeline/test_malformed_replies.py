"""No empty, cut-off or error text becomes a question, a solution, a twin or a response, whatever a server sends.

Every reply goes over a real socket through the real client and the real parsers. A whole reply carries marks at its
begin and end; what comes out of a stage must hold both.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, replace

from aiohttp import web
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kodcode_hub.endpoints.protocol import Completion
from kodcode_hub.record import Prompt, Question, Response, Trial, Triplet, Verdict
from kodcode_hub.subsets import SubsetSpec
from kodcode_hub.synthesis.answer import parse_answer
from kodcode_hub.synthesis.question import parse_question
from kodcode_hub.synthesis.response import parse_response
from kodcode_hub.synthesis.restyle import parse_restyled
from tests.endpoints.scripted_server import FAST, a_chat, a_raw, endpoint_at, scripted_server

QUESTION = "FIRST write a function that adds two numbers and returns the sum of them LAST"
CODE = "FIRST = 1\n\n\ndef add(a, b):\n    return a + b\n\n\nLAST = 1\n"
TEST = "from solution import add\n\n\ndef test_add():\n    assert add(1, 2) == 3\n"
WHOLE = {
    "question": f"<|Question Begin|>\n{QUESTION}\n<|Question End|>",
    "raw": f" {QUESTION}",
    "answer": f"<|Solution Begin|>\n```python\n{CODE}```\n<|Solution End|>\n"
    f"<|Test Begin|>\n```python\n{TEST}```\n<|Test End|>",
    "response": f"<think>\nLet me see.\n</think>\n\nSo:\n\n```python\n{CODE}```\n",
}
STUB = 'def add(a, b):\n    """Give the sum.\n\n    >>> add(1, 2)\n    3\n    """'
WHOLE["twin"] = f"<|Completion Begin|>\n```python\n{STUB}\n```\n<|Completion End|>"
ERRORS = (
    "",
    " \n ",
    "\0",
    "Internal Server Error",
    "upstream connect error or disconnect/reset before headers. reset reason: connection termination",
    '{"error": "Model is overloaded", "error_type": "overloaded"}',
    "<html><head><title>502 Bad Gateway</title></head><body>nginx is not feeling well</body></html>",
    "I'm sorry, but I can't help with that request at all.",
    "Error: 429 Too many requests, please try again later",
)
SPEC = SubsetSpec(name="mine", source="-", template="t.md")
RAW_SPEC = SubsetSpec(name="mine", source="-", template="t.txt", route="raw", opening="")
PROMPT = Prompt("p", "mine", "ask")
TRIPLET_TRIAL = Trial(0, CODE, TEST, verdict=Verdict("pass"))
TRIPLET = Triplet(Question.of(PROMPT, QUESTION, teacher="t"), (TRIPLET_TRIAL,), TRIPLET_TRIAL)


@dataclass(frozen=True)
class Wire:
    """What a server sends for one request."""

    kind: str
    body: bytes
    is_whole: bool
    content_type: str = "application/json"
    status: int = 200


@st.composite
def wires(draw: st.DrawFn) -> Wire:
    kind = draw(st.sampled_from(sorted(WHOLE)))
    whole = WHOLE[kind]
    streamed = draw(st.booleans())
    finish = draw(st.sampled_from(["stop", "eos_token", "length", "content_filter", "tool_calls", None, ""]))
    cut = draw(st.integers(0, len(whole)))
    text = draw(st.sampled_from([whole, whole[:cut], whole[:cut], None, *ERRORS]))
    # A raw reply has no marks of its own: one that was cut and says that it ended by itself cannot be told.
    if kind == "raw" and text == whole[:cut] and finish in ("stop", "eos_token"):
        finish = "length"
    body = _stream(kind, text, finish) if streamed else _body(kind, text, finish)
    broken = draw(st.sampled_from(["no", "no", "no", "cut", "error", "html", "status"]))
    ended = text == whole and finish in ("stop", "eos_token")
    content_type = "text/event-stream" if streamed else "application/json"
    match broken:
        case "cut":
            return Wire(kind, body[: draw(st.integers(0, len(body) - 20))], False, content_type)
        case "error":
            error = json.dumps({"error": text or "broke", "error_type": "generation"})
            return Wire(kind, (f"data: {error}\n\n" if streamed else error).encode(), False, content_type)
        case "html":
            return Wire(kind, b"<html><body>FIRST LAST</body></html>", False, "text/html")
        case "status":
            return Wire(kind, body, False, content_type, draw(st.sampled_from([400, 404, 500, 502, 424])))
    return Wire(kind, body, ended, content_type)


def _choice(kind: str, text: str | None, finish: str | None, *, streamed: bool) -> dict[str, object]:
    if kind == "raw":
        return {"text": text, "finish_reason": finish}
    return {"delta" if streamed else "message": {"role": "assistant", "content": text}, "finish_reason": finish}


def _body(kind: str, text: str | None, finish: str | None) -> bytes:
    return json.dumps({"choices": [_choice(kind, text, finish, streamed=False)]}).encode()


def _stream(kind: str, text: str | None, finish: str | None) -> bytes:
    half = len(text or "") // 2
    parts = [(text or "")[:half], (text or "")[half:]] if text is not None else [None]
    events = [_choice(kind, part, None, streamed=True) for part in parts] + [_choice(kind, "", finish, streamed=True)]
    return b"".join(f"data: {json.dumps({'choices': [event]})}\n\n".encode() for event in events) + b"data: [DONE]\n\n"


def _used_text(kind: str, completion: Completion) -> str | None:
    """The text that the stage goes on with; None where it goes on with nothing."""
    if kind in ("question", "raw"):
        spec = RAW_SPEC if kind == "raw" else SPEC
        question = parse_question(PROMPT, completion, spec=spec, teacher="t")
        return question.text if isinstance(question, Question) else None
    if kind == "answer":
        return parse_answer(completion, index=0, teacher="t").solution
    if kind == "twin":
        twin = parse_restyled(TRIPLET, completion)
        return twin.text.replace(STUB, f"FIRST {STUB} LAST") if isinstance(twin, Triplet) else None
    response = parse_response(TRIPLET, completion, index=0, prompt="p", teacher="t")
    return response.solution if isinstance(response, Response) else None


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(wires(), min_size=1, max_size=25))
def test_only_whole_replies_are_used(sent: list[Wire]) -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        wire = sent[(await request.json())["seed"]]
        return web.Response(status=wire.status, body=wire.body, content_type=wire.content_type)

    async def run() -> None:
        policy = replace(FAST, attempts=1)
        async with scripted_server(answer) as server, endpoint_at(server.base_url, policy=policy) as endpoint:
            for number, wire in enumerate(sent):
                most = 5000 if wire.content_type == "text/event-stream" else 100
                ask = a_raw if wire.kind == "raw" else a_chat
                outcome = await endpoint.complete(ask(seed=number, max_new_tokens=most))
                used = _used_text(wire.kind, outcome) if isinstance(outcome, Completion) else None
                if used is not None:
                    assert used.startswith("FIRST"), (wire, used)
                    assert used.rstrip().endswith(("LAST", "LAST = 1")), (wire, used)
                if wire.is_whole:
                    assert used is not None, wire

    asyncio.run(run())
