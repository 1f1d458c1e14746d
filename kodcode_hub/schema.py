"""The published columns in one table: Arrow schema, features of the card's YAML and documentation come from it.

Names are those of KodCode-V1.1, so that code written for KodCode-V1 keeps working; new ones follow after them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import pyarrow as pa

SCHEMA_VERSION = 1

Scalar = Literal["string", "int64", "float64", "bool"]


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list of scalars or of structs."""

    item: Scalar | Struct


@dataclass(frozen=True, slots=True)
class Struct:
    """Named members, in order."""

    members: tuple[tuple[str, Kind], ...]


Kind = Scalar | ListOf | Struct


@dataclass(frozen=True, slots=True)
class Column:
    """One published column."""

    name: str
    kind: Kind
    doc: str


def _struct(**members: Kind) -> Struct:
    return Struct(tuple(members.items()))


COLUMNS: tuple[Column, ...] = (
    Column("version", "string", "The release in which this row last changed."),
    Column("style", "string", "How the question is put: `instruct`, `complete` or `online_judge`."),
    Column("subset", "string", "The subset, in KodCode's spelling (`Code_Contests`)."),
    Column(
        "question_id", "string", "`<Subset>_<content hash>_<I|C>`; siblings share the hash, the solution and the tests."
    ),
    Column("question", "string", "The coding question."),
    Column("solution", "string", "The chosen trial's solution, exactly as it was executed."),
    Column(
        "test", "string", "The chosen trial's pytest tests, exactly as they were executed; they import what they test."
    ),
    Column(
        "test_info",
        ListOf(
            _struct(function_name="string", parameter_list="string", function_declaration="string", docstring="string")
        ),
        "What the tests use of the solution, with full signatures.",
    ),
    Column(
        "gpt_pass_sequence",
        ListOf("int64"),
        "1 or 0 for each attempt in order; an attempt that could not be parsed is 0.",
    ),
    Column("gpt_pass_trial_num", "int64", "Number of attempts that passed."),
    Column("gpt_difficulty", "string", "`easy` above 2/3 of attempts passed, `hard` below 1/3, else `medium`."),
    Column("gpt_pass_percentage", "float64", "Share of attempts that passed, 0 to 1."),
    Column(
        "trials",
        ListOf(
            _struct(
                trial="string",
                solution_code="string",
                test_code="string",
                test_result="string",
                test_coverage="int64",
                reason="string",
            )
        ),
        "Every attempt; `test_result` is a verdict, or null where `reason` says why nothing was run.",
    ),
    Column("chosen_trial", "string", "The `trial` whose solution and tests are the row's: the first that passed."),
    Column(
        "metadata",
        _struct(original_instruction="string", seed_ids=ListOf("string"), prompt_id="string", mode="string"),
        "`original_instruction`: the question before it was restyled; the seeds and the prompt it came from.",
    ),
    Column(
        "test_coverage", "int64", "Per cent of the solution's statements that the tests run, as coverage.py rounds it."
    ),
    Column("tests_passed", "int64", "Number of tests that passed on the solution."),
    Column(
        "assurance",
        "string",
        "How far the verdict can be trusted: `high` (split, isolated), `low` (same, isolated), `none`.",
    ),
    Column("test_strength", "float64", "Share of planted faults that the tests notice, 0 to 1."),
    Column("agreement", "float64", "Agreement of the other trials with this row's assertions, 0 to 1."),
    Column("flags", ListOf("string"), "What speaks for caution."),
    Column("teacher", "string", "The model that wrote solution and tests."),
    Column(
        "environment",
        _struct(python="string", packages="string", platform="string"),
        "Where the tests were run.",
    ),
    Column(
        "provenance",
        _struct(
            recipe="string",
            prompt_hash="string",
            seeds="string",
            seed_licence="string",
            seed_origin="string",
            imports="string",
        ),
        "How the row came about; `imports` are the import statements that were written into the test.",
    ),
)

SFT_COLUMNS: tuple[Column, ...] = (
    Column("r1_pass_sequence", ListOf("int64"), "1 or 0 for each response in order; one that held no code is 0."),
    Column("r1_pass_trial_num", "int64", "Number of responses that passed."),
    Column("r1_correctness", "bool", "Whether `r1_solution` passes `test` as published."),
    Column("r1_solution", "string", "The code of the chosen response, exactly as it was executed."),
    Column("r1_teacher", "string", "The reasoning model."),
    Column(
        "conversations",
        ListOf(Struct((("from", "string"), ("value", "string")))),
        "ShareGPT form: the prompt as it was sent and the reply as it came.",
    ),
)


def arrow_schema(columns: Sequence[Column] = COLUMNS) -> pa.Schema:
    """The Arrow schema of ``columns``, without metadata, every field nullable."""
    import pyarrow as pa

    return pa.schema([pa.field(column.name, _arrow_type(column.kind)) for column in columns])


def yaml_features(columns: Sequence[Column] = COLUMNS) -> list[dict[str, Any]]:
    """``dataset_info.features`` as the Hub's YAML spells them, for every ``datasets`` from 2.21 on."""
    return [{"name": column.name, **_yaml_kind(column.kind)} for column in columns]


def column_table(columns: Sequence[Column] = COLUMNS) -> str:
    """The documentation of ``columns`` as a Markdown table."""
    # A bar ends a cell of Markdown, inside backticks too.
    docs = [column.doc.replace("|", "\\|") for column in columns]
    rows = [
        f"| `{column.name}` | {_kind_text(column.kind)} | {doc} |" for column, doc in zip(columns, docs, strict=True)
    ]
    return "\n".join(["| column | type | meaning |", "|---|---|---|", *rows])


def _arrow_type(kind: Kind) -> pa.DataType:
    import pyarrow as pa

    if isinstance(kind, ListOf):
        return pa.list_(_arrow_type(kind.item))
    if isinstance(kind, Struct):
        return pa.struct([pa.field(name, _arrow_type(member)) for name, member in kind.members])
    return {"string": pa.string(), "int64": pa.int64(), "float64": pa.float64(), "bool": pa.bool_()}[kind]


def _yaml_kind(kind: Kind) -> dict[str, Any]:
    if isinstance(kind, ListOf):
        return {"list": kind.item if isinstance(kind.item, str) else _yaml_members(kind.item)}
    if isinstance(kind, Struct):
        return {"struct": _yaml_members(kind)}
    return {"dtype": kind}


def _yaml_members(struct: Struct) -> list[dict[str, Any]]:
    return [{"name": name, **_yaml_kind(member)} for name, member in struct.members]


def _kind_text(kind: Kind) -> str:
    if isinstance(kind, ListOf):
        return f"list of {_kind_text(kind.item)}"
    if isinstance(kind, Struct):
        return "struct of " + ", ".join(f"`{name}`" for name, _ in kind.members)
    return str(kind)
