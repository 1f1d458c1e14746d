"""``datasets`` loads a repository of the server, plain and streaming, in processes with empty caches."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path

import pyarrow
import pyarrow.parquet
import pytest

from tests.hub_server.clients import run_client
from tests.hub_server.server import Hub, hub_server

REPO = "someone/rows"
CARD = b"""---
configs:
- config_name: default
  data_files:
  - {split: train, path: data/*/train.parquet}
- config_name: first
  data_files:
  - {split: train, path: data/first/train.parquet}
---
# Rows
"""
PROGRAM = """
import json, sys
from datasets import get_dataset_config_names, load_dataset

config, revision, streaming = sys.argv[1], sys.argv[2], sys.argv[3] == "streaming"
rows = load_dataset("someone/rows", config, split="train", revision=revision, streaming=streaming)
names = get_dataset_config_names("someone/rows", revision=revision)
print(json.dumps({"numbers": sorted(row["number"] for row in rows), "configs": sorted(names)}))
"""


def parquet(numbers: range) -> bytes:
    table = pyarrow.table({"number": list(numbers)})
    file = io.BytesIO()
    pyarrow.parquet.write_table(table, file)
    return file.getvalue()


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    """A repository with a tag ``v1``, and one more row on ``main``."""
    with hub_server(tmp_path_factory.mktemp("hub")) as served:
        run_client(
            served,
            tmp_path_factory.mktemp("home"),
            "import huggingface_hub; huggingface_hub.create_repo('someone/rows', repo_type='dataset', private=True)",
        )
        repo = served.repo(REPO)
        repo.write(
            {
                "README.md": CARD,
                "data/first/train.parquet": parquet(range(3)),
                "data/second/train.parquet": parquet(range(3, 5)),
            }
        )
        repo.tags["v1"] = repo.head()
        repo.write({"data/first/train.parquet": parquet(range(10, 14))})
        yield served


@pytest.mark.parametrize("way", ["plain", "streaming"])
@pytest.mark.parametrize(
    ("config", "revision", "numbers"),
    [("first", "v1", [0, 1, 2]), ("default", "main", [3, 4, 10, 11, 12, 13])],
)
def test_a_config_loads_as_it_is_at_a_revision(
    hub: Hub, tmp_path: Path, config: str, revision: str, numbers: list[int], way: str
) -> None:
    found = json.loads(run_client(hub, tmp_path, PROGRAM, config, revision, way).splitlines()[-1])
    assert found == {"numbers": numbers, "configs": ["default", "first"]}
