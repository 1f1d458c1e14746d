"""The API over gradio's own client, and as tools of MCP."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError

from tests.browse.shelf import shelf_rows
from tests.space.hosts import why_no_isolation
from tests.space.server import RunningSpace

ROWS = shelf_rows()
FIRST = ROWS[0]["question_id"]
isolated = pytest.mark.skipif(bool(why_no_isolation()), reason="nothing can be isolated here")


@pytest.fixture(scope="module")
def client(space: RunningSpace) -> Iterator[Client]:
    client = Client(space.url, verbose=False)
    yield client
    client.close()


def asked(client: Client, name: str, *arguments: Any) -> Any:
    return json.loads(client.predict(*arguments, api_name=f"/{name}"))


def test_search_filters_and_counts(client: Client) -> None:
    answer = asked(client, "search", "", '{"subset": "Leetcode", "sort": "-pass"}', 1, 2)
    assert answer["total"] == 3
    assert [row["question_id"] for row in answer["rows"]] == [ROWS[index]["question_id"] for index in (4, 3)]
    assert answer["rows"][0]["n"] == 1
    assert answer["facets"]["subset"] == {"Algorithm": 3, "Leetcode": 3}


def test_search_gives_a_snippet_as_text(client: Client) -> None:
    (row,) = asked(client, "search", "binary tree", "{}", 0, 20)["rows"]
    assert row["snippet"] == "Walk a binary tree in order."


def test_everything_but_the_words_may_be_left_out(client: Client) -> None:
    assert json.loads(client.predict("palindrome", api_name="/search"))["total"] == 2
    assert json.loads(client.predict(api_name="/facets"))["style"] == {"instruct": 5, "complete": 1}


def test_get_gives_the_published_row(client: Client) -> None:
    row = asked(client, "get", FIRST)
    assert {name: row[name] for name in ROWS[0]} == ROWS[0] | {"version": "1.0.0"}


def test_check_gives_the_nearest_rows(client: Client) -> None:
    assert asked(client, "check", ROWS[5]["question"])["rows"][0]["similarity"] == 1.0


@pytest.mark.parametrize(
    ("name", "arguments", "words"),
    [
        ("get", ("nothing",), "no row has the question_id 'nothing'"),
        ("search", ("", '{"colour": 1}', 0, 20), "no filter 'colour'"),
        ("search", ("", "{", 0, 20), "no JSON"),
        ("search", ("", "{}", -1, 20), "an offset is 0 or more"),
        ("search", ("", "{}", 0, 1000), "a limit 0 to 200"),
        ("check", ("",), "nothing to compare"),
        ("run", ("nothing", "x = 1"), "no row has"),
    ],
)
def test_mistakes_are_sentences(
    client: Client, space: RunningSpace, name: str, arguments: tuple[Any, ...], words: str
) -> None:
    with pytest.raises(AppError, match=words):
        client.predict(*arguments, api_name=f"/{name}")
    assert "Traceback" not in space.log.read_text()


@isolated
def test_run_gives_the_verify_record(client: Client) -> None:
    record = asked(client, "run", FIRST, ROWS[0]["solution"])
    assert (record["id"], record["verdict"], record["coverage"]) == (FIRST, "pass", 100)
    assert [test["outcome"] for test in record["tests"]] == ["passed"] * 3


@isolated
def test_fifty_runs_at_once_are_each_answered_with_their_own_verdict(client: Client) -> None:
    started = time.monotonic()
    solutions = [f"raise RuntimeError('number {number}')" for number in range(50)]
    jobs = [client.submit(FIRST, solution, api_name="/run") for solution in solutions]
    records = [json.loads(job.result(timeout=60)) for job in jobs]
    assert [f"number {number}" in record["message"] for number, record in enumerate(records)] == [True] * 50
    assert time.monotonic() - started < 60  # 20 s are promised on an idle machine


def test_models_find_the_same_as_tools(space: RunningSpace) -> None:
    from mcp import ClientSession
    from mcp.client.streamable_http import streamable_http_client

    async def talk() -> tuple[list[str], str]:
        async with (
            streamable_http_client(f"{space.url}gradio_api/mcp/") as (reader, writer, _),
            ClientSession(reader, writer) as session,
        ):
            await session.initialize()
            tools = [tool.name for tool in (await session.list_tools()).tools]
            answer = await session.call_tool("search", {"query": "median"})
            return tools, str(answer.content[0].model_dump()["text"])

    tools, text = asyncio.run(talk())
    assert set(tools) == {"search", "get", "facets", "check", "run"}
    assert json.loads(text)["rows"][0]["question_id"] == ROWS[2]["question_id"]
