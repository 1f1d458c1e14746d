"""The page as its readers use it, in a real browser."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browse.shelf import PALINDROME, shelf_rows
from tests.space.browser import CHROMIUM, PHONE, a_browser, a_visitor
from tests.space.hosts import why_no_isolation
from tests.space.server import RunningSpace

pytestmark = [
    pytest.mark.skipif(not CHROMIUM, reason="no chromium here: apt-get install chromium"),
    pytest.mark.filterwarnings("ignore:unclosed"),  # of Playwright's own pipe to its driver
]
isolated = pytest.mark.skipif(bool(why_no_isolation()), reason="nothing can be isolated here")
ROWS = shelf_rows()
FIRST = ROWS[0]["question_id"]
TREE = ROWS[3]["question_id"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with a_browser() as browser:
        yield browser


@pytest.fixture
def page(browser: Browser, space: RunningSpace) -> Iterator[Page]:
    with a_visitor(browser, space.url) as page:
        yield page


def results(page: Page) -> Locator:
    return page.locator(".results .open")


def search(page: Page, words: str) -> None:
    box = page.get_by_placeholder(re.compile("search", re.IGNORECASE))
    box.fill(words)
    box.press("Enter")


def write_solution(page: Page, text: str) -> None:
    page.get_by_label("Solution", exact=True).fill(text)


def run(page: Page) -> Locator:
    page.get_by_role("button", name="Run", exact=True).click()
    return page.get_by_role("status")


def test_all_questions_are_listed_with_their_ids(page: Page) -> None:
    page.goto("/")
    expect(page.get_by_role("heading", level=1)).to_have_text("6 questions")
    expect(results(page)).to_have_count(6)
    for row in ROWS:
        expect(page.get_by_role("link", name=row["question_id"])).to_have_count(1)


def test_a_search_narrows_marks_and_stands_in_the_address(page: Page) -> None:
    page.goto("/")
    expect(results(page)).to_have_count(6)
    search(page, "binary tree")
    expect(results(page)).to_have_count(1)
    expect(page.locator("main mark").first).to_have_text("binary")
    assert "q=binary" in page.url


def test_a_filter_narrows_is_shown_and_can_be_taken_away(page: Page) -> None:
    page.goto("/")
    page.get_by_label("subset", exact=True).select_option("Leetcode")
    expect(results(page)).to_have_count(3)
    assert "subset=Leetcode" in page.url
    page.get_by_role("checkbox", name=re.compile("^hard")).check()
    expect(results(page)).to_have_count(1)
    page.get_by_role("link", name=re.compile("Remove difficulty")).click()
    expect(results(page)).to_have_count(3)
    page.get_by_role("link", name="Clear all").click()
    expect(results(page)).to_have_count(6)


def test_back_and_forward_go_through_what_was_seen(page: Page) -> None:
    page.goto("/")
    expect(results(page)).to_have_count(6)
    search(page, "tree")
    expect(results(page)).to_have_count(2)
    page.get_by_role("link", name=TREE).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(TREE)
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("2 questions")
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("6 questions")
    page.go_forward()
    expect(page.get_by_role("heading", level=1)).to_have_text("2 questions")


def test_a_deep_link_shows_the_same_to_somebody_new(page: Page, browser: Browser, space: RunningSpace) -> None:
    page.goto("/")
    page.get_by_label("subset", exact=True).select_option("Leetcode")
    expect(results(page)).to_have_count(3)
    search(page, "tree")
    expect(results(page)).to_have_count(2)
    page.get_by_role("link", name=TREE).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(TREE)
    assert TREE in page.url
    with a_visitor(browser, space.url) as other:
        other.goto(page.url)
        expect(other.get_by_role("heading", level=1)).to_contain_text(TREE)
        expect(other.get_by_label("subset", exact=True)).to_have_value("Leetcode")
        expect(other.get_by_placeholder(re.compile("search", re.IGNORECASE))).to_have_value("tree")
        expect(other.get_by_text("of 2", exact=False).first).to_be_visible()


def test_a_question_shows_its_text_code_tests_facts_and_siblings(page: Page) -> None:
    page.goto(f"/?id={FIRST}")
    article = page.locator("article.question")
    expect(article.get_by_role("heading", name="Palindromes")).to_be_visible()
    expect(article.get_by_text("def is_palindrome").first).to_be_visible()
    expect(article.get_by_text("3 of 3 attempts")).to_be_visible()
    expect(article.get_by_role("link", name=ROWS[1]["question_id"])).to_be_visible()


def test_questions_are_walked_through_by_keyboard(page: Page) -> None:
    page.goto("/?subset=Leetcode")
    expect(results(page)).to_have_count(3)
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    first = ROWS[4]["question_id"]
    expect(page.get_by_role("heading", level=1)).to_contain_text(first)
    page.keyboard.press("]")
    expect(page.get_by_role("heading", level=1)).to_contain_text(ROWS[5]["question_id"])
    page.keyboard.press("[")
    expect(page.get_by_role("heading", level=1)).to_contain_text(first)
    page.keyboard.press("/")
    expect(page.get_by_placeholder(re.compile("search", re.IGNORECASE))).to_be_focused()


@isolated
def test_the_reference_passes_every_test_in_words(page: Page) -> None:
    page.goto(f"/?id={FIRST}")
    page.get_by_role("button", name="Reference", exact=True).click()
    status = run(page)
    expect(status).to_contain_text("passed", timeout=30_000)
    rows = page.locator(".run-tests tbody tr")
    expect(rows).to_have_count(3)
    for name in ("test_a_word", "test_another_word", "test_no_letters"):
        row = page.get_by_role("row", name=re.compile(rf"\b{name}\b"))
        expect(row).to_contain_text("pass")


@isolated
def test_a_broken_solution_shows_the_failing_assertion(page: Page) -> None:
    page.goto(f"/?id={FIRST}")
    write_solution(page, PALINDROME.replace("return letters ==", "return letters !="))
    status = run(page)
    expect(status).to_contain_text("failed", timeout=30_000)
    row = page.get_by_role("row", name=re.compile("test_a_word"))
    expect(row).to_contain_text("fail")
    expect(page.locator(".run-tests")).to_contain_text('False = is_palindrome("Racecar")')


@isolated
def test_lines_that_did_not_run_are_marked(page: Page) -> None:
    page.goto(f"/?id={FIRST}")
    write_solution(page, PALINDROME + "\n\ndef never():\n    return 'not run'\n")
    expect(run(page)).to_contain_text("passed", timeout=30_000)
    expect(page.locator(".missed")).to_have_count(1)
    expect(page.locator(".missed")).to_contain_text("not run")


@isolated
def test_an_endless_loop_times_out_and_the_page_stays_usable(page: Page) -> None:
    page.goto(f"/?id={FIRST}")
    write_solution(page, "while True:\n    pass\n")
    status = run(page)
    expect(status).to_contain_text(re.compile("Queued|Running"))
    page.get_by_role("link", name="Statistics").hover()
    expect(status).to_contain_text("timed out", timeout=40_000)
    page.get_by_role("button", name="Reference", exact=True).click()
    expect(run(page)).to_contain_text("passed", timeout=30_000)


@isolated
def test_a_run_can_be_stopped(page: Page) -> None:
    page.goto(f"/?id={FIRST}")
    write_solution(page, "while True:\n    pass\n")
    status = run(page)
    expect(status).to_contain_text("Running", timeout=20_000)
    page.get_by_role("button", name="Stop").click()
    expect(status).to_contain_text(re.compile("stopped", re.IGNORECASE))
    page.get_by_role("button", name="Reference", exact=True).click()
    expect(run(page)).to_contain_text("passed", timeout=30_000)


@isolated
def test_two_visitors_run_at_once_and_each_gets_an_own_answer(browser: Browser, space: RunningSpace) -> None:
    with a_visitor(browser, space.url) as one, a_visitor(browser, space.url) as other:
        for page, text in ((one, PALINDROME), (other, "def is_palindrome(text):\n    return True\n")):
            page.goto(f"/?id={FIRST}")
            write_solution(page, text)
        statuses = [run(one), run(other)]
        expect(statuses[0]).to_contain_text("All 3 tests passed", timeout=30_000)
        expect(statuses[1]).to_contain_text("failed", timeout=30_000)


@isolated
def test_a_failing_trial_is_compared_and_run_on_the_chosen_tests(page: Page) -> None:
    page.goto(f"/?id={ROWS[4]['question_id']}")
    page.get_by_role("button", name=re.compile("trial.2", re.IGNORECASE)).click()
    expect(page.locator(".diff").first).to_contain_text("broken = True")
    page.get_by_role("button", name="Run this trial on the chosen tests").click()
    expect(page.get_by_role("status")).to_contain_text(re.compile("passed|failed"), timeout=30_000)
    expect(page.get_by_label("Solution", exact=True)).to_have_value(re.compile("broken = True"))


def test_the_clipboard_gets_the_solution(page: Page) -> None:
    page.goto(f"/?id={FIRST}")
    page.get_by_role("button", name="Copy solution").click()
    expect(page.get_by_text("Copied").first).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == PALINDROME


def test_the_selection_is_downloaded(page: Page) -> None:
    page.goto("/?subset=Leetcode")
    page.get_by_text("Download", exact=False).first.click()
    with page.expect_download() as download:
        page.get_by_role("link", name="JSONL").click()
    lines = download.value.path().read_text(encoding="utf-8").splitlines()
    assert len([json.loads(line) for line in lines]) == 3


def test_statistics_check_and_revisions_have_pages_of_their_own(page: Page) -> None:
    page.goto("/?show=statistics")
    expect(page.locator("main svg").first).to_be_visible()
    page.get_by_role("link", name="Check").click()
    page.get_by_label("Text", exact=True).fill(ROWS[2]["question"])
    page.get_by_role("button", name="Check", exact=True).click()
    expect(page.locator(".near").first).to_contain_text(ROWS[2]["question_id"])
    page.get_by_role("link", name="Revisions").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Revisions")


def test_a_phone_shows_list_and_question_as_separate_views(browser: Browser, space: RunningSpace) -> None:
    with a_visitor(browser, space.url, viewport=PHONE, has_touch=True) as page:
        page.goto("/")
        expect(results(page)).to_have_count(6)
        page.get_by_role("button", name="Filters").click()
        page.get_by_label("subset", exact=True).select_option("Leetcode")
        expect(results(page)).to_have_count(3)
        page.goto("/?subset=Leetcode")
        results(page).first.click()
        expect(page.locator("article.question")).to_be_visible()
        expect(results(page).first).not_to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        page.get_by_role("link", name="Back to results").click()
        expect(results(page).first).to_be_visible()


@pytest.mark.parametrize(
    "address", ["/", f"/?id={FIRST}", "/?show=statistics", "/?show=check", "/?show=revisions", "/?q=nowhere"]
)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(browser: Browser, space: RunningSpace, address: str, scheme: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    with a_visitor(browser, space.url, color_scheme=scheme) as page:
        page.goto(address)
        expect(page.get_by_role("heading", level=1)).not_to_have_text(re.compile("Loading"))
        page.wait_for_load_state("networkidle")
        found: Any = Axe().run(page).response["violations"]
    assert [(rule["id"], rule["nodes"][0]["html"]) for rule in found if rule["impact"] in ("serious", "critical")] == []
