"""The folder ``space/`` as it is uploaded to Hugging Face."""

from __future__ import annotations

import runpy
from collections.abc import Callable
from pathlib import Path

import pytest
import typer
import yaml

from kodcode_hub.cli.app import make_app

FOLDER = Path(__file__).parents[2] / "space"


@pytest.fixture
def arguments() -> Callable[[dict[str, str]], list[str]]:
    found: Callable[[dict[str, str]], list[str]] = runpy.run_path(str(FOLDER / "app.py"))["arguments"]
    return found


def test_the_header_names_an_app_that_is_there_and_a_gradio_that_the_package_allows() -> None:
    header = yaml.safe_load((FOLDER / "README.md").read_text(encoding="utf-8").split("---")[1])
    assert (FOLDER / header["app_file"]).is_file()
    assert header["sdk"] == "gradio"
    major, minor, _ = map(int, header["sdk_version"].split("."))
    assert (6, 31) <= (major, minor) < (7, 0)
    assert (FOLDER / "requirements.txt").read_text(encoding="utf-8").split() == ["kodcode-hub[space]"]


def test_variables_become_words_that_the_command_takes(arguments: Callable[[dict[str, str]], list[str]]) -> None:
    words = arguments(
        {"KODCODE_RELEASE": "o/n@v1.1.0", "KODCODE_COMPARE": "o/n@v1.0.0 o/n@v0.9.0", "KODCODE_WORKERS": "3"}
    )
    command = typer.main.get_command(make_app(["space"]))
    space = getattr(command, "commands", {"space": command})["space"]
    taken = space.make_context("space", words[1:]).params
    assert (taken["source"], taken["host"], taken["port"], taken["workers"]) == ("o/n@v1.1.0", "0.0.0.0", 7860, 3)
    assert list(taken["compare"]) == ["o/n@v1.0.0", "o/n@v0.9.0"]


def test_without_a_release_it_says_which_variable_to_set(arguments: Callable[[dict[str, str]], list[str]]) -> None:
    with pytest.raises(SystemExit, match="set the variable KODCODE_RELEASE"):
        arguments({})
