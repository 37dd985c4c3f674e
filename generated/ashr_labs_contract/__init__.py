"""The contract of the API as data.

Derived from `openapi.yaml` by `make sdk`; do not edit.
"""
