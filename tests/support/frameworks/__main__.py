"""Play a program in this interpreter, and print what was recorded as JSON."""

from __future__ import annotations

import json
import sys

from support.frameworks.playing import play

if __name__ == "__main__":
    sys.stdout.write("\n" + json.dumps(play(sys.argv[1], tuple(sys.argv[2:]))) + "\n")
