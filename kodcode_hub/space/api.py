"""The API for scripts and for models (MCP): gradio endpoints that take and give JSON as text."""

from __future__ import annotations

import json
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any

import gradio

from kodcode_hub.browse.facets import Counts
from kodcode_hub.browse.published_row import text_of
from kodcode_hub.browse.selection import parse_filters
from kodcode_hub.errors import KodcodeError
from kodcode_hub.space.answers import search_answer
from kodcode_hub.space.check_text import check_text
from kodcode_hub.space.routes_runs import visitor_of

if TYPE_CHECKING:
    from kodcode_hub.space.contents import Contents

_AT_ONCE = 4
"""Searches; runs have a queue of their own."""


def add_api(app: gradio.Server, contents: Contents) -> None:
    """Add ``/search``, ``/get``, ``/run``, ``/facets`` and ``/check``; each is a tool of the MCP server too."""
    catalogue = contents.catalogue

    def search(query: str = "", filters_json: str = "{}", offset: int = 0, limit: int = 20) -> str:
        """Search coding questions, their solutions and tests.

        Args:
            query: Words that all must occur; "two words" is a phrase, -word excludes.
            filters_json: JSON object with subset, style, difficulty, split, library, flag, assurance (a name or a
                list), pass and strength (0 to 1) and coverage (0 to 100) as "a..b", and sort.
            offset: Position of the first row, from 0.
            limit: Number of rows, at most 200.

        Returns:
            JSON: total, rows (question_id, subset, title, snippet, ...) and facets with counts.
        """
        return _text(lambda: search_answer(catalogue, parse_filters(query, filters_json), offset=offset, limit=limit))

    def get(question_id: str) -> str:
        """Get one row whole: question, solution, tests, trials, figures.

        Args:
            question_id: As search gives it.

        Returns:
            JSON: the row.
        """
        return _text(lambda: catalogue.get(question_id))

    def facets(query: str = "", filters_json: str = "{}") -> str:
        """Count the questions of a search by subset, style, difficulty, library and so on.

        Args:
            query: As in search.
            filters_json: As in search.

        Returns:
            JSON: facet, value, number of rows.
        """

        def count() -> Counts:
            return catalogue.facets(parse_filters(query, filters_json))

        return _text(count)

    def check(text: str) -> str:
        """Find the rows and the benchmark items that a text is nearest to.

        Args:
            text: A coding question.

        Returns:
            JSON: rows with similarity, items of benchmarks with verdicts.
        """
        return _text(lambda: check_text(contents, text))

    async def run(question_id: str, solution: str, request: gradio.Request) -> str:
        """Run a solution against the tests of a question, isolated, and wait for the verdict.

        Args:
            question_id: Whose tests are run.
            solution: Python source; the tests see it as the module solution.

        Returns:
            JSON: the verify record: verdict, coverage, one entry a test, seconds, memory.
        """
        return await _run(contents, visitor_of(request), question_id, solution)

    for function in (search, get, facets, check):
        app.api(function, name=function.__name__, concurrency_limit=_AT_ONCE)
    app.api(run, name="run", concurrency_limit=None)


async def _run(contents: Contents, visitor: str, question_id: str, solution: str) -> str:
    async def record() -> Any:
        row = contents.catalogue.get(question_id)
        return await contents.runs.record(visitor, question_id, solution, text_of(row, "test"))

    return await _awaited(record)


def _text(answer: Callable[[], Any]) -> str:
    try:
        return json.dumps(answer(), ensure_ascii=False)
    except KodcodeError as error:
        raise _told(error) from error


async def _awaited(answer: Callable[[], Coroutine[Any, Any, Any]]) -> str:
    try:
        return json.dumps(await answer(), ensure_ascii=False)
    except KodcodeError as error:
        raise _told(error) from error


def _told(error: KodcodeError) -> Exception:
    """What the caller is told; gradio prints no traceback of it."""
    return gradio.Error(str(error), print_exception=False)
