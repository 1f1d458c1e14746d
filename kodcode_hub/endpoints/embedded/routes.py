"""TGI's generating routes as a table: what a body may hold, what it asks for, and how it is answered."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from kodcode_hub.endpoints.embedded import replies
from kodcode_hub.endpoints.embedded.fields import CHAT, COMPLETION, GENERATE, Body, Field
from kodcode_hub.endpoints.embedded.replies import Generated
from kodcode_hub.endpoints.embedded.validation import Call, Limits, chat_call, completion_call, generate_call


@dataclass(frozen=True, slots=True)
class GeneratingRoute:
    """One POST route.

    Args:
        fields: that a body may or must hold.
        streams: whether this body asks for a stream of events.
        read: the call that a body stands for; raises ``Invalid``.
        body: the answer, where it is not streamed.
        events: the answer's events, where it is.
        done: whether a stream ends with an event ``[DONE]``.
    """

    path: str
    fields: Mapping[str, Field]
    streams: Callable[[Body], bool]
    read: Callable[[Body, Limits], Call]
    body: Callable[[Sequence[Generated], Call, Limits], object]
    events: Callable[[Sequence[Generated], Call, Limits], Iterator[Body]]
    done: bool


def _asks_for_stream(body: Body) -> bool:
    return bool(body.get("stream", False))


GENERATING_ROUTES: tuple[GeneratingRoute, ...] = (
    GeneratingRoute(
        "/generate",
        GENERATE,
        streams=lambda body: False,
        read=lambda body, limits: generate_call(body, limits, stream=False),
        body=replies.generate_body,
        events=replies.generate_events,
        done=False,
    ),
    GeneratingRoute(
        "/generate_stream",
        GENERATE,
        streams=lambda body: True,
        read=lambda body, limits: generate_call(body, limits, stream=True),
        body=replies.generate_body,
        events=replies.generate_events,
        done=False,
    ),
    GeneratingRoute(
        "/",
        GENERATE,
        streams=_asks_for_stream,
        read=lambda body, limits: generate_call(body, limits, stream=_asks_for_stream(body), full_text=True),
        body=replies.compatible_body,
        events=replies.generate_events,
        done=False,
    ),
    GeneratingRoute(
        "/v1/completions",
        COMPLETION,
        streams=_asks_for_stream,
        read=completion_call,
        body=replies.completion_body,
        events=replies.completion_events,
        done=True,
    ),
    GeneratingRoute(
        "/v1/chat/completions",
        CHAT,
        streams=_asks_for_stream,
        read=chat_call,
        body=replies.chat_body,
        events=replies.chat_events,
        done=True,
    ),
)
