"""Drivers: threads, asyncio tasks and executors that run the steps of scenarios."""
