"""Tests of wrong arguments of the client's methods: each is an error that names the argument."""

from __future__ import annotations

from typing import Any

import pytest

from ashr_labs import AshrLabsClient, AshrLabsError
from support.eval_data import agent, source, user

WRONG: list[tuple[str, dict[str, Any], str]] = [
    ("get_dataset", {"dataset_id": "x"}, 'dataset_id: "x" is not of type "integer"'),
    ("get_dataset", {"dataset_id": 1, "include_signed_urls": "no"}, "include_signed_urls: "),
    ("get_run", {"run_id": 1.5}, "run_id: 1.5 is not of type"),
    ("poll_run", {"run_id": True}, "run_id: true is not of type"),
    ("poll_run", {"run_id": 1, "timeout": "x"}, "timeout must be "),
    ("list_runs", {"limit": -1}, "limit: -1 is less than the minimum"),
    ("list_runs", {"summary": "no"}, 'summary: "no" is not of type "boolean"'),
    ("list_datasets", {"summary": 1}, "summary: 1 is not of type"),
    ("list_requests", {"summary": "yes"}, "summary: "),
    ("list_requests", {"status": 3}, "status: "),
    ("get_agent_datasets", {"agent_id": 1, "summary": "yes"}, "summary: "),
    ("iter_runs", {"page_size": "x"}, "page_size must be 1 to 100, got 'x'"),
    ("iter_datasets", {"page_size": None}, "page_size must be 1 to 100, got None"),
    ("iter_traces", {"page_size": True}, "page_size must be 1 to 100, got True"),
    ("iter_traces", {"tags": "smoke"}, "tags: must be a list, got 'smoke'; write it as ['smoke']"),
    ("list_observability_traces", {"tags": 3}, "tags: must be a list, got 3"),
    ("create_api_key", {"name": "n", "scopes": "read"}, "scopes: must be a list, got 'read'; write it as ['read']"),
    ("create_run", {"dataset_id": 1, "result": []}, "result: must be an object, got []"),
    ("create_dataset", {"name": 3, "dataset_source": source(s=[user(), agent("a")])}, "name: 3 is not of type"),
    (
        "generate_pentest_dataset",
        {"agent_name": "A", "agent_description": "d", "system_prompt": "s", "categories": 3},
        "categories: must be a list, got 3",
    ),
]


@pytest.mark.parametrize(("method", "arguments", "problem"), WRONG)
def test_wrong_argument_is_refused_by_name(
    method: str, arguments: Any, problem: str, local_client: AshrLabsClient
) -> None:
    """A value of a wrong type or outside of its range is refused, also where it could be read as another one."""
    with pytest.raises(AshrLabsError) as caught:
        list(getattr(local_client, method)(**arguments))

    assert problem in str(caught.value)
