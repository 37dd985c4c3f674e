"""Agents of real frameworks, played against a stub of a provider, and what was recorded of them.

A program is a module with `LABEL`, `CASES` (the names of its functions, which take the server), and those functions. It
runs in the interpreter of the tests, or in that of another environment: `python -m support.frameworks PROGRAM`.
"""
