"""Durable jobs: a queue in the database and the worker that serves it."""
