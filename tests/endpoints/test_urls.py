"""The forms in which an endpoint is written down."""

from __future__ import annotations

from pathlib import Path

import pytest

from kodcode_hub.endpoints.urls import ENDPOINT_FORMS, EndpointUrl, parse_endpoint_url
from kodcode_hub.errors import InputError, UsageError


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("tgi+http://gpu7:8080", EndpointUrl("tgi", "http://gpu7:8080")),
        ("tgi+https://tgi.example.org/", EndpointUrl("tgi", "https://tgi.example.org")),
        ("TGI+HTTP://Gpu7:8080", EndpointUrl("tgi", "http://gpu7:8080")),
        ("tgi+http://[::1]:8080/prefix/", EndpointUrl("tgi", "http://[::1]:8080/prefix")),
        ("openai+http://h:1/v1?model=org/name", EndpointUrl("openai", "http://h:1/v1", model="org/name")),
        ("openai+https://h/v1?model=a%20b+c", EndpointUrl("openai", "https://h/v1", model="a b+c")),
        ("openai+http://h", EndpointUrl("openai", "http://h/v1")),
        ("openai+https://h/api/v2/", EndpointUrl("openai", "https://h/api/v2")),
        ("hf://meta-llama/Llama-3.1-8B", EndpointUrl("hf", model="meta-llama/Llama-3.1-8B")),
        ("hf://org/m?provider=fal-ai#weight=2", EndpointUrl("hf", model="org/m", provider="fal-ai", weight=2.0)),
        ("sample:", EndpointUrl("sample")),
    ],
)
def test_every_form_is_read(text: str, expected: EndpointUrl) -> None:
    assert parse_endpoint_url(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "http://host:8080",
        "hf://",
        "hf://org/",
        "hf://org/m/x",
        "hf://org/m?provider=",
        "hf://org/m?model=x",
        "hf://user:secret@org/m",
        "tgi+ftp://host",
        "tgi+http://",
        "tgi+http://host:port",
        "tgi+http://host:99999",
        "tgi+http://host?model=m",
        "tgi+http://ho st",
        "tgi+http://host\n",
        "tgi+http://[::1",
        "openai+http://host/v1?model=",
        "openai+http://host/v1?model=a&model=b",
        "openai+http://host/v1#part",
        "replay:",
        "replay:,",
        "sample:x",
    ],
)
def test_anything_else_is_refused_with_the_list_of_forms(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_endpoint_url(text)
    assert all(form in str(caught.value) for form in ENDPOINT_FORMS)
    assert not isinstance(caught.value, InputError)


def test_replay_takes_files_and_folders_in_order(tmp_path: Path) -> None:
    for name in ("b.jsonl", "a.jsonl.gz", "c.jsonl.zst", "notes.txt"):
        (tmp_path / name).touch()
    single = tmp_path / "notes.txt"
    url = parse_endpoint_url(f"replay:{single},{tmp_path}")
    assert [file.name for file in url.files] == ["notes.txt", "a.jsonl.gz", "b.jsonl", "c.jsonl.zst"]
    assert url.redacted() == f"replay:{','.join(map(str, url.files))}"


def test_a_comma_in_the_name_of_a_file_that_exists_is_no_separator(tmp_path: Path) -> None:
    file = tmp_path / "a,b.jsonl"
    file.touch()
    assert parse_endpoint_url(f"replay:{file}").files == (file,)


def test_a_missing_recording_is_an_input_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"absent\.jsonl does not exist"):
        parse_endpoint_url(f"replay:{tmp_path / 'absent.jsonl'}")


def test_a_folder_without_recordings_is_an_input_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=f"{tmp_path.name} holds no recordings"):
        parse_endpoint_url(f"replay:{tmp_path}")


def test_a_model_of_the_hub_is_shown_as_it_was_written() -> None:
    for text in ("hf://org/m", "hf://org/m?provider=groq"):
        assert parse_endpoint_url(text).redacted() == text


def test_userinfo_and_query_values_are_kept_but_never_shown() -> None:
    url = parse_endpoint_url("openai+https://us%40er:s3cret@host/v1?model=m&api-key=k3y&api-version=2")
    assert url.userinfo == ("us@er", "s3cret")
    assert url.query == (("api-key", "k3y"), ("api-version", "2"))
    assert url.redacted() == "openai+https://host/v1?model=m&api-key=***&api-version=***"
    assert "s3cret" not in repr(url)
    assert "k3y" not in repr(url)


@pytest.mark.parametrize(
    "text",
    [
        "https://user:s3cret@host",
        "tgi+http://user:s3cret@host:port",
        "tgi+http://user:s3/cr@s3cret@host:port",
        "tgi+http://us er:x s3cret@host",
        "openai+https:user:s3cret@host",
        "tgi+http://host?key=s3cret",
        "openai+http://host/v1?key=x%20s3cret&model=",
        "openai+http://host/v1?key=x s3cret",
    ],
)
def test_a_url_that_cannot_be_read_does_not_give_its_secret_away(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_endpoint_url(text)
    assert "s3cret" not in str(caught.value)
