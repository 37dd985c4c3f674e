"""A server of MCP with a tool, a resource and a prompt; over HTTP if a port is given."""

from __future__ import annotations

import logging
import sys
from importlib import import_module
from typing import Any

from support.frameworks import answers


def served() -> Any:
    """Return the server, of a class that older versions call `FastMCP`."""
    try:
        kind: Any = import_module("mcp.server.fastmcp").FastMCP
    except ImportError:
        kind = import_module("mcp.server").MCPServer
    server = kind("shop")
    server.tool()(answers.lookup)
    server.resource("shop://policy")(policy)
    server.prompt()(greeting)
    return server


def policy() -> str:
    return "thirty days"


def greeting(name: str) -> str:
    return f"Greet {name}."


def run(server: Any, port: int | None) -> None:
    if port is None:
        server.run()
    elif hasattr(server.settings, "port"):
        server.settings.port = port
        server.run("streamable-http")
    else:
        server.run("streamable-http", port=port)


if __name__ == "__main__":
    logging.disable()
    run(served(), int(sys.argv[1]) if len(sys.argv) > 1 else None)
