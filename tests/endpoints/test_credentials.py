"""Which credential goes where."""

from __future__ import annotations

import base64

import pytest

from kodcode_hub.endpoints.credentials import credential_for
from kodcode_hub.endpoints.urls import parse_endpoint_url
from kodcode_hub.errors import UsageError

ENVIRON = {"HF_TOKEN": "hf_abc", "OPENAI_API_KEY": "sk-def\n"}


@pytest.mark.parametrize(
    ("url", "authorization"),
    [
        ("tgi+https://host", "Bearer hf_abc"),
        ("tgi+http://localhost:8080", "Bearer hf_abc"),
        ("tgi+http://127.0.0.9:8080", "Bearer hf_abc"),
        ("tgi+http://[::1]:8080", "Bearer hf_abc"),
        ("tgi+http://host:8080", None),
        ("tgi+http://10.0.0.1:8080", None),
        ("tgi+http://127.0.0.1.evil.example", None),
        ("openai+http://host/v1", "Bearer sk-def"),
        ("openai+https://u:p%3A@host/v1", "Basic " + base64.b64encode(b"u:p:").decode()),
    ],
)
def test_a_token_only_goes_where_it_may(url: str, authorization: str | None) -> None:
    assert credential_for(parse_endpoint_url(url), ENVIRON).authorization == authorization


def test_without_a_token_none_is_sent_and_the_advice_names_the_variable() -> None:
    credential = credential_for(parse_endpoint_url("openai+https://host/v1"), {})
    assert credential.authorization is None
    assert credential.advice == "set OPENAI_API_KEY"


def test_a_token_that_no_header_can_carry_is_refused_without_showing_it() -> None:
    with pytest.raises(UsageError, match="OPENAI_API_KEY") as caught:
        credential_for(parse_endpoint_url("openai+https://host/v1"), {"OPENAI_API_KEY": "sk-\r\nX: y"})
    assert "sk-" not in str(caught.value)


def test_a_credential_hides_all_its_forms_and_does_not_show_itself() -> None:
    credential = credential_for(parse_endpoint_url("openai+https://user:s3cret@host/v1?key=a%2Fb"), {})
    encoded = (credential.authorization or "").removeprefix("Basic ")
    shown = credential.hide(f"{encoded} user:s3cret s3cret a/b a%2Fb stays")
    assert shown == "*** *** *** *** *** stays"
    assert "s3cret" not in repr(credential)
    assert encoded not in repr(credential)
