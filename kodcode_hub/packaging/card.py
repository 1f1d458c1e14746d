"""The release's ``README.md``: the YAML header that ``datasets`` and the Hub read, and the text that people read."""

from __future__ import annotations

from kodcode_hub.packaging.card_header import (
    CardContent,
    card_header,
    columns_of,
    config_names,
    dump_header,
    size_category,
    splits_by_config,
)
from kodcode_hub.packaging.card_text import FILTERS
from kodcode_hub.packaging.plots import make_plots
from kodcode_hub.packaging.run_figures import count_reasons, merge_runs
from kodcode_hub.packaging.statistics import COVERAGE_BUCKETS
from kodcode_hub.resources import resource_folder
from kodcode_hub.schema import COLUMNS, SFT_COLUMNS, column_table

__all__ = ["CardContent", "card_header", "columns_of", "render_card", "size_category"]

TEMPLATE = "README.md.jinja"
LONG_RECIPE = 40
"""Lines from which a recipe is collapsed."""


def render_card(content: CardContent) -> bytes:
    """The card in UTF-8. It shows the pictures of ``plots.draw_plots(content.figures)``, by their paths.

    Raises:
        UsageError: the folder with the template is missing.
    """
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(resource_folder("dataset_card")),
        undefined=jinja2.StrictUndefined,
        autoescape=False,  # this is Markdown; the filters of card_text escape foreign text
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(FILTERS)
    text = environment.get_template(TEMPLATE).render(
        header=dump_header(card_header(content)),
        configs=config_names(content),
        splits=splits_by_config(content),
        columns=column_table(COLUMNS),
        sft_columns=column_table(SFT_COLUMNS),
        version=content.version,
        subsets=content.figures.subsets,
        total=content.figures.total,
        buckets=COVERAGE_BUCKETS,
        plots=make_plots(content.figures),
        facts=content.facts,
        runs=merge_runs(content.facts.runs),
        left_out=count_reasons(content.facts.rejected),
        place=content.facts.repo or "path/to/this/folder",
        long_recipe=LONG_RECIPE,
    )
    return text.encode("utf-8", "backslashreplace")  # names of models come from servers and may hold anything
