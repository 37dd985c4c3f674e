"""Write the endpoint functions of operations that answer with a stream of events.

The generator reads such an answer to its end, as one text. Here its functions are replaced by two that return an
iterator of typed events; what makes the request is kept.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

__all__ = ["write_stream"]

FUNCTIONS = """

_EVENTS: dict[str, type[{models}]] = {{{events}}}
\"\"\"The models of the types of events.\"\"\"
_LAST_EVENT = {last!r}


def sync({parameters}) -> Generator[ServerEvent[{models}]]:
    {doc}
    return stream(client.get_httpx_client(), _get_kwargs({arguments}), _EVENTS, _LAST_EVENT)


def asyncio({parameters}) -> AsyncGenerator[ServerEvent[{models}]]:
    {doc}
    return astream(client.get_async_httpx_client(), _get_kwargs({arguments}), _EVENTS, _LAST_EVENT)
"""
RAISES = """
    Raises:
        ashr_labs.StreamInterruptedError: If the stream stops before the event that completes it.
        errors.UnexpectedStatus: If the server refuses, unless the client raises errors of its own.

    Returns:
        An iterator; close it, or read it to its end, to free its connection.
    \"""
"""
IMPORTS = """from collections.abc import AsyncGenerator, Generator

from ashr_labs._http.event_streams import ServerEvent, astream, stream
"""


def write_stream(module: Path, described: dict[str, Any]) -> None:
    """Replace the functions of a generated module.

    Args:
        module: The module.
        described: The media type of the answer in the contract.
    """
    text = module.read_text("utf-8")
    head = text[: text.index("\n\ndef _parse_response(")]
    tree = ast.parse(text)
    function = next(node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == "sync")
    given = function.args.args + function.args.kwonlyargs
    names = sorted({*described["x-ashr-events"].values()})
    body = FUNCTIONS.format(
        events=", ".join(f"{event!r}: {schema}" for event, schema in described["x-ashr-events"].items()),
        last=described["x-ashr-last-event"],
        parameters=ast.unparse(function.args),
        arguments=", ".join(f"{one.arg}={one.arg}" for one in given if one.arg != "client"),
        models=" | ".join(names),
        doc=_docstring(text, function),
    )
    imports = "".join(f"from ...models.{_snake(name)} import {name}\n" for name in names)
    module.write_text(IMPORTS + imports + head + body, "utf-8")
    ruff = [str(Path(sys.executable).with_name("ruff"))]
    for command in (["check", "--fix-only", "--select=F401,I", "--quiet"], ["format", "--quiet"]):
        subprocess.run([*ruff, *command, "--isolated", "--no-cache", str(module)], check=True)


def _docstring(text: str, function: ast.FunctionDef) -> str:
    """Return the generator's docstring with what these functions raise and return."""
    source = ast.get_source_segment(text, function.body[0]) or ""
    return source[: source.index("\n    Raises:")] + RAISES


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
