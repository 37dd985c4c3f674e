"""Isolated workspaces in which agents and their commands run.

An engine makes sandboxes by one means of isolation. This room knows nothing of the platform: neither its HTTP, nor its
database.
"""
