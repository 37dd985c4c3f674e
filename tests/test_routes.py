"""Paths of resources: which operation a request is for, and the path of an operation."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ashr_labs._routes import Match, Routes, expand

OPERATIONS = {
    "list_runs": ("GET", "/v1/runs"),
    "create_run": ("POST", "/v1/runs"),
    "get_run": ("GET", "/v1/runs/{run_id}"),
    "compare_runs": ("POST", "/v1/runs/compare"),
    "get_latest": ("GET", "/v1/{kind}/latest"),
    "get_tag": ("GET", "/v1/runs/{run_id}/tags/{tag}"),
    "read_file": ("GET", "/v1/runs/{run_id}/files/{+path}"),
    "list_files": ("GET", "/v1/runs/{run_id}/files"),
}
ROUTES = Routes((name, method, template) for name, (method, template) in OPERATIONS.items())


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", "/v1/runs", Match("list_runs", {})),
        ("GET", "/v1/runs/7", Match("get_run", {"run_id": "7"})),
        ("POST", "/v1/runs/compare", Match("compare_runs", {})),
        ("GET", "/v1/runs/compare", {"POST"}),
        ("GET", "/v1/other/latest", Match("get_latest", {"kind": "other"})),
        ("GET", "/v1/runs/latest", Match("get_run", {"run_id": "latest"})),
        ("GET", "/v1/runs/a%2Fb", Match("get_run", {"run_id": "a/b"})),
        ("GET", "/v1/runs/%2E%2E", Match("get_run", {"run_id": ".."})),
        ("GET", "/v1/runs/7/tags/%20", Match("get_tag", {"run_id": "7", "tag": " "})),
        ("GET", "/v1/runs/7/files/a/b.txt", Match("read_file", {"run_id": "7", "path": "a/b.txt"})),
        ("GET", "/v1/runs/7/files//tmp/x", Match("read_file", {"run_id": "7", "path": "/tmp/x"})),
        ("GET", "/v1/runs/7/files/%0A%3F/", Match("read_file", {"run_id": "7", "path": "\n?/"})),
        ("GET", "/v1/runs/7/files", Match("list_files", {"run_id": "7"})),
        ("DELETE", "/v1/runs", {"GET", "POST"}),
        ("PUT", "/v1/runs/compare", {"POST"}),
        ("DELETE", "/v1/runs/7/files/a", {"GET"}),
        ("GET", "/v1/runs/7/files/", set()),
        ("GET", "/v1/runs/", set()),
        ("GET", "/v1", set()),
        ("GET", "/", set()),
        ("GET", "//v1/runs", set()),
        ("GET", "/v1/runs/7/tags", set()),
    ],
)
def test_request_is_matched_to_operation(method: str, path: str, expected: object) -> None:
    """Literal segments win over parameters; other methods of a path are told, and unknown paths have none."""
    assert expected == ROUTES.match(method, path)


@given(st.text(min_size=1), st.text(min_size=1))
def test_expanded_path_matches_its_operation(run_id: str, path: str) -> None:
    """Whatever the parameters are, the path that is made of them brings them back."""
    run_id, path = (text.encode("utf-8", "replace").decode() for text in (run_id, path))
    given_parameters = {"run_id": run_id, "path": path}

    expanded = expand("/v1/runs/{run_id}/files/{+path}", given_parameters)

    assert expanded.isascii()
    assert Match("read_file", given_parameters) == ROUTES.match("GET", expanded)
    assert {".", ".."}.isdisjoint(expanded.split("/"))
