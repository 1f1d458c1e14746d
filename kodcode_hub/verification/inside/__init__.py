"""What runs inside a worker's processes, in the trials' Python, where this package may not be installed.

``start.py`` loads this folder there as a package of another name. Its modules import the standard library, pytest,
coverage, and one another relatively.
"""
