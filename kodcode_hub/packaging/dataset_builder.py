"""A release folder as a ``datasets`` builder with one config a subset, for local use. It imports ``datasets``.

    KodCode(config_name="leetcode", data_dir="path/to/release").download_and_prepare()

gives the same rows as ``load_dataset("path/to/release", "leetcode")``. The class is defined here once;
``builders/kodcode.py`` shows it to the ``load_dataset("builders/kodcode.py", ..., trust_remote_code=True)`` of
``datasets`` before 4, which finds imported builder classes too.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import datasets

from kodcode_hub.errors import InputError
from kodcode_hub.packaging.card import columns_of
from kodcode_hub.packaging.release import subset_order
from kodcode_hub.packaging.rows import SPLITS
from kodcode_hub.schema import Column, Kind, ListOf, Struct, arrow_schema
from kodcode_hub.subsets import DEFAULT_CONFIG, SFT_CONFIG, SUBSET_NAMES

if TYPE_CHECKING:
    import pyarrow as pa

_BATCH_ROWS = 1000


@dataclass
class KodCodeConfig(datasets.BuilderConfig):  # type: ignore[misc]
    """One config: ``data_dir`` is the release folder."""

    def create_config_id(self, config_kwargs: dict[str, Any], custom_features: Any = None) -> str:
        """The name under which prepared rows are cached: another release in the same folder has another one.

        Raises:
            InputError: ``data_dir`` is missing or holds no release.
        """
        fingerprint = release_fingerprint(self.data_dir)
        return str(super().create_config_id({**config_kwargs, "release": fingerprint}, custom_features))


class KodCode(datasets.ArrowBasedBuilder):  # type: ignore[misc]
    """KodCode's 12 subsets, ``default`` (all of them) and ``sft``; a release may hold subsets of the user's own."""

    BUILDER_CONFIG_CLASS = KodCodeConfig
    BUILDER_CONFIGS = [  # noqa: RUF012 - the base class declares it so
        KodCodeConfig(name=name) for name in (DEFAULT_CONFIG, *SUBSET_NAMES, SFT_CONFIG)
    ]
    DEFAULT_CONFIG_NAME = DEFAULT_CONFIG

    def __init__(self, *args: Any, config_name: str | None = None, **options: Any) -> None:
        # With configs listed, the base class refuses all other names; the release knows better which there are.
        self.BUILDER_CONFIGS = []
        super().__init__(*args, config_name=config_name or DEFAULT_CONFIG, **options)

    def _info(self) -> datasets.DatasetInfo:
        return datasets.DatasetInfo(features=dataset_features(columns_of(self.config.name)))

    def _split_generators(self, dl_manager: Any) -> list[datasets.SplitGenerator]:
        files = release_files(Path(self.config.data_dir), self.config.name)
        return [
            datasets.SplitGenerator(name=split, gen_kwargs={"files": [str(path) for path in paths]})
            for split, paths in files.items()
        ]

    def _generate_tables(self, files: list[str]) -> Iterator[tuple[tuple[int, int], pa.Table]]:
        import pyarrow as pa
        import pyarrow.parquet as pq

        schema = arrow_schema(columns_of(self.config.name))
        for file_index, path in enumerate(files):
            with pq.ParquetFile(path) as file:
                for batch_index, batch in enumerate(file.iter_batches(_BATCH_ROWS)):
                    yield (file_index, batch_index), pa.Table.from_batches([batch]).cast(schema)


def dataset_features(columns: Sequence[Column]) -> datasets.Features:
    """The features that ``load_dataset`` reads from the card, for every ``datasets`` from 2.21 on."""
    return datasets.Features({column.name: _feature(column.kind) for column in columns})


def release_files(release: Path, config: str) -> dict[str, list[Path]]:
    """The Parquet files of a config by split, in the order of a release's card.

    Raises:
        InputError: the release has no such config; names those that it has.
    """
    folders = {folder.name for folder in (release / "data").glob("*") if any(folder.glob("*.parquet"))}
    subsets = subset_order(folders - {SFT_CONFIG})
    if config != DEFAULT_CONFIG and config not in folders:
        known = ", ".join([DEFAULT_CONFIG, *subsets, *sorted(folders & {SFT_CONFIG})]) if folders else "no rows at all"
        raise InputError(f"the release {release} has no config {config!r}; it has {known}")
    chosen = subsets if config == DEFAULT_CONFIG else [config]
    files = [path for folder in chosen for path in sorted((release / "data" / folder).glob("*-of-*.parquet"))]
    by_split = {split: [path for path in files if re.match(rf"{split}-\d", path.name)] for split in SPLITS}
    return {split: paths for split, paths in by_split.items() if paths}


def release_fingerprint(data_dir: str | None) -> str:
    """A hash of the manifests, which hold the hashes of everything else.

    Raises:
        InputError: there are none.
    """
    manifests = sorted(Path(data_dir).glob("releases/v*.json")) if data_dir else []
    if not manifests:
        raise InputError(f"data_dir={data_dir!r} is not a release folder (it has no releases/v*.json): name one")
    digest = hashlib.sha256()
    for manifest in manifests:
        digest.update(manifest.read_bytes())
    return digest.hexdigest()[:16]


def _feature(kind: Kind) -> Any:
    """A list is written ``[item]``, which all versions take; the class for it has changed its name and its meaning."""
    if isinstance(kind, ListOf):
        return [_feature(kind.item)]
    if isinstance(kind, Struct):
        return {name: _feature(member) for name, member in kind.members}
    return datasets.Value(kind)
