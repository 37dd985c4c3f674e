"""Network backends of httpcore whose deadline covers the whole call."""
