"""Publishing in this process, with a load check that reads the Parquet files itself and starts no ``datasets``."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from kodcode_hub.hub.hf_repository import HfRepository
from kodcode_hub.hub.load_order import LoadOrder
from kodcode_hub.hub.plan import PublishPlan
from kodcode_hub.hub.publish import PublishOptions, PublishResult, publish
from kodcode_hub.subsets import DEFAULT_CONFIG


class Heard:
    """A listener that remembers."""

    def __init__(self) -> None:
        self.plans: list[PublishPlan] = []
        self.steps: list[str] = []

    def planned(self, plan: PublishPlan) -> None:
        """Keep the plan."""
        self.plans.append(plan)

    def doing(self, what: str) -> None:
        """Keep the step."""
        self.steps.append(what)


def publish_here(
    folder: Path, repository: HfRepository, options: PublishOptions | None = None, heard: Heard | None = None
) -> PublishResult:
    """Publish with a load check of a few milliseconds."""

    def count_rows(order: LoadOrder, home: Path) -> list[str]:
        found: dict[str, int] = {}
        for path in repository.files(order.commit):
            if path.startswith("data/"):
                local = repository.download(path, order.commit, cache=home / "hub")
                config = path.split("/")[1]
                try:
                    found[config] = found.get(config, 0) + pq.read_metadata(local).num_rows
                except (pa.ArrowException, OSError) as error:
                    return [f"{path} is no Parquet file: {error}"]
        wanted = {config.name: sum(config.rows.values()) for config in order.configs if config.name != DEFAULT_CONFIG}
        return [] if found == wanted else [f"{found} instead of {wanted}"]

    return publish(
        folder,
        repository,
        options=options or PublishOptions(),
        listener=heard or Heard(),
        check_load=count_rows,
    )
