"""Running tests against solutions, and what follows from it."""
