"""The files that run inside a trial's own processes, in the trials' Python, where this package may not be installed.

They are started by path, and import the standard library, pytest, coverage, and one another by bare name.
"""
