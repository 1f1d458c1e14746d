"""From rows to a release: Parquet configs, card, manifest."""
