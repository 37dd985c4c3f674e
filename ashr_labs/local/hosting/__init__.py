"""Deployed agents and their sessions."""
