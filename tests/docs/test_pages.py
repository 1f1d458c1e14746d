"""What the pages say is there: links, options, reasons, columns."""

from __future__ import annotations

import re

import pytest

from kodcode_hub.schema import COLUMNS, SFT_COLUMNS, column_table
from tests.docs.examples import PAGES, ROOT
from tests.pipeline.running import kodcode

REASONS = (
    "no_reply", "truncated", "empty", "no_question", "bad_document", "refused", "unparsed", "not_python",
    "off_category", "low_quality", "duplicate_of:", "contaminated:", "no_passing_trial", "signature_changed",
    "leaks_solution", "no_examples", "schema", "examples_fail",
)  # fmt: skip


def test_every_link_leads_somewhere() -> None:
    for page in [*PAGES, ROOT / "ARCHITECTURE.md", ROOT / "CHANGELOG.md"]:
        for target in re.findall(r"\]\(([^)#]+)\)", page.read_text()):
            if not target.startswith("http"):
                assert (page.parent / target).exists(), f"{page.name}: {target}"


@pytest.mark.parametrize("name", ["demo", "build", "status", "subsets", "endpoint"])
def test_every_option_is_documented_and_no_other(name: str) -> None:
    text = "".join(page.read_text() for page in PAGES)
    options = set(re.findall(r"--[a-z][a-z-]+", kodcode([name, "--help"]).stdout))
    assert {option for option in options - {"--help", "--quiet"} if option not in text} == set()


def test_the_pages_name_no_option_that_does_not_exist() -> None:
    existing = {"--help", "--version"}
    for name in ("demo", "build", "status", "subsets", "endpoint"):
        existing |= set(re.findall(r"--[a-z][a-z-]+", kodcode([name, "--help"]).stdout))
    text = "".join(page.read_text() for page in PAGES)
    assert set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", text)) <= existing


def test_every_reason_is_explained() -> None:
    text = (ROOT / "docs" / "pipeline.md").read_text()
    assert [reason for reason in REASONS if f"`{reason}" not in text] == []
    sources = "".join(path.read_text() for path in (ROOT / "kodcode_hub").rglob("*.py"))
    produced = set(re.findall(r'Rejected\([^()"]*"([a-z_]+)"', sources)) | set(
        re.findall(r'return "([a-z_]+)"$', sources)
    )
    assert {reason for reason in produced if reason not in text} == set()


def test_the_columns_are_those_of_the_schema() -> None:
    text = (ROOT / "docs" / "release.md").read_text()
    assert column_table(COLUMNS) in text
    assert column_table(SFT_COLUMNS) in text
