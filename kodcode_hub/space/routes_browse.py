"""The routes that read the catalogue: search, questions, figures, code, download."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from fastapi import FastAPI, Request
from fastapi.responses import StreamingResponse

from kodcode_hub.browse.catalogue import UnknownRowError
from kodcode_hub.browse.export import Format, export_rows
from kodcode_hub.browse.figures import figures_of
from kodcode_hub.browse.loading_code import MOST_IDS, loading_code
from kodcode_hub.browse.selection import Selection, parse_address
from kodcode_hub.errors import UsageError
from kodcode_hub.space.answers import search_answer
from kodcode_hub.space.question_view import question_view
from kodcode_hub.space.trial_view import trial_view

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kodcode_hub.space.contents import Contents

_MEDIA = {"jsonl": "application/jsonl", "parquet": "application/vnd.apache.parquet"}


def add_browse_routes(app: FastAPI, contents: Contents) -> None:
    """Add them to ``app``."""
    catalogue = contents.catalogue

    @app.get("/app/release")
    def release() -> dict[str, Any]:
        return contents.about()

    @app.get("/app/search")
    def search(request: Request) -> dict[str, Any]:
        return search_answer(catalogue, selection_of(request))

    @app.get("/app/rows/{question_id}")
    def row(request: Request, question_id: str) -> dict[str, Any]:
        return question_view(
            catalogue.get(question_id),
            catalogue=catalogue,
            selection=selection_of(request),
            position=_position(request),
        )

    @app.get("/app/rows/{question_id}/trials/{trial}")
    def trial(question_id: str, trial: str) -> dict[str, Any]:
        return trial_view(catalogue.get(question_id), trial)

    @app.get("/app/random")
    def random_row(request: Request) -> dict[str, Any]:
        found = catalogue.random(selection_of(request))
        if found is None:
            raise UnknownRowError("no question passes these filters: take one away")
        return {"question_id": found[0], "n": found[1]}

    @app.get("/app/statistics")
    def statistics(request: Request) -> dict[str, Any]:
        return figures_of(catalogue, selection_of(request))

    @app.get("/app/code")
    def code(request: Request) -> dict[str, str]:
        return {"code": _code(contents, selection_of(request), _download_address(request))}

    @app.get("/app/download")
    def download(request: Request) -> StreamingResponse:
        form = _format(request.query_params.get("format", "jsonl"))
        pieces: Iterator[bytes] = export_rows(catalogue, selection_of(request), form)
        name = f"attachment; filename=kodcode-selection.{form}"
        return StreamingResponse(pieces, media_type=_MEDIA[form], headers={"content-disposition": name})


def selection_of(request: Request) -> Selection:
    """The selection in a request's address.

    Raises:
        UsageError: a name or value that is not there.
    """
    return parse_address(request.query_params.multi_items())


def _position(request: Request) -> int | None:
    given = request.query_params.get("n", "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 10 else None


def _format(given: str) -> Format:
    forms: dict[str, Format] = {"jsonl": "jsonl", "parquet": "parquet"}
    if given not in forms:
        raise UsageError(f"format={given[:40]!r} is none; there are {', '.join(forms)}")
    return forms[given]


def _code(contents: Contents, selection: Selection, download: str) -> str:
    resolved = contents.catalogue.resolve(selection)
    total = contents.catalogue.count(resolved)
    ids = contents.catalogue.ids_at(resolved.rows, 0, MOST_IDS) if total <= MOST_IDS else []
    return loading_code(resolved, contents.origin, total=total, ids=ids, download=download)


def _download_address(request: Request) -> str:
    pairs = [(name, value) for name, value in request.query_params.multi_items() if name not in _NOT_OF_THE_ROWS]
    return str(request.url_for("download").include_query_params(format="jsonl")) + "".join(map(_as_parameter, pairs))


_NOT_OF_THE_ROWS = ("p", "sort", "id", "n", "show", "format")


def _as_parameter(pair: tuple[str, str]) -> str:
    return f"&{quote(pair[0])}={quote(pair[1])}"
