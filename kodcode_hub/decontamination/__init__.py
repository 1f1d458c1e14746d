"""Near-duplicates among questions, and questions that benchmarks know already."""

from kodcode_hub.decontamination.candidates import candidate_pairs

__all__ = ["candidate_pairs"]
