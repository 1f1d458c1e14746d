"""The dataset card: header, text, and foreign text inside it."""

from __future__ import annotations

import ast
import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from huggingface_hub import DatasetCard
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from kodcode_hub.packaging.card import CardContent, card_header, columns_of, render_card, size_category
from kodcode_hub.packaging.card_text import names
from kodcode_hub.packaging.facts import BenchmarkFacts, Changes, ConfigChanges, Rejection, ReleaseFacts, RunFacts
from kodcode_hub.packaging.plots import draw_plots
from kodcode_hub.packaging.row_counts import MOST_NAMES
from kodcode_hub.packaging.run_figures import STAGE_ORDER, merge_runs
from kodcode_hub.pipeline.tally import STAGES
from tests.packaging.example_rows import a_row, an_sft_row, example_rows, example_sft_rows
from tests.packaging.folders import run_python
from tests.packaging.small_release import card_content

RUN = RunFacts(
    models=(("questions", "asker-7B"), ("solutions and tests", "answerer-32B")),
    attempts=10,
    duplicate_threshold=0.8,
    contamination_rule="words in common",
    benchmarks=(BenchmarkFacts("HumanEval", "6d43fb9", 164, 2),),
    rejected=(Rejection("synthesize", "truncated", 3), Rejection("verify", "no_passing_trial", 5)),
    recipe="questions = 10",
)
OTHER_RUN = RunFacts(
    models=(("questions", "asker-7B"), ("questions", "asker-70B")),
    attempts=5,
    duplicate_threshold=0.7,
    contamination_rule="words in common",
    benchmarks=(BenchmarkFacts("HumanEval", "6d43fb9", 164, 1), BenchmarkFacts("MBPP", "main", 974, 0)),
    rejected=(Rejection("answer", "truncated", 4), Rejection("verify", "no_passing_trial", 1)),
    recipe="questions = 20\n" * 50,
)
ONE_RUN = ReleaseFacts(runs=(RUN,))


@pytest.fixture(scope="module")
def content(tmp_path_factory: pytest.TempPathFactory) -> CardContent:
    return card_content(tmp_path_factory.mktemp("card"), example_rows(), example_sft_rows(), facts=ONE_RUN)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> CardContent:
    """One subset and one row: its header is short."""
    return card_content(tmp_path_factory.mktemp("small"), [a_row()], facts=ONE_RUN)


def card_of(content: CardContent, facts: ReleaseFacts | None = None) -> str:
    return render_card(replace(content, facts=facts or content.facts)).decode("utf-8")


def data_of(card: DatasetCard) -> dict[str, Any]:
    """The header as ``huggingface_hub`` has it."""
    data: dict[str, Any] = card.data.to_dict()  # type: ignore[no-untyped-call]
    return data


def section(card: str, heading: str) -> str:
    """The text below a heading, without those after it."""
    return card.split(f"\n## {heading}\n")[1].split("\n## ")[0]


def test_the_header_is_read_by_huggingface_hub_without_loss(content: CardContent) -> None:
    card = DatasetCard(card_of(content))
    assert data_of(card) == card_header(content)
    assert card.text.startswith("\n# Verified coding triplets\n")


def test_the_header_holds_values_that_the_hub_knows(content: CardContent) -> None:
    header = card_header(content)
    assert header["annotations_creators"] == header["language_creators"] == ["machine-generated"]
    assert (header["multilinguality"], header["source_datasets"]) == (["monolingual"], ["original"])
    assert (header["language"], header["task_categories"]) == (["en"], ["text-generation"])
    assert (header["size_categories"], header["license"]) == (["n<1K"], "other")
    assert "arxiv:2503.02951" in header["tags"]
    assert [config["config_name"] for config in header["configs"]] == [
        "default",
        "code_contests",
        "leetcode",
        "null",
        "sft",
    ]


def test_counts_and_features_of_every_config_are_those_of_its_files(content: CardContent) -> None:
    infos = {info["config_name"]: info for info in card_header(content)["dataset_info"]}
    for name, info in infos.items():
        files = [file for file in content.files if file.config == name or (name == "default" and file.config != "sft")]
        assert info["download_size"] == sum(file.bytes for file in files)
        assert info["dataset_size"] == sum(file.arrow_bytes for file in files)
        assert sum(split["num_bytes"] for split in info["splits"]) == info["dataset_size"]
        assert {split["name"]: split["num_examples"] for split in info["splits"]} == {
            split: sum(file.rows for file in files if file.split == split) for split in {file.split for file in files}
        }
        assert [feature["name"] for feature in info["features"]] == [column.name for column in columns_of(name)]


def test_rows_from_seeds_make_the_dataset_an_extended_one(tmp_path: Path) -> None:
    provenance = a_row()["provenance"] | {
        "seeds": "abc",
        "seed_licence": "MIT",
        "seed_origin": "https://example.org/a_b",
    }
    content = card_content(tmp_path, [a_row(provenance=provenance)], facts=ONE_RUN)
    assert card_header(content)["source_datasets"] == ["extended"]
    assert "| `leetcode` | 1 | MIT | <https://example.org/a_b> | answerer |" in card_of(content)


@pytest.mark.parametrize(
    ("facts", "header"),
    [
        (ReleaseFacts(licence="cc-by-nc-4.0"), {"license": "cc-by-nc-4.0"}),
        (
            ReleaseFacts(licence_name="My Own Licence (1.0)", licence_link="https://example.org/licence"),
            {"license": "other", "license_name": "my-own-licence-1.0", "license_link": "https://example.org/licence"},
        ),
        (ReleaseFacts(licence_link="LICENSE.md"), {"license": "other", "license_link": "LICENSE.md"}),
        (ReleaseFacts(licence_link="see the <office>"), {"license": "other"}),
        (ReleaseFacts(licence="mit", licence_name="x", licence_link="LICENSE"), {"license": "mit"}),
    ],
)
def test_the_licence_is_stated_as_the_hub_takes_it(
    content: CardContent, facts: ReleaseFacts, header: dict[str, str]
) -> None:
    found = card_header(replace(content, facts=facts))
    assert {key: value for key, value in found.items() if key.startswith("license")} == header


@pytest.mark.parametrize(
    ("rows", "category"),
    [
        *((0, "n<1K"), (999, "n<1K"), (1_000, "1K<n<10K"), (447_000, "100K<n<1M"), (1_000_000, "1M<n<10M")),
        *((10_000_000, "10M<n<100M"), (10**12, "n>1T")),
    ],
)
def test_size_categories_are_the_hubs(rows: int, category: str) -> None:
    assert size_category(rows) == category


def test_every_python_block_is_python_and_the_first_ones_load_each_config(content: CardContent) -> None:
    card = card_of(content, replace(ONE_RUN, repo="me/triplets"))
    blocks = re.findall(r"```python\n(.*?)```", card, flags=re.DOTALL)
    for block in blocks:
        ast.parse(block)
    for config in ("default", "leetcode", "code_contests", "null", "sft"):
        assert f'{config}_rows = load_dataset("me/triplets", "{config}", split="train")\n' in blocks[0]
    assert 'load_dataset("me/triplets", "default", split="train", revision="v1.0.0")' in blocks[1]
    assert 'load_dataset("path/to/this/folder", "leetcode", split="train")' in card_of(content)


def test_the_check_in_the_card_finds_a_changed_byte(content: CardContent, tmp_path: Path) -> None:
    block = re.findall(r"```python\n(.*?)```", section(card_of(content), "Checking"), flags=re.DOTALL)[0]
    (tmp_path / "releases").mkdir()
    (tmp_path / "rows").write_bytes(b"rows")
    files = [{"path": "rows", "sha256": hashlib.sha256(b"rows").hexdigest()}]
    (tmp_path / "releases" / "v1.0.0.json").write_text(json.dumps({"files": files}))
    program = f"import os\nos.chdir({str(tmp_path)!r})\n{block}"
    assert run_python(program).returncode == 0
    (tmp_path / "rows").write_bytes(b"rowz")
    assert "AssertionError: rows" in run_python(program).stderr


def test_figures_stand_in_the_tables_and_the_pictures_are_those_that_are_drawn(tmp_path: Path) -> None:
    rows = [
        a_row(number=0, gpt_pass_sequence=[1, 0, 0, 0], gpt_difficulty="hard", test_coverage=90, tests_passed=2),
        a_row(number=1, gpt_pass_sequence=[1, 1], test_coverage=70, tests_passed=5, style="complete", flags=["flaky"]),
    ]
    content = card_content(tmp_path, rows, [an_sft_row()], facts=ONE_RUN)
    figures = section(card_of(content), "Figures")
    assert "| `leetcode` | 2 | 1 | 1 | 1 | 0 | 1 | 62.5% | 100.0% | 80.0 | 3.5 | 1 | 1 |\n" in figures
    assert "| `leetcode` | 1 | 1 | 0 | 1 | 0 | 1 | 0 | 3.5 | 44 | 42 |\n" in figures
    assert "| `low` | 2 |\n" in figures
    assert "| `flaky` | 1 |\n" in figures
    assert re.findall(r"!\[[^\]]+\]\(([^)]+)\)", figures) == list(draw_plots(content.figures))


def test_a_release_without_rows_says_so_and_shows_no_pictures(tmp_path: Path) -> None:
    content = card_content(tmp_path, [], facts=ONE_RUN)
    card = card_of(content)
    assert "**This release holds no rows.** No question passed all stages; the table of rejections below" in card
    assert "![" not in card
    assert "## Loading" not in card
    assert card_header(content)["configs"] == [
        {"config_name": "default", "data_files": "data/*/*.parquet", "default": True}
    ]


def test_a_release_of_sft_rows_alone_has_that_config_alone(tmp_path: Path) -> None:
    content = card_content(tmp_path, [], [an_sft_row()], facts=ONE_RUN)
    assert [config["config_name"] for config in card_header(content)["configs"]] == ["sft"]
    assert "and 1 answers of a reasoning model" in card_of(content)


def test_one_run_is_told_in_the_singular(content: CardContent) -> None:
    card = card_of(content)
    assert "from 0.8 on)" in section(card, "Method")
    assert "at most 10 times;" in section(card, "Method")
    assert "runs of the pipeline" not in card
    assert "| synthesize | `truncated` | 3 |\n| verify | `no_passing_trial` | 5 |\n" in card
    assert "| solutions and tests | answerer-32B |\n" in section(card, "Teachers")
    assert "| HumanEval | 6d43fb9 | 164 | 2 |\n" in section(card, "Decontamination")
    assert "\n```text\nquestions = 10\n```\n" in section(card, "Recipe")
    assert "<details>" not in card


def test_several_runs_are_told_together(content: CardContent) -> None:
    card = card_of(content, ReleaseFacts(runs=(RUN, OTHER_RUN)))
    assert "The rows come from 2 runs of the pipeline." in card
    assert "from 0.7 or 0.8 on, by run)" in card
    assert "at most 5 or 10 times, by run;" in card
    assert card.count("asker-7B") == 1
    assert (
        "| synthesize | `truncated` | 3 |\n| answer | `truncated` | 4 |\n| verify | `no_passing_trial` | 6 |\n" in card
    )
    assert "| HumanEval | 6d43fb9 | 164 | 3 | 2 of 2 |\n| MBPP | main | 974 | 0 | 1 of 2 |\n" in card
    assert card.count("Compared were words in common.") == 1
    recipes = section(card, "Recipes")
    assert "Recipe 1:\n\n```text\nquestions = 10\n```\n" in recipes
    assert "<summary>Recipe 2 (50 lines)</summary>\n\n```text\nquestions = 20\n" in recipes


def test_a_run_that_checked_no_benchmark_is_not_passed_over(content: CardContent) -> None:
    unchecked = replace(RUN, benchmarks=(), contamination_rule="")
    text = section(card_of(content, ReleaseFacts(runs=(RUN, unchecked))), "Decontamination")
    assert "The questions of 1 of 2 runs were **not** checked against any benchmark." in text
    text = section(card_of(content, ReleaseFacts(runs=(unchecked,))), "Decontamination")
    assert text.strip() == "The questions were **not** checked against any benchmark."
    assert "is not stated" in section(card_of(content, ReleaseFacts()), "Decontamination")


def test_revisions_of_a_benchmark_are_told_apart_and_unknown_stages_come_last() -> None:
    other = replace(
        RUN, benchmarks=(BenchmarkFacts("HumanEval", "other", 164, 7),), rejected=(Rejection("new", "x", 1),)
    )
    merged = merge_runs([other, RUN, RUN])
    assert [(item.facts.revision, item.facts.contaminated, item.runs) for item in merged.benchmarks] == [
        ("other", 7, 1),
        ("6d43fb9", 4, 2),
    ]
    assert [(item.stage, item.count) for item in merged.rejected] == [("synthesize", 6), ("verify", 10), ("new", 1)]
    assert merged.recipes == (RUN.recipe,)


def test_the_order_of_stages_is_that_of_the_pipeline() -> None:
    assert STAGE_ORDER == STAGES


def test_a_first_release_says_so_and_a_later_one_names_what_is_new(content: CardContent) -> None:
    assert "This is the first release" in section(card_of(content), "Changes")
    changes = Changes("1.0.0", (ConfigChanges("leetcode", 3, 1, 2),), ("test_strength",))
    left_out = (("a", "duplicate"), ("b", "schema"), ("c", "duplicate"))
    facts = replace(ONE_RUN, repo="me/triplets", changes=changes, rejected=left_out)
    card = card_of(replace(content, version="1.1.0"), facts)
    text = section(card, "Changes")
    assert "Since release 1.0.0:\n" in text
    assert "| `leetcode` | 3 | 1 | 2 |\n" in text
    assert "New columns: `test_strength`.\n" in text
    assert "| `duplicate` | 2 |\n| `schema` | 1 |\n" in text
    assert "kodcode diff me/triplets@v1.0.0 me/triplets@v1.1.0\n" in card
    unchanged = replace(facts, changes=Changes("1.0.0"), rejected=())
    assert section(card_of(content, unchanged), "Changes").strip() == (
        "Since release 1.0.0:\n\nNo row was added, removed or changed."
    )


def test_of_many_names_the_first_few_are_shown() -> None:
    assert names(["a", "b"]) == "a, b"
    assert names(list("abcdefg")) == "a, b, c, d, e and 2 more"
    assert names(["a"] * MOST_NAMES).endswith(f" and at least {MOST_NAMES - 5} more")
    assert names([]) == "not stated"


FRAGMENTS = (
    *(
        "|",
        "\n```\n",
        "\\",
        "\\|",
        "`",
        "``` ",
        "~~~",
        "\n",
        "\r\n",
        "\u2028",
        "\n\n",
        "\n---\n",
        "\n...\n",
        "# ",
        "- ",
        "1. ",
        "> ",
    ),
    *("<script>alert(1)</script>", "</details>", "<!--", "<b>", "&lt;", "&#124;", "![x](http://e.example/x.png)"),
    *(
        "[x](javascript:x)",
        "[x]: /y",
        "http://e.example/a_b",
        "www.e.example",
        "me@e.example",
        "{{ 7 * 7 }}",
        "{% raw %}",
    ),
    *(
        "**b**",
        "_i_",
        "$$x$$",
        "~~s~~",
        "\x00",
        "\x1b[31m",
        "\u202e",
        "\ud800",
        "!!python/name:x",
        ": ",
        "'",
        '"',
        "x" * 400,
    ),
)
hostile_texts = st.lists(st.sampled_from(FRAGMENTS) | st.text(max_size=5), min_size=1, max_size=5).flatmap(
    lambda parts: st.sampled_from(["{}z", "z{}"]).map(lambda form: form.replace("{}", "".join(parts)))
)


def facts_with(text: str) -> ReleaseFacts:
    """``text`` in every place that servers and users fill."""
    run = RunFacts(
        models=((text, text),),
        attempts=3,
        duplicate_threshold=0.8,
        contamination_rule=text,
        benchmarks=(BenchmarkFacts(text, text, 1, 1),),
        rejected=(Rejection(text, text, 1),),
        recipe=f"{text}\nend",
    )
    changes = Changes(text, (ConfigChanges(text, 1, 1, 1),), (text,))
    return ReleaseFacts(f"T{text}", f"me/{text}", "other", f"L{text}", text, (run,), changes, (("id", text),))


def content_with(content: CardContent, text: str) -> CardContent:
    """``text`` in every place, those that come from rows too."""

    def spoil(figures: Any) -> Any:
        environment = replace(content.figures.total.environments[0], python=text, packages=text, platform=text)
        return replace(
            figures,
            licences=(text,),
            origins=(text,),
            teachers=(text,),
            flags=((text, 1),),
            assurance=((text, 1),),
            environments=(environment,),
        )

    figures = replace(
        content.figures, subsets=tuple(map(spoil, content.figures.subsets)), total=spoil(content.figures.total)
    )
    return replace(content, figures=figures, facts=facts_with(text))


def tokens_of(card: str) -> list[Token]:
    text = card.split("\n---\n", maxsplit=1)[1]  # where the Hub ends the header
    return MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(text)


def inline_tokens(tokens: list[Token]) -> Iterator[Token]:
    for token in tokens:
        yield from token.children or ()


def shape_of(tokens: list[Token]) -> list[tuple[str, str, int]]:
    return [(token.type, token.tag, token.level) for token in tokens]


def foreign_markup(tokens: list[Token]) -> list[tuple[str, str]]:
    """Pictures, raw HTML, emphasis and links, but for addresses that stand there whole."""
    return [
        (token.type, str(token.attrGet("src") or token.attrGet("href") or token.content))
        for token in inline_tokens(tokens)
        if token.type not in ("text", "text_special", "code_inline", "softbreak") and token.markup != "autolink"
    ]


@settings(max_examples=25, deadline=None)
@given(hostile_texts)
@example("a\n```\n# b")
@example("`a`|b\\|<b>c</b>")
@example("![x](http://e.example/x.png)")
@example("a\n\n- b\n---\n")
def test_foreign_text_breaks_out_of_no_cell_line_fence_or_header(small: CardContent, text: str) -> None:
    plain, spoilt = (tokens_of(card_of(content_with(small, inside))) for inside in ("word", text))
    assert shape_of(spoilt) == shape_of(plain)
    assert foreign_markup(spoilt) == foreign_markup(plain)


@settings(max_examples=25, deadline=None)
@given(hostile_texts)
def test_foreign_text_leaves_the_header_whole(small: CardContent, text: str) -> None:
    spoilt = content_with(small, text)
    card = card_of(spoilt)
    data = data_of(DatasetCard(card))
    assert data == card_header(spoilt)
    assert data["configs"] == card_header(small)["configs"]
    assert "\n" not in data["pretty_name"]
    assert re.fullmatch(r"[a-z0-9.-]+", data["license_name"])


@pytest.mark.parametrize(
    "text", ["a|b", "`a`|b", "a\\|b", "<b>&amp;", "Qwen_2*x*", "- item", "1. one", "[a](b)", "$$a$$", "a@b.example"]
)
def test_foreign_text_is_shown_as_it_is(small: CardContent, text: str) -> None:
    tokens = tokens_of(card_of(small, ReleaseFacts(runs=(replace(RUN, models=((text, text),)),))))
    shown = ["".join(part.content for part in token.children or ()) for token in tokens if token.type == "inline"]
    assert shown.count(text) == 2
