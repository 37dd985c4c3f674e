"""Background jobs: the durable queue, the worker threads and the kinds of jobs."""
