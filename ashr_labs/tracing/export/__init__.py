"""Export of traces: queue, worker, transport and spool."""
