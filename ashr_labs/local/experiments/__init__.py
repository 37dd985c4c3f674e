"""Experiments of the platform: each scenario is a job that plays an agent in a sandbox of its own."""
