"""Which credential goes to which server, and how it is kept out of everything that is shown."""

from __future__ import annotations

import base64
import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, urlsplit

from kodcode_hub.endpoints.urls import EndpointUrl
from kodcode_hub.errors import UsageError

_VARIABLES = {"tgi": "HF_TOKEN", "openai": "OPENAI_API_KEY"}


@dataclass(frozen=True, slots=True)
class Credential:
    """What authorizes us at one server.

    Args:
        authorization: value of the ``Authorization`` header, or None.
        secrets: texts that must not be shown.
        advice: what to do if the server refuses us.
    """

    authorization: str | None = field(default=None, repr=False)
    secrets: tuple[str, ...] = field(default=(), repr=False)
    advice: str = ""

    def hide(self, text: str) -> str:
        """``text`` with every secret in it replaced: a server may quote in its error what we sent."""
        for secret in filter(None, self.secrets):
            text = text.replace(secret, "***")
        return text


def credential_for(url: EndpointUrl, environ: Mapping[str, str]) -> Credential:
    """Userinfo of the URL (HTTP Basic), else the token in the dialect's environment variable (Bearer).

    ``HF_TOKEN`` opens a whole account and lies in many environments for other reasons, so it only goes over https or
    to this machine.

    Raises:
        UsageError: a credential that no header can carry; the message does not show it.
    """
    query_secrets = tuple(form for _, value in url.query if value for form in (value, quote(value, safe="")))
    if url.userinfo is not None:
        pair = ":".join(url.userinfo)
        encoded = base64.b64encode(pair.encode("utf-8", "surrogatepass")).decode("ascii")
        secrets = (encoded, pair, url.userinfo[1] or url.userinfo[0])
        return Credential(f"Basic {encoded}", secrets + query_secrets, "correct user and password in its URL")
    variable = _VARIABLES[url.kind]
    token = environ.get(variable, "").strip()
    if url.kind == "tgi" and not _is_safe(url.base_url):
        return Credential(None, query_secrets, f"{variable} is only sent over https: use tgi+https://")
    if not token:
        return Credential(None, query_secrets, f"set {variable}")
    if not (token.isascii() and token.isprintable()):
        raise UsageError(f"the value of {variable} holds characters that no HTTP header can carry; set it again")
    return Credential(f"Bearer {token}", (token, *query_secrets), f"correct {variable}, or give it access to the model")


def _is_safe(base_url: str) -> bool:
    parts = urlsplit(base_url)
    if parts.scheme == "https" or parts.hostname == "localhost":
        return True
    try:
        return ipaddress.ip_address(parts.hostname or "").is_loopback
    except ValueError:
        return False
