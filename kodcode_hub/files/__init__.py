"""Files at the edges: rows in (JSONL, gz, zst, Parquet), whole files out (written aside, synced, renamed)."""
