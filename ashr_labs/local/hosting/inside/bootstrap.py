"""The first text that a runtime's Python runs: it takes the runtime's modules from standard input, and starts it.

The first line has the modules, compressed; the second one is the object `start` of `main`.
"""

import base64
import importlib.abc
import importlib.util
import json
import os
import sys
import zlib
from importlib.machinery import ModuleSpec
from typing import Any

PACKAGE = "ashr_runtime"


class Modules(importlib.abc.MetaPathFinder, importlib.abc.InspectLoader):
    """Imports modules from their texts."""

    def __init__(self, texts: dict[str, str]) -> None:
        self.texts = texts

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        """Return the spec of a module of the runtime."""
        if fullname not in self.texts:
            return None
        return importlib.util.spec_from_loader(fullname, self, origin=fullname, is_package=self.is_package(fullname))

    def is_package(self, fullname: str) -> bool:
        """Return True for a package."""
        return any(name.startswith(f"{fullname}.") for name in self.texts)

    def get_source(self, fullname: str) -> str:
        """Return the text of a module, for tracebacks, too."""
        return self.texts[fullname]


def start() -> None:
    """Import the runtime, and run it."""
    received = b""
    while b"\n" not in received:
        received += os.read(0, 1 << 16) or sys.exit("no runtime was sent")
    line, _, rest = received.partition(b"\n")
    sys.meta_path.insert(0, Modules(json.loads(zlib.decompress(base64.b64decode(line)))))
    main = importlib.import_module(f"{PACKAGE}.main")
    wire = importlib.import_module(f"{PACKAGE}.wire")
    channel = wire.Channel.of_process(rest)
    main.main(channel, json.loads(channel.read_line()))


if __name__ == "__main__":
    start()
