"""From a reasoning model's reply to a response that can be run."""

from __future__ import annotations

from kodcode_hub.endpoints.protocol import Completion
from kodcode_hub.record import Rejected, Response, Triplet, content_hash
from kodcode_hub.synthesis.bindings import parse_module, top_level_bindings
from kodcode_hub.synthesis.fences import fenced_blocks
from kodcode_hub.synthesis.interface import interface_under_test
from kodcode_hub.synthesis.sections import is_encodable, strip_reasoning


def response_id(triplet: Triplet, index: int) -> str:
    """The id under which the response is counted."""
    return content_hash("response", triplet.id, index)


def parse_response(
    triplet: Triplet, completion: Completion, *, index: int, prompt: str, teacher: str
) -> Response | Rejected:
    """The response that ``completion`` is, or why it is none: ``truncated`` or ``unparsed``.

    Nothing is renamed: the code is taken from the reply as it stands, and a label is that of the published bytes.
    """
    visible = strip_reasoning(completion.text or "")
    if completion.finish == "length" or visible is None:
        return Rejected(response_id(triplet, index), "truncated")
    code = _chosen_block(visible, wanted=_wanted_names(triplet)) if is_encodable(completion.text or "") else None
    if code is None or completion.finish != "stop":
        return Rejected(response_id(triplet, index), "unparsed")
    return Response(index, prompt, _whole_reply(completion), code, teacher)


def _wanted_names(triplet: Triplet) -> frozenset[str]:
    chosen = triplet.chosen
    return frozenset(item.function_name for item in interface_under_test(chosen.solution or "", chosen.test or ""))


def _chosen_block(text: str, *, wanted: frozenset[str]) -> str | None:
    """The last Python block that defines most of what the tests use; usage examples and snippets come with fewer."""
    best: tuple[int, str] | None = None
    for block in fenced_blocks(text):
        if not block.is_python or not block.closed or not block.code.strip():
            continue
        tree = parse_module(block.code)
        if tree is None and not block.language:
            continue
        score = len(wanted & top_level_bindings(tree).defined) if tree is not None else -1
        if best is None or score >= best[0]:
            best = (score, block.code)
    return best[1] if best else None


def _whole_reply(completion: Completion) -> str:
    """The reply as one text; reasoning that came in a field of its own is put back between its marks."""
    text = completion.text or ""
    return f"<think>\n{completion.reasoning}\n</think>\n\n{text}" if completion.reasoning else text
