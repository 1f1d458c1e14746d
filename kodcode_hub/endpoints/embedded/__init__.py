"""A TGI-compatible server that replays recordings: for demos, tests, and runs without a model."""
