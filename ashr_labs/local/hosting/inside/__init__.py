"""Programs that run inside of sandboxes.

They need nothing but Python: they are sent into the sandbox as text, and not imported from an installed package there.
"""
