"""``kodcode dedup --semantic`` with a real model of model2vec, made here."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from kodcode_hub.errors import InputError, UsageError
from kodcode_hub.pipeline.dedup_file import dedup_file
from kodcode_hub.pipeline.dedup_settings import DedupOutputs, DedupSettings
from kodcode_hub.pipeline.embedding_model import load_embedding_model

WORDS = {
    "[UNK]": (0, 0, 0),
    "?!": (0, 0, 1),
    "sort": (1, 0, 0),
    "order": (0.98, 0.02, 0),
    "list": (0, 1, 0),
    "array": (0, 0.97, 0.03),
}
ROWS = [
    {"id": "a", "question": "sort list"},
    {"id": "b", "question": "order array"},
    {"id": "c", "question": "sort list"},
    {"id": "d", "question": "list list list"},
    {"id": "e", "question": "?!"},
]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    model2vec = pytest.importorskip("model2vec", reason="the extra 'semantic' is not installed")
    tokenizers = pytest.importorskip("tokenizers")
    words = {word: number for number, word in enumerate(WORDS)}
    tokenizer = tokenizers.Tokenizer(tokenizers.models.WordLevel(words, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.Whitespace()
    folder = tmp_path_factory.mktemp("model")
    model2vec.StaticModel(np.array(list(WORDS.values()), dtype=np.float32), tokenizer).save_pretrained(str(folder))
    return folder


def write(path: Path, rows: list[dict[str, str]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def test_both_findings_are_reported_and_a_row_stays_that_has_neither(tmp_path: Path, model: Path) -> None:
    source, out = write(tmp_path / "in.jsonl", ROWS), tmp_path / "out.jsonl"
    settings = DedupSettings(semantic=model, cosine=0.99)
    result = dedup_file(source, DedupOutputs(out, report=tmp_path / "report.json"), settings=settings)
    rows = [json.loads(line) for line in out.read_text().splitlines()]
    assert [(row["id"], row["duplicate_of"], row["semantic_duplicate_of"]) for row in rows] == [
        ("a", None, None),
        ("b", None, "a"),
        ("c", "a", None),
        ("d", None, None),
        ("e", None, None),
    ]
    assert rows[1]["cosine"] == pytest.approx(0.999, abs=2e-3)
    assert (rows[2]["similarity"], rows[2]["cosine"]) == (1.0, None)
    answer = result.as_json()
    assert (answer["kept"], answer["duplicates"], answer["semantic_duplicates"]) == (3, 1, 1)
    assert json.loads((tmp_path / "report.json").read_text())["cosine"] == 0.99


def test_earlier_rows_are_compared_by_meaning_too_and_parquet_has_the_columns(tmp_path: Path, model: Path) -> None:
    import pyarrow.parquet as pq

    old = write(tmp_path / "old.jsonl", [{"id": "o", "question": "order list"}])
    source, out = write(tmp_path / "in.jsonl", ROWS), tmp_path / "out.parquet"
    dedup_file(source, DedupOutputs(out), settings=DedupSettings(against=(old,), semantic=model, cosine=0.99))
    table = pq.read_table(out)
    assert table.column_names == ["id", "question", "duplicate_of", "similarity", "semantic_duplicate_of", "cosine"]
    assert table.column("semantic_duplicate_of").to_pylist() == ["o", "o", None, None, None]
    assert table.column("duplicate_of").to_pylist() == [None, None, "a", None, None]


def test_a_folder_without_a_model_is_refused_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is no folder: give that of a model saved by"):
        load_embedding_model(tmp_path / "missing")
    with pytest.raises(InputError, match="holds no embedding model"):
        load_embedding_model(tmp_path)
    (tmp_path / "modules.json").write_text('[{"type": "sentence_transformers.models.StaticEmbedding"}]')
    with pytest.raises(InputError, match="cannot be read"):
        load_embedding_model(tmp_path)


def test_a_cosine_that_is_none_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    source = write(tmp_path / "in.jsonl", ROWS)
    with pytest.raises(UsageError, match="cosine 0"):
        dedup_file(source, DedupOutputs(tmp_path / "o.jsonl"), settings=DedupSettings(semantic=tmp_path, cosine=0.0))


def test_rows_without_words_are_like_nothing_whatever_a_model_makes_of_them(tmp_path: Path, model: Path) -> None:
    rows = [{"id": str(number), "question": text} for number, text in enumerate(["?!", "?!", "sort"])]
    source, out = write(tmp_path / "in.jsonl", rows), tmp_path / "out.jsonl"
    dedup_file(source, DedupOutputs(out), settings=DedupSettings(semantic=model, cosine=0.99))
    found = [json.loads(line)["semantic_duplicate_of"] for line in out.read_text().splitlines()]
    assert found == [None, None, None]
