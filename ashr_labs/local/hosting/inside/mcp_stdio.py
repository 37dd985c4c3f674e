"""Tools of MCP servers that run in the sandbox and speak JSON-RPC on standard input and output."""

from __future__ import annotations

import itertools
import json
import os
import queue
import subprocess
import threading
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .tools import Tool, ToolError
from .values import items, mapping

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["McpServers"]

_PROTOCOL = "2025-06-18"
_START_SECONDS, _CALL_SECONDS = 30.0, 300.0
_MAX_LINE = 8 << 20
_FILE = Path(".mcp.json")


class McpServers:
    """The servers of an agent, which are started when they are needed, and again when their settings change."""

    def __init__(self) -> None:
        self._running: dict[str, tuple[Any, _Server | None]] = {}

    def tools(self, options: dict[str, Any], warn: Callable[[str], None]) -> list[Tool]:
        """Return the tools of the servers of `.mcp.json` and of the session, which takes precedence.

        Args:
            options: Of the turn.
            warn: Takes the reason why a server is not used.
        """
        wanted = {**_of_file(warn), **mapping(options.get("mcpServers"))}
        for name in [name for name in self._running if name not in wanted]:
            self._stop(name)
        for name, settings in wanted.items():
            if name not in self._running or self._running[name][0] != settings or self._has_ended(name):
                self._stop(name)
                self._running[name] = settings, _started(name, settings, warn)
        servers = [server for _, server in self._running.values() if server is not None]
        return [tool for server in servers for tool in server.tools]

    def _has_ended(self, name: str) -> bool:
        server = self._running[name][1]
        return server is not None and not server.is_alive

    def _stop(self, name: str) -> None:
        _, server = self._running.pop(name, (None, None))
        if server is not None:
            server.stop()


def _of_file(warn: Callable[[str], None]) -> dict[str, Any]:
    if not _FILE.is_file():
        return {}
    try:
        return dict(json.loads(_FILE.read_text("utf-8"))["mcpServers"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        warn(f"{_FILE} cannot be read: {type(error).__name__}: {error}")
        return {}


def _started(name: str, settings: Any, warn: Callable[[str], None]) -> _Server | None:
    if not mapping(settings).get("command"):
        warn(f"the MCP server {name!r} is not used: it has no `command`; servers with a `url` are not supported")
        return None
    try:
        return _Server(name, settings)
    except (OSError, ToolError, TypeError) as error:
        warn(f"the MCP server {name!r} is not used: {error}")
        return None


class _Server:
    """A running server."""

    def __init__(self, name: str, settings: dict[str, Any]) -> None:
        self.name = name
        self._process = subprocess.Popen(
            [settings["command"], *items(settings.get("args"))],
            env={**os.environ, **mapping(settings.get("env"))},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
        )
        self._ids = itertools.count(1)
        self._answers: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
        threading.Thread(target=self._read, name=f"mcp-{name}", daemon=True).start()
        try:
            client = {"name": "ashr-labs-agent", "version": "1"}
            hello = {"protocolVersion": _PROTOCOL, "capabilities": {}, "clientInfo": client}
            self._ask("initialize", hello, _START_SECONDS)
            self._send({"method": "notifications/initialized"})
            self.tools = [*self._listed()]
        except BaseException:
            self.stop()
            raise

    @property
    def is_alive(self) -> bool:
        """Whether its process runs."""
        return self._process.poll() is None

    def stop(self) -> None:
        """End its process."""
        self._process.kill()
        self._process.wait()

    def _listed(self) -> list[Tool]:
        found: list[Tool] = []
        cursor: dict[str, Any] = {}
        while True:
            page = self._ask("tools/list", cursor, _START_SECONDS)
            found += [self._tool(one) for one in page.get("tools", ())]
            if not page.get("nextCursor"):
                return found
            cursor = {"cursor": page["nextCursor"]}

    def _tool(self, described: dict[str, Any]) -> Tool:
        name = described["name"]
        schema: dict[str, Any] = {"type": "object", "properties": {}, **mapping(described.get("inputSchema"))}
        reads_only = bool(mapping(described.get("annotations")).get("readOnlyHint"))
        full, about = f"mcp__{self.name}__{name}", str(described.get("description", ""))
        return Tool(full, about, schema, partial(self._call, name), reads_only=reads_only)

    def _call(self, name: str, given: Any) -> str:
        result = self._ask("tools/call", {"name": name, "arguments": given}, _CALL_SECONDS)
        parts = [one.get("text", f"[{one.get('type')}]") for one in result.get("content", ())]
        text = "\n".join(map(str, parts)) or json.dumps(result.get("structuredContent", ""))
        if result.get("isError"):
            raise ToolError(text)
        return text

    def _ask(self, method: str, params: dict[str, Any], seconds: float) -> dict[str, Any]:
        number = next(self._ids)
        self._send({"id": number, "method": method, "params": params})
        while True:
            try:
                answer = self._answers.get(timeout=seconds)
            except queue.Empty:
                raise ToolError(f"the MCP server {self.name} did not answer {method} in {seconds:g} seconds") from None
            if answer is None:
                raise ToolError(f"the MCP server {self.name} has ended")
            if answer.get("id") != number:
                continue  # the late answer to an earlier request
            if "error" in answer:
                raise ToolError(str(mapping(answer["error"]).get("message", answer["error"])))
            return mapping(answer.get("result"))

    def _send(self, message: dict[str, Any]) -> None:
        stdin = self._process.stdin
        if stdin is None:
            raise AssertionError
        try:
            stdin.write(json.dumps({"jsonrpc": "2.0", **message}).encode() + b"\n")
            stdin.flush()
        except OSError as error:
            raise ToolError(f"the MCP server {self.name} has ended: {error}") from None

    def _read(self) -> None:
        stdout = self._process.stdout
        while stdout is not None and (line := stdout.readline(_MAX_LINE)):
            self._take(line)
        self._answers.put(None)

    def _take(self, line: bytes) -> None:
        try:
            message = json.loads(line)
        except ValueError:
            return  # a server must print nothing else, but some do
        if mapping(message) and "method" not in message:
            self._answers.put(message)
