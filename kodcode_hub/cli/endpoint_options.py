"""The options of ``kodcode build`` that say who is asked, and how."""

from __future__ import annotations

from typing import Annotated

import typer

from kodcode_hub.endpoints.connect import EndpointOptions
from kodcode_hub.endpoints.http import HttpOptions
from kodcode_hub.endpoints.rates import RateLimits

MainEndpoint = Annotated[
    list[str],
    typer.Option(
        "--endpoint",
        metavar="URL",
        help="tgi+http://HOST:PORT, openai+http://HOST/v1?model=NAME, hf://MODEL, replay:FILE[,FILE...], sample:; "
        "repeated: servers of one model, by #weight=N",
    ),
]
AnswerEndpoint = Annotated[
    list[str] | None,
    typer.Option("--answer-endpoint", metavar="URL", help="For solutions and tests; else --endpoint."),
]
RestyleEndpoint = Annotated[
    list[str] | None, typer.Option("--restyle-endpoint", metavar="URL", help="For completion style; else --endpoint.")
]
RespondEndpoint = Annotated[
    list[str] | None, typer.Option("--respond-endpoint", metavar="URL", help="For responses; else --endpoint.")
]
Concurrency = Annotated[
    int | None,
    typer.Option(
        metavar="N", min=1, help="Requests under way at each server at most (default: what it takes, found by asking)."
    ),
]
RequestsPerMinute = Annotated[
    int | None, typer.Option(metavar="N", min=1, help="Requests sent to a model in any minute at most.")
]
TokensPerMinute = Annotated[
    int | None, typer.Option(metavar="N", min=1, help="Tokens of a model in any minute at most, prompts included.")
]
BudgetTokens = Annotated[
    int | None,
    typer.Option(metavar="N", min=0, help="Tokens that the run may spend over all its starts; 0: no limit (default)."),
]
IdleTimeout = Annotated[
    float,
    typer.Option(metavar="S", min=0.1, help="Seconds that a server may be silent within a request."),
]


def endpoint_options(
    *,
    concurrency: int | None,
    requests_per_minute: int | None,
    tokens_per_minute: int | None,
    idle_timeout_s: float,
) -> EndpointOptions:
    """The options together, as the endpoints take them."""
    return EndpointOptions(
        http=HttpOptions(idle_timeout_s=idle_timeout_s),
        concurrency=concurrency,
        rates=RateLimits(requests_per_minute, tokens_per_minute),
    )
