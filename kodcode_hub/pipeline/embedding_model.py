"""Embedding models from a local folder, as sentence-transformers or model2vec saves them. Nothing is downloaded."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from kodcode_hub.decontamination.semantic import Embed, unit_rows
from kodcode_hub.errors import InputError, UsageError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_INSTALL = "pip install 'kodcode-hub[semantic]'"


def load_embedding_model(folder: Path) -> Embed:
    """A model that gives unit vectors.

    Raises:
        InputError: the folder holds no model of either kind, or a damaged one.
        UsageError: the library that reads it is not installed.
    """
    if not folder.is_dir():
        raise InputError(f"{folder} is no folder: give that of a model saved by sentence-transformers or model2vec")
    kinds = _module_kinds(folder)
    if not kinds:
        raise InputError(f"{folder} holds no embedding model: it has no modules.json that can be read")
    return _static_model(folder) if "StaticEmbedding" in kinds[0] else _sentence_transformer(folder)


def _module_kinds(folder: Path) -> list[str]:
    """The classes of a model's parts; both libraries name them in the same file."""
    try:
        modules = json.loads((folder / "modules.json").read_text(encoding="utf-8"))
        return [str(module["type"]) for module in modules]
    except (OSError, ValueError, TypeError, KeyError):
        return []


def _static_model(folder: Path) -> Embed:
    try:
        from model2vec import StaticModel
    except ImportError as error:
        raise UsageError(f"{folder} is a model of model2vec, which is not installed: {_INSTALL}") from error
    try:
        model = StaticModel.from_pretrained(str(folder))
    except Exception as error:
        raise InputError(f"the model in {folder} cannot be read: {error}") from error

    def embed(texts: Sequence[str]) -> NDArray[np.float32]:
        return unit_rows(model.encode(list(texts)))

    return embed


def _sentence_transformer(folder: Path) -> Embed:
    try:
        from sentence_transformers import SentenceTransformer
    except ImportError as error:
        raise UsageError(f"{folder} is a model of sentence-transformers, which is not installed: {_INSTALL}") from error
    try:
        model = SentenceTransformer(str(folder), device="cpu", local_files_only=True)
    except Exception as error:
        raise InputError(f"the model in {folder} cannot be read: {error}") from error

    def embed(texts: Sequence[str]) -> NDArray[np.float32]:
        return unit_rows(model.encode(list(texts), show_progress_bar=False, convert_to_numpy=True))

    return embed
