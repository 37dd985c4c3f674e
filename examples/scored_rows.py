"""Score a function over rows: five lines, no account, no key, no network."""

from __future__ import annotations

from ashr_labs import Eval
from ashr_labs.scorers import ExactMatch, Levenshtein

CAPITALS = {"France": "Paris", "Peru": "Lima", "Japan": "Kyoto", "Kenya": "Nairobi"}
ROWS = [
    {"input": "France", "expected": "Paris"},
    {"input": "Peru", "expected": "Lima"},
    {"input": "Japan", "expected": "Tokyo"},
    {"input": "Kenya", "expected": "Nairobi"},
    {"input": "Atlantis"},
]


def main() -> None:
    """Evaluate the table of capitals, and print rows and summary."""
    result = Eval("capitals", data=ROWS, task=CAPITALS.__getitem__, scores=[ExactMatch(), Levenshtein()])

    for row in result.rows:
        print(f"{row.input:<10}{row.error or row.output:<22}{row.scores}")
    for name, summary in result.summary.items():
        print(f"{name:<14}mean {summary.mean:.2f} of {summary.count} rows, {summary.missing} without a score")


if __name__ == "__main__":
    main()
