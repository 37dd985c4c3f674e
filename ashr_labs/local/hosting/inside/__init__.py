"""Programs that run inside of sandboxes; they need nothing but Python."""
