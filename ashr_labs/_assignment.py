"""The assignment problem: who goes with whom, so that all of it costs least."""

from __future__ import annotations

__all__ = ["LARGEST_SEARCH", "cheapest"]

LARGEST_SEARCH = 2_500
"""Up to how many pairs it takes a fraction of a second; the time grows with the third power of the rows."""


def cheapest(costs: list[list[int]]) -> list[tuple[int, int]]:
    """Return the pairs of rows and columns whose costs add up to the least (the Hungarian method)."""
    if len(costs) > len(costs[0]):
        return [(row, column) for column, row in cheapest([list(column) for column in zip(*costs, strict=True)])]
    width = len(costs[0])
    row_of = [-1] * (width + 1)  # the last column stands for the row that looks for its partner
    of_row, of_column = [0] * len(costs), [0] * (width + 1)
    for row in range(len(costs)):
        row_of[width] = row
        column, came_from = _augment(costs, row_of, of_row, of_column)
        while column != width:
            row_of[column] = row_of[came_from[column]]
            column = came_from[column]
    return sorted((row_of[column], column) for column in range(width) if row_of[column] >= 0)


def _augment(
    costs: list[list[int]], row_of: list[int], of_row: list[int], of_column: list[int]
) -> tuple[int, list[int]]:
    """Find the cheapest way from the last column to a free one, and adjust the potentials on it."""
    width = len(costs[0])
    slack, came_from, visited = [float("inf")] * width, [width] * width, [False] * (width + 1)
    column = width
    while row_of[column] >= 0:
        visited[column] = True
        row = row_of[column]
        for other in range(width):
            if not visited[other] and (gap := costs[row][other] - of_row[row] - of_column[other]) < slack[other]:
                slack[other], came_from[other] = gap, column
        free = [other for other in range(width) if not visited[other]]
        nearest = min(free, key=slack.__getitem__)
        step = int(slack[nearest])
        for other in range(width + 1):
            if visited[other]:
                of_row[row_of[other]] += step
                of_column[other] -= step
            elif other < width:
                slack[other] -= step
        column = nearest
    return column, came_from
