"""Prompts from templates. Templates are files beside the builders; a user's own builder may bring its own."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from kodcode_hub.errors import UsageError
from kodcode_hub.record import Seed

if TYPE_CHECKING:
    from jinja2 import Template


class Templates:
    """The templates of one builder: its own folder first, then the shared ones.

    Values are inserted as they are: a template language inside a seed or a question stays text.
    """

    def __init__(self, *folders: Path) -> None:
        self._folders = folders

    def question(self, name: str, *, seeds: Sequence[Seed], opening: str) -> str:
        """The prompt that asks for a question."""
        return self._render(name, seeds=list(seeds), opening=opening)

    def answer(self, question: str) -> str:
        """The prompt that asks for a solution with tests."""
        return self._render("answer.md", question=question)

    def restyle(self, question: str, solution: str, test: str) -> str:
        """The prompt that asks for the completion-style twin."""
        return self._render("restyle.md", question=question, solution=solution, test=test)

    def respond(self, question: str, interface: Sequence[str]) -> str:
        """The prompt for a reasoning model; ``interface`` are the declarations that its code must have."""
        return self._render("respond.md", question=question, interface=list(interface))

    def annotate(self, name: str, question: str) -> str:
        """The prompt that asks an annotator what it thinks of a question."""
        return self._render(name, question=question)

    def _render(self, name: str, **values: object) -> str:
        from jinja2 import TemplateError

        try:
            return _template(self._folders, name).render(values)
        except TemplateError as error:
            raise UsageError(f"template {name} in {self._folders[0]}: {type(error).__name__}: {error}") from error


@lru_cache(maxsize=256)
def _template(folders: tuple[Path, ...], name: str) -> Template:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(folders),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        autoescape=False,  # prompts are plain text
    )
    return environment.get_template(name)
