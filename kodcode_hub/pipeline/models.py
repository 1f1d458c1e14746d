"""Which model answers which step of a build."""

from __future__ import annotations

from contextlib import AsyncExitStack
from dataclasses import dataclass

from kodcode_hub.endpoints.connect import EndpointOptions, open_endpoint
from kodcode_hub.endpoints.protocol import Endpoint
from kodcode_hub.endpoints.urls import parse_endpoint_url
from kodcode_hub.pipeline.asker import Step

SAMPLE_URL = "sample:"
"""The built-in recordings; they bring seeds of their own."""

STEPS: tuple[Step, ...] = ("question", "tag", "answer", "complete", "respond")


@dataclass(frozen=True, slots=True)
class EndpointUrls:
    """Who answers what; a step without an endpoint of its own is asked of ``main``.

    Several URLs of one step are servers of the same model.
    """

    main: tuple[str, ...]
    answer: tuple[str, ...] = ()
    restyle: tuple[str, ...] = ()
    respond: tuple[str, ...] = ()

    def of(self, step: Step) -> tuple[str, ...]:
        """The URLs that ``step`` is asked of."""
        own = {"answer": self.answer, "complete": self.restyle, "respond": self.respond}.get(step)
        return own or self.main

    def check(self) -> None:
        """Raise UsageError for a URL that is none, before anything is opened."""
        for url in (url for step in STEPS for url in self.of(step)):
            parse_endpoint_url(url)


async def open_endpoints(
    urls: EndpointUrls, stack: AsyncExitStack, *, options: EndpointOptions
) -> dict[Step, Endpoint]:
    """Open every endpoint once, however many steps it serves; ``stack`` closes them.

    Raises:
        EndpointError: one is unreachable or refuses our credentials.
    """
    opened: dict[tuple[str, ...], Endpoint] = {}
    for step in STEPS:
        servers = urls.of(step)
        if servers not in opened:
            opened[servers] = await stack.enter_async_context(open_endpoint(*servers, options=options))
    return {step: opened[urls.of(step)] for step in STEPS}
