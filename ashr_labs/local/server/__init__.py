"""The ASGI server of the embedded platform."""
