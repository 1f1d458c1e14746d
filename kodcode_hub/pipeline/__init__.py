"""Runs the stages over the ledger, resumes, and reports progress."""
