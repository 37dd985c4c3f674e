"""The dashboard: pages about runs, traces and datasets, rendered by the server from the platform's own operations."""
