"""Talking to LLM servers: one protocol, one pooled HTTP client, and an embedded server for replays."""
