"""Near-duplicates among questions, and questions that benchmarks know already."""
