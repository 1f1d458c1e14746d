"""Rows that attack whoever reads them: nothing in them becomes active in a browser."""

from __future__ import annotations

import urllib.parse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.browse.shelf import shelf_row, write_shelf
from tests.space.browser import CHROMIUM, a_browser, a_visitor
from tests.space.server import RunningSpace, running_space

pytestmark = [
    pytest.mark.skipif(not CHROMIUM, reason="no chromium here: apt-get install chromium"),
    pytest.mark.filterwarnings("ignore:unclosed"),
]
_SAY = "document.title='HACKED';window.hacked=1"
ATTACKS = [
    f"<script>{_SAY}</script>",
    f'<img src=x onerror="{_SAY}">',
    f'<svg onload="{_SAY}"><math><mtext></form><form><mglyph><style></math><img src onerror="{_SAY}">',
    f"[link](javascript:{_SAY})",
    f"[link](&#106;avascript&colon;{_SAY})",
    f'![x](x" onerror="{_SAY})',
    f'$\\text{{</math><img src=x onerror="{_SAY}">}}$',
    f"$\\href{{javascript:{_SAY}}}{{x}}$",
    f'```"><img src=x onerror="{_SAY}">\ncode\n```',
    "<iframe src=http://127.0.0.1:1/></iframe><link rel=stylesheet href=http://127.0.0.1:1/x.css>",
    "![pixel](http://127.0.0.1:1/pixel.png)",
    f'<a href="javascript:{_SAY}" autofocus onfocus="{_SAY}">x</a>',
    "</textarea></title></style></script><base href=http://127.0.0.1:1/>",
]


@pytest.fixture(scope="module")
def space(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSpace]:
    folder: Path = tmp_path_factory.mktemp("hostile")
    rows = []
    for number, attack in enumerate(ATTACKS):
        code = f'def f():\n    """{attack}"""\n    return {attack!r}\n'
        changes: Any = {"teacher": attack, "flags": [attack]}
        rows.append(
            shelf_row(
                "Algorithm",
                number,
                f"# needle {attack}\n\n{attack}",
                code,
                f"# {attack}\n",
                passes=[0, 1],
                coverage=100,
                **changes,
            )
        )
    write_shelf(folder / "release", rows)
    with running_space(folder) as space:
        yield space


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with a_browser() as browser:
        yield browser


def test_a_list_of_attacks_is_only_a_list(browser: Browser, space: RunningSpace) -> None:
    with a_visitor(browser, space.url) as page:
        page.goto("/?q=needle")
        expect(page.locator(".results .open")).to_have_count(len(ATTACKS))
        assert page.evaluate("window.hacked") is None


@pytest.mark.parametrize("number", range(len(ATTACKS)))
def test_an_attack_in_question_code_tests_and_metadata_is_shown_as_text(
    browser: Browser, space: RunningSpace, number: int
) -> None:
    with a_visitor(browser, space.url) as page:
        page.goto(f"/?id=Algorithm_{number:032x}_I")
        expect(page.locator("article.question h1")).to_be_visible()
        page.get_by_role("button", name="trial 0").click()
        expect(page.locator(".diff").first).to_be_visible()
        for element in page.locator("article.question a").all():
            address = element.get_attribute("href") or ""
            assert not address.strip().lower().startswith(("javascript:", "data:", "vbscript:"))
        page.wait_for_timeout(100)
        assert page.evaluate("window.hacked") is None
        assert "HACKED" not in page.title()
        assert page.locator("iframe, object, embed, base, article.question img, article.question script").count() == 0


def test_an_attack_in_the_address_is_a_sentence(browser: Browser, space: RunningSpace) -> None:
    context = browser.new_context(base_url=space.url)
    page = context.new_page()
    page.goto(f"/?subset={urllib.parse.quote(ATTACKS[1])}")
    expect(page.get_by_role("alert")).to_contain_text("No subset '<img src=x")
    assert page.evaluate("window.hacked") is None
    context.close()
