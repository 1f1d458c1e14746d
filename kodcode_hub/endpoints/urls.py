"""How an endpoint is written down: the forms of ``--endpoint``, read into a record that can hide its secrets."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from urllib.parse import SplitResult, unquote, urlsplit

from kodcode_hub.errors import InputError, UsageError

EndpointKind = Literal["tgi", "openai", "hf", "replay", "sample"]

ENDPOINT_FORMS = (
    "tgi+http://HOST:PORT (also tgi+https)",
    "openai+http://HOST/v1?model=NAME (also openai+https)",
    "hf://MODEL (also hf://MODEL?provider=NAME)",
    "replay:FILE[,FILE...] or replay:FOLDER",
    "sample:",
)
"""What :func:`parse_endpoint_url` reads, for messages and help texts."""

RECORDING_SUFFIXES = (".jsonl", ".jsonl.gz", ".jsonl.zst")
"""What a folder of recordings is made of."""

_HUB = re.compile(r"hf://(\w[\w.-]*(?:/\w[\w.-]*)?)(?:\?provider=([a-z0-9-]+))?(?:#(.*))?", re.ASCII | re.DOTALL)
_SERVER = re.compile(r"(tgi|openai)\+(https?://.+)", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class EndpointUrl:
    """Where a model answers.

    Args:
        base_url: of a server: scheme, host, port and path, without userinfo and query, without a slash at its end.
        model: the model asked for, where the URL names one.
        provider: who is to be asked for a model of Inference Providers, where the URL names one.
        files: recordings to replay.
        userinfo: user and password that stood before the host; a credential, never shown.
        weight: share of this server beside others of the same model (``#weight=2`` at the end of the URL).
        query: further query parameters, sent along with every request (gateways want an API version or a key there);
            their values are never shown.
    """

    kind: EndpointKind
    base_url: str = ""
    model: str | None = None
    provider: str | None = None
    files: tuple[Path, ...] = ()
    weight: float = 1.0
    userinfo: tuple[str, str] | None = field(default=None, repr=False)
    query: tuple[tuple[str, str], ...] = field(default=(), repr=False)

    def redacted(self) -> str:
        """The URL without anything secret, for messages, logs and the run's ledger."""
        if self.kind == "sample":
            return "sample:"
        if self.kind == "replay":
            return f"replay:{','.join(str(file) for file in self.files)}"
        if self.kind == "hf":
            return f"hf://{self.model}" + (f"?provider={self.provider}" if self.provider else "")
        shown = [f"model={self.model}"] if self.model else []
        shown += [f"{name}=***" for name, _ in self.query]
        return f"{self.kind}+{self.base_url}" + (f"?{'&'.join(shown)}" if shown else "")


def parse_endpoint_url(text: str) -> EndpointUrl:
    """Read one of :data:`ENDPOINT_FORMS`.

    An ``openai`` URL without a path means ``/v1``. A folder of recordings stands for the files in it that end in one of
    :data:`RECORDING_SUFFIXES`, by name.

    Raises:
        UsageError: another form; the message lists those that there are and shows no secret.
        InputError: a recording does not exist, or a folder holds none.
    """
    if text == "sample:":
        return EndpointUrl("sample")
    if text.startswith("replay:"):
        return EndpointUrl("replay", files=_recording_paths(text.removeprefix("replay:"), text))
    if (hub := _HUB.fullmatch(text)) is not None:
        return EndpointUrl("hf", model=hub[1], provider=hub[2], weight=_weight(hub[3] or "", text))
    server = _SERVER.fullmatch(text)
    if server is None:
        raise _unknown_form(text, "is of no form that is known here")
    return _server_url("tgi" if server[1].lower() == "tgi" else "openai", server[2], text)


def recording_files(path: Path) -> tuple[Path, ...]:
    """The file itself, or the recordings in a folder, sorted by name.

    Raises:
        InputError: nothing there.
    """
    if path.is_dir():
        files = sorted(file for file in path.iterdir() if file.name.lower().endswith(RECORDING_SUFFIXES))
        if not files:
            raise InputError(f"folder {path} holds no recordings; they end in {', '.join(RECORDING_SUFFIXES)}")
        return tuple(files)
    if not path.exists():
        raise InputError(f"recording {path} does not exist")
    return (path,)


def hide_secrets(text: str) -> str:
    """A URL of whatever form without what stands before the host and without values in its query."""
    return re.sub(r"=[^&]*", "=***", re.sub(r"\A([^:]*:).*@", r"\1***@", text, flags=re.DOTALL))


def _recording_paths(names: str, text: str) -> tuple[Path, ...]:
    whole = Path(names)
    # A comma may be part of a file's name: what exists as it stands is not taken apart.
    parts = [whole] if names and whole.exists() else [Path(name) for name in names.split(",") if name]
    if not parts:
        raise _unknown_form(text, "names no recording")
    return tuple(file for part in parts for file in recording_files(part))


def _server_url(kind: Literal["tgi", "openai"], address: str, text: str) -> EndpointUrl:
    if not address.isprintable() or " " in address:
        raise _unknown_form(text, "holds blanks or control characters")
    parts = _split(address, text)
    userinfo = (unquote(parts.username or ""), unquote(parts.password or "")) if "@" in parts.netloc else None
    query = [(unquote(name), unquote(value)) for name, value in _query_pairs(parts.query)]
    models = [value for name, value in query if name == "model"]
    if kind == "tgi" and query:
        raise _unknown_form(text, "has a part that this form does not have")
    if len(models) > 1 or "" in models:
        raise _unknown_form(text, "must name one model after ?model=, or leave it out")
    path = parts.path.rstrip("/") or ("/v1" if kind == "openai" else "")
    return EndpointUrl(
        kind,
        base_url=f"{parts.scheme}://{_host(parts, text)}{path}",
        model=models[0] if models else None,
        weight=_weight(parts.fragment, text),
        userinfo=userinfo,
        query=tuple(pair for pair in query if pair[0] != "model"),
    )


def _weight(fragment: str, text: str) -> float:
    if not fragment:
        return 1.0
    weight = re.fullmatch(r"weight=(\d+(?:\.\d+)?)", fragment)
    if weight is None or not 0 < float(weight[1]) < 1e6:
        raise _unknown_form(text, "ends in a part that is not #weight=NUMBER, above 0")
    return float(weight[1])


def _split(address: str, text: str) -> SplitResult:
    try:
        return urlsplit(address)
    except ValueError as error:
        raise _unknown_form(text, "is not a URL") from error


def _query_pairs(query: str) -> list[tuple[str, str]]:
    # Not parse_qsl: it would read the plus sign in a model's name as a blank.
    pairs = [part.partition("=") for part in query.split("&") if part]
    return [(name, value) for name, _, value in pairs]


def _host(parts: SplitResult, text: str) -> str:
    try:
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise _unknown_form(text, "has a port that is none") from error
    if not host:
        raise _unknown_form(text, "names no host")
    bracketed = f"[{host}]" if ":" in host else host
    return bracketed if port is None else f"{bracketed}:{port}"


def _unknown_form(text: str, why: str) -> UsageError:
    return UsageError(f"endpoint {hide_secrets(text)!r} {why}; use one of: {'; '.join(ENDPOINT_FORMS)}")
