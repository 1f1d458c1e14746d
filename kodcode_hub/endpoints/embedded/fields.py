"""Types of the fields in TGI's request bodies, as its JSON reader takes them (its OpenAPI page; unknown fields pass).

A body that cannot be read is refused in plain text: 400 where it is not JSON, 422 where a field is missing or of
another type. What TGI's validation says later on is in ``validation.py``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

Body = dict[str, Any]


class Unreadable(Exception):
    """A body that is refused in plain text, with this status."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.text = text


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a body.

    Args:
        fits: whether a value is of the type.
        type_name: for messages.
        nullable: whether null stands for "not given".
        required: whether it must be there.
        members: of an object whose own fields are read too.
    """

    fits: Callable[[Any], bool]
    type_name: str
    nullable: bool = True
    required: bool = False
    members: Mapping[str, Field] | None = None


def _integer(low: int, high: int) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(text, str) for text in value)


def _is_message(value: Any) -> bool:
    if not isinstance(value, dict) or not isinstance(value.get("role"), str):
        return False
    content = value.get("content")
    if isinstance(content, list):
        return all(map(_is_chunk, content))
    return isinstance(content, str) or isinstance(value.get("tool_calls"), list)


def _is_chunk(value: Any) -> bool:
    if not isinstance(value, dict):
        return False
    if value.get("type") == "text":
        return isinstance(value.get("text"), str)
    url = value.get("image_url")
    return value.get("type") == "image_url" and isinstance(url, dict) and isinstance(url.get("url"), str)


_COUNT = Field(_integer(0, 2**32 - 1), "a whole number of 32 bits")
_SEED = Field(_integer(0, 2**64 - 1), "a whole number of 64 bits")
_SIGNED = Field(_integer(-(2**31), 2**31 - 1), "a whole number of 32 bits")
_NUMBER = Field(_is_number, "a number")
_TEXT = Field(_is_text, "a string")
_TEXTS = Field(_is_texts, "a list of strings")
_FLAG = Field(lambda value: isinstance(value, bool), "a boolean", nullable=False)
_OPTIONAL_FLAG = Field(lambda value: isinstance(value, bool), "a boolean")
_OBJECT = Field(lambda value: isinstance(value, dict), "an object")

PARAMETERS: Mapping[str, Field] = {
    "best_of": _COUNT,
    "temperature": _NUMBER,
    "repetition_penalty": _NUMBER,
    "frequency_penalty": _NUMBER,
    "top_k": _SIGNED,
    "top_p": _NUMBER,
    "typical_p": _NUMBER,
    "do_sample": _FLAG,
    "max_new_tokens": _COUNT,
    "return_full_text": _OPTIONAL_FLAG,
    "stop": Field(_is_texts, "a list of strings", nullable=False),
    "truncate": _COUNT,
    "watermark": _FLAG,
    "details": _FLAG,
    "decoder_input_details": _FLAG,
    "seed": _SEED,
    "top_n_tokens": _COUNT,
    "grammar": _OBJECT,
    "adapter_id": _TEXT,
}

GENERATE: Mapping[str, Field] = {
    "inputs": Field(_is_text, "a string", nullable=False, required=True),
    "parameters": Field(lambda value: isinstance(value, dict), "an object", nullable=False, members=PARAMETERS),
    "stream": _FLAG,
}

_SAMPLING: Mapping[str, Field] = {
    "model": _TEXT,
    "max_tokens": _COUNT,
    "temperature": _NUMBER,
    "top_p": _NUMBER,
    "frequency_penalty": _NUMBER,
    "seed": _SEED,
    "stop": _TEXTS,
    "stream": _FLAG,
}

COMPLETION: Mapping[str, Field] = {
    **_SAMPLING,
    "prompt": Field(
        lambda value: _is_text(value) or (_is_texts(value) and bool(value)),
        "a string or a list of strings",
        nullable=False,
        required=True,
    ),
    "repetition_penalty": _NUMBER,
    "suffix": _TEXT,
}

CHAT: Mapping[str, Field] = {
    **_SAMPLING,
    "messages": Field(
        lambda value: isinstance(value, list) and all(map(_is_message, value)),
        "a list of messages, each with a role and content",
        nullable=False,
        required=True,
    ),
    "presence_penalty": _NUMBER,
    "n": _COUNT,
    "logprobs": _OPTIONAL_FLAG,
    "top_logprobs": _COUNT,
    "stream_options": _OBJECT,
}


def read_body(content_type: str, content: bytes, fields: Mapping[str, Field]) -> Body:
    """The fields of a body that are given, all of the right type; those that are null are left out.

    Raises:
        Unreadable: 415 for another content type, 400 for what is not JSON, 422 for missing or mistyped fields.
    """
    if not re.fullmatch(r"application/(\S+\+)?json", content_type):
        raise Unreadable(415, "The request needs the header `Content-Type: application/json`")
    try:
        value = json.loads(content.decode("utf-8"), parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise Unreadable(400, f"The request body is not valid JSON: {error}") from error
    return _read_fields(value, fields, "")


def _read_fields(value: object, fields: Mapping[str, Field], prefix: str) -> Body:
    if not isinstance(value, dict):
        raise _mistyped(prefix.rstrip(".") or "the body", "an object")
    for name, field in fields.items():
        if name not in value and field.required:
            raise Unreadable(422, f"The JSON body does not fit the request type: missing field `{prefix}{name}`")
        if name in value and not (field.nullable if value[name] is None else field.fits(value[name])):
            raise _mistyped(f"`{prefix}{name}`", field.type_name)
    given = {name: value[name] for name in fields if value.get(name) is not None}
    for name, inner in given.items():
        if (members := fields[name].members) is not None:
            given[name] = _read_fields(inner, members, f"{prefix}{name}.")
    return given


def _mistyped(name: str, type_name: str) -> Unreadable:
    return Unreadable(422, f"The JSON body does not fit the request type: {name} must be {type_name}")


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a JSON value")
