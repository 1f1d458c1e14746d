"""The run's memory: one SQLite file that holds every completion paid for and every verdict."""
