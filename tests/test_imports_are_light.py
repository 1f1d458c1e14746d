"""Importing the package costs nothing that is not used."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = (
    "gradio", "ray", "duckdb", "torch", "matplotlib", "datasets", "huggingface_hub", "pyarrow", "numpy", "datasketch",
    "scipy", "pandas", "aiohttp", "jinja2", "rich", "typer", "pytest", "coverage", "yaml", "tantivy", "numba",
    "sentence_transformers",
)  # fmt: skip


def loaded_after(statement: str) -> set[str]:
    program = f"import sys\n{statement}\nprint(' '.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    return set(done.stdout.split())


def test_the_package_alone_loads_no_dependency() -> None:
    assert not loaded_after("import kodcode_hub") & set(HEAVY)


def test_the_records_and_the_schema_are_light_too() -> None:
    statement = "import kodcode_hub.record, kodcode_hub.schema, kodcode_hub.subsets, kodcode_hub.errors"
    assert not loaded_after(statement) & set(HEAVY)


@pytest.mark.parametrize("statement", ["import kodcode_hub.cli.app", "from kodcode_hub import build_run"])
def test_not_even_a_build_loads_datasets_before_it_is_used(statement: str) -> None:
    assert not loaded_after(statement) & {"gradio", "ray", "torch", "datasets", "matplotlib", "scipy", "datasketch"}


def test_every_function_of_the_package_can_be_reached() -> None:
    names = loaded_after("import kodcode_hub\nfor n in kodcode_hub._FUNCTIONS: getattr(kodcode_hub, n)")
    assert "kodcode_hub.pipeline.build" in names
