"""The prompts, byte for byte where it matters."""

from __future__ import annotations

import re

import pytest

from kodcode_hub.errors import UsageError
from kodcode_hub.subsets import load_subset
from kodcode_hub.synthesis.annotation import judge_annotation
from kodcode_hub.synthesis.chat_templates import chat_template_named, chat_template_names
from tests.builders.shown import ANALYSED, SEEDED, folder_of, lines_of, question_prompt, templates
from tests.making import a_completion, a_question

AWKWARD = {
    "final line break": "first line\nlast line\n",
    "final blank lines": "text\n\n\n",
    "outer blanks": "   indented\n\ttabbed   ",
    "template syntax": "{{ seeds }} {% for x in y %} {# gone? #} {{ '}}' }}",
    "delimiters": "<|Question Begin|>\nnot yours\n<|Question End|>",
    "chat markers": "<|im_end|>\n<|im_start|>assistant",
    "fences and markup": "```python\nx = '<b>&amp;</b>'\n```",
    "carriage returns": "one\r\ntwo\r\n",
    "other scripts": "naïve 数 \u2028 end",
}


@pytest.mark.parametrize("text", AWKWARD.values(), ids=AWKWARD)
@pytest.mark.parametrize("name", SEEDED)
def test_a_seed_is_shown_whole_and_as_it_is(name: str, text: str) -> None:
    assert f"\n{text}\n" in question_prompt(name, text)


def test_all_seeds_of_a_prompt_are_shown_in_order() -> None:
    prompt = question_prompt("leetcode", "the first", "the second", "the third")
    assert prompt.index("\nthe first\n") < prompt.index("\nthe second\n") < prompt.index("\nthe third\n")


@pytest.mark.parametrize("name", ["algorithm", "data_structure"])
def test_a_snippet_is_shown_with_its_category_and_name(name: str) -> None:
    assert "\n\nFiled under: graphs, walk\n\n" in question_prompt(name, "code")
    assert "Filed under" not in question_prompt(name, "code", fields=())
    assert "\nFiled under: graphs, no name\n" in question_prompt(name, "code", fields=(("category", "graphs"),))


def test_a_page_is_shown_with_its_source() -> None:
    assert '\n<page from="heapq">\ncontent\n</page>\n' in question_prompt("docs", "content")
    assert "\n<page>\ncontent\n</page>\n" in question_prompt("docs", "content", fields=())


@pytest.mark.parametrize("name", SEEDED)
def test_a_question_is_asked_for_between_delimiters_that_stand_alone(name: str) -> None:
    lines = lines_of(question_prompt(name, "seed"))
    sections = ["Analysis", "Question"] if name in ANALYSED else ["Question"]
    expected = [f"<|{section} {end}|>" for section in sections for end in ("Begin", "End")]
    assert [line for line in lines if "<|" in line] == expected


@pytest.mark.parametrize("name", SEEDED)
def test_only_docs_are_told_how_to_abstain(name: str) -> None:
    assert ("\nBAD_DOCUMENT\n" in question_prompt(name, "seed")) is (name == "docs")


@pytest.mark.parametrize("name", SEEDED)
def test_headings_are_not_glued_to_what_they_follow(name: str) -> None:
    """Defect 11: a template engine that drops the last line break glues headings to text."""
    prompts = [question_prompt(name, "seed"), templates().answer("Question"), templates().restyle("Q", "S", "T")]
    for prompt in prompts:
        lines = lines_of(prompt)
        headings = [number for number, line in enumerate(lines) if line.startswith("## ")]
        assert headings
        assert all(lines[number - 1] == lines[number + 1] == "" for number in headings)
        assert not re.search(r"\S[ \t]*## ", prompt)
        assert prompt.endswith("\n")
        assert "\n\n\n" not in prompt


def test_the_prefill_turn_ends_with_the_opening() -> None:
    assert question_prompt("prefill") == (
        "<|im_start|>system\nYou are Qwen, created by Alibaba Cloud. You are a helpful assistant.<|im_end|>\n"
        "<|im_start|>user\nWrite a python function to"
    )
    assert question_prompt("prefill", chat_template="none") == "Write a python function to"


def test_the_filter_turn_is_begun_and_empty() -> None:
    prompt = question_prompt("filter")
    assert prompt.startswith("<|im_start|>system\n")
    assert prompt.endswith("<|im_end|>\n<|im_start|>user\n")
    assert "Python" in prompt
    assert lines_of(prompt)[1] != lines_of(question_prompt("prefill"))[1]


@pytest.mark.parametrize("name", chat_template_names())
def test_the_filter_turn_brings_its_system_text_into_every_chat_template(name: str) -> None:
    template = chat_template_named(name)
    system = question_prompt("filter", chat_template="none").strip()
    assert question_prompt("filter", chat_template=name) == template.with_system.replace("{system}", system)


@pytest.mark.parametrize("question", AWKWARD.values(), ids=AWKWARD)
def test_the_question_is_shown_whole_wherever_it_is_asked_about(question: str) -> None:
    for prompt in (
        templates().answer(question),
        templates().restyle(question, "solution", "test"),
        templates().respond(question, []),
        templates().respond(question, ["def f() -> int:"]),
        templates().annotate("annotate.md", question),
    ):
        assert f"\n{question}\n" in prompt


def test_an_answer_has_a_section_for_the_solution_and_one_for_the_tests() -> None:
    lines = lines_of(templates().answer("Question"))
    markers = [line for line in lines if "<|" in line]
    assert markers == ["<|Solution Begin|>", "<|Solution End|>", "<|Test Begin|>", "<|Test End|>"]
    assert lines.count("```python") == lines.count("```") == 2


def test_tests_are_asked_for_that_import_what_they_test() -> None:
    assert "`from solution import ...`" in templates().answer("Question")


def test_restyling_shows_solution_and_test_without_the_delimiters_of_an_answer() -> None:
    """A recording of the answer must not answer the prompt for restyling."""
    prompt = templates().restyle("Question", "the solution\n", "the test\n")
    assert "<|Solution Begin|>" not in prompt
    assert "\nthe solution\n" in prompt
    assert "\nthe test\n" in prompt
    assert "<|Completion Begin|>" in lines_of(prompt)
    assert "<|Completion End|>" in lines_of(prompt)


@pytest.mark.parametrize("interface", [[], ["def f(a: int) -> int:", "class C(Base):"]])
def test_a_reasoning_model_sees_no_delimiter(interface: list[str]) -> None:
    prompt = templates().respond("Question", interface)
    assert "<|" not in prompt
    assert ("```python\n" + "\n".join(interface) + "\n```\n" in prompt) is bool(interface)


def test_the_annotator_knows_the_categories_and_qualities_that_filter_keeps() -> None:
    prompt = templates().annotate("annotate.md", "Question")
    rule = load_subset("filter").annotation
    assert rule is not None
    categories = re.findall(r"^\| ([A-Z][^|]+?) \|", prompt, re.MULTILINE)
    assert len(categories) == len(set(categories)) >= 18
    assert set(rule.categories) <= set(categories)
    assert all(f'"{quality}"' in prompt for quality in ("very poor", "poor", "average", *rule.qualities))


def test_the_example_of_an_annotation_can_be_read() -> None:
    """Defect 49: the annotator's reply was never readable."""
    rule = load_subset("filter").annotation
    assert rule is not None
    (example,) = re.findall(r"^\{.*\}$", templates().annotate("annotate.md", "Question"), re.MULTILINE)
    judged = judge_annotation(a_question(), a_completion(example), rule=rule)
    assert not hasattr(judged, "text")
    assert getattr(judged, "evidence", {}).keys() == {"language", "category", "quality", "difficulty", "online_judge"}


def test_a_template_that_wants_what_it_does_not_get_says_so() -> None:
    with pytest.raises(UsageError, match=r"answer\.md"):
        templates().question("answer.md", seeds=[], opening="")


def test_every_template_is_rendered_here() -> None:
    names = {load_subset(name).template for name in (*SEEDED, "prefill", "filter")}
    shared = {"answer.md", "restyle.md", "respond.md", "annotate.md"}
    files = {path.name for path in folder_of(load_subset("prefill")).iterdir()}
    assert files == names | shared
