"""Rows of an earlier schema under the columns that are published now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kodcode_hub.errors import InputError
from kodcode_hub.packaging.card import columns_of
from kodcode_hub.schema import arrow_schema

if TYPE_CHECKING:
    import pyarrow as pa


def fits_columns(schema: pa.Schema, config: str) -> bool:
    """Whether a file of a config has just the columns that are published, in their order."""
    return bool(schema.equals(arrow_schema(columns_of(config))))


def fit_columns(table: pa.Table, config: str, name: str, *, drops_others: bool) -> pa.Table:
    """All published columns in their order; what an earlier schema did not have is null.

    Args:
        table: rows of one config.
        config: whose columns they get.
        name: of the file, for messages.
        drops_others: leave columns out that are no longer published, instead of refusing them.

    Raises:
        InputError: it has a column that is not published, or one of another type.
    """
    import pyarrow as pa

    schema = arrow_schema(columns_of(config))
    if table.schema.equals(schema):
        return table.replace_schema_metadata(None)
    others = [column for column in table.column_names if column not in schema.names]
    if others and not drops_others:
        raise InputError(f"{name} has the column {others[0]!r}, which is not published (schema)")
    columns = [
        table[field.name] if field.name in table.column_names else pa.nulls(table.num_rows, field.type)
        for field in schema
    ]
    try:
        return pa.table(columns, names=schema.names).cast(schema)
    except pa.ArrowException as error:
        raise InputError(f"{name} does not fit the published columns (schema): {error}") from error
