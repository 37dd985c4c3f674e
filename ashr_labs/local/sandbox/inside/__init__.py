"""The first process of a sandbox.

These modules import the standard library and each other only, and of the standard library what is imported fast: they
are started once per sandbox. `socket`, `signal`, `json` and `typing` would double that time, so their C modules and
plain values are used in their place.
"""
