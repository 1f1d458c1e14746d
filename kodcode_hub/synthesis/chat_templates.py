"""How a user's turn is begun, by the chat template of the model that goes on with it (Magpie, arXiv 2406.08464).

The templates are data: ``chat_templates.toml``, beside this file.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from kodcode_hub.errors import UsageError

RECOGNISE = "auto"
"""Instead of a name: the template that the model's name tells."""

_NO_TEMPLATE = "none"
_UNTOLD = "chatml"
"""What most models take, KodCode's own among them, where a name tells nothing."""

# Parts of a path that name no model: a snapshot's hash, a checkpoint's number, what a training script writes.
_NAMES_NO_MODEL = re.compile(
    r"[0-9a-f]{12,64}|(?:global_)?(?:checkpoint|step)[-_]?\d+|snapshots|main|final|latest|merged"
)


@dataclass(frozen=True, slots=True)
class ChatTemplate:
    """One family's chat template, as far as the user's first turn; the fields are explained in the TOML file."""

    name: str
    recognised: tuple[str, ...]
    unlike: tuple[str, ...]
    before: str
    with_system: str
    marks: tuple[str, ...]
    own_marks: tuple[str, ...]
    source: str

    @property
    def stop(self) -> tuple[str, ...]:
        """What ends the turn. Those written in plain letters come first: no server knows them by itself."""
        return self.own_marks + self.marks

    def user_turn(self, system: str = "") -> str:
        """All that stands before the first word of the user, with ``system`` as the system text where there is one."""
        return self.with_system.replace("{system}", system) if system else self.before

    def recognises(self, model: str) -> bool:
        """Whether a model of this name has this template."""
        name = _telling_part(model)
        return _any_found(self.recognised, name) and not _any_found(self.unlike, name)


@lru_cache(maxsize=1)
def chat_templates() -> tuple[ChatTemplate, ...]:
    """All templates, in the order in which they are tried."""
    data = tomllib.loads(files(__package__).joinpath("chat_templates.toml").read_text(encoding="utf-8"))
    return tuple(
        ChatTemplate(
            name=entry["name"],
            recognised=tuple(entry["recognised"]),
            unlike=tuple(entry.get("unlike", ())),
            before=entry["before"],
            with_system=entry["with_system"],
            marks=tuple(entry["marks"]),
            own_marks=tuple(entry.get("own_marks", ())),
            source=entry["source"],
        )
        for entry in data["template"]
    )


def chat_template_names() -> tuple[str, ...]:
    """What ``--chat-template`` takes, besides ``auto``."""
    return tuple(template.name for template in chat_templates())


def chat_template_named(name: str) -> ChatTemplate:
    """The template of this name.

    Raises:
        UsageError: there is none.
    """
    for template in chat_templates():
        if template.name == name:
            return template
    raise UsageError(
        f"--chat-template {name}: there is no chat template of this name; name one of "
        f"{', '.join(chat_template_names())}, or {RECOGNISE} for the one that the model's name tells"
    )


def plain_text() -> ChatTemplate:
    """No chat template: the words alone. What the plan shows, which does not depend on the model."""
    return chat_template_named(_NO_TEMPLATE)


def recognise_chat_template(model: str) -> ChatTemplate | None:
    """The template of the family that a model's name tells; None where it tells none."""
    return next((template for template in chat_templates() if template.recognises(model)), None)


def choose_chat_template(asked: str, model: str) -> tuple[ChatTemplate, str]:
    """The template with which ``model`` is asked, and what is to be said of the choice where it is a guess.

    Args:
        asked: a template's name, or ``auto``.
        model: the name under which the model is served.

    Raises:
        UsageError: no template of that name.
    """
    if asked != RECOGNISE:
        return chat_template_named(asked), ""
    template = recognise_chat_template(model)
    if template is not None:
        return template, ""
    return chat_template_named(_UNTOLD), (
        f"the name of the model, {model!r}, does not tell its chat template; the user's turn is begun as {_UNTOLD}: "
        f"if that is not its own, stop and give --chat-template NAME, one of {', '.join(chat_template_names())} "
        "(none: the begun words alone)"
    )


@lru_cache(maxsize=1)
def any_mark() -> re.Pattern[str]:
    """Finds the marks of all templates: a model that leaves its own may write another family's."""
    marks = sorted({mark for template in chat_templates() for mark in template.marks})
    return re.compile("|".join(map(re.escape, marks)))


def _telling_part(model: str) -> str:
    """The part of a path or repository that names the model; a cache of the Hub writes ``models--OWNER--NAME``."""
    parts = [part for part in re.split(r"[/\\]", model) if part] or [""]
    while len(parts) > 1 and _NAMES_NO_MODEL.fullmatch(parts[-1].lower()):
        parts.pop()
    return parts[-1].rpartition("--")[2]


def _any_found(patterns: Sequence[str], name: str) -> bool:
    return any(re.search(pattern, name, re.IGNORECASE) for pattern in patterns)
