"""kodcode_hub: make, verify, publish, browse and train on verifiable coding datasets (KodCode, arXiv 2503.02951).

Importing this package loads none of its dependencies; every room is imported when it is entered.
"""

__version__ = "0.1.0"
