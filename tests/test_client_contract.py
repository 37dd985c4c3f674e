"""Every operation of the contract is generated, sync, async, documented and tested."""

from __future__ import annotations

import inspect
import json
from importlib import import_module
from importlib.resources import files
from pathlib import Path

import pytest

from ashr_labs import AshrLabsClient, AsyncAshrLabsClient

ROOT = Path(__file__).resolve().parent.parent
GUIDE = (ROOT / "docs" / "client.md").read_text("utf-8")
CONTRACT = json.loads((files("ashr_labs_contract") / "contract.json").read_text("utf-8"))
OPERATIONS = {
    operation["operationId"]: operation["tags"][0] for path in CONTRACT["paths"].values() for operation in path.values()
}
METHODS = {"keep_alive": "health_check", "get_sdk_notes": "get_notes"}
"""Methods whose name differs from that of their operation."""


def public(cls: type) -> set[str]:
    return {name for name in dir(cls) if not name.startswith("_")}


STREAMS = {"get_api_sessions_id_messages_stream", "get_run_events", "post_api_sessions_id_messages"}
"""Operations whose functions return iterators."""


@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_operation_has_function_methods_and_guide_entry(operation: str) -> None:
    """Each operation has a generated module; if it has a method, both clients do, and a guide and tests name it."""
    method = METHODS.get(operation, operation)
    module = import_module(f"ashr_labs_api.api.{OPERATIONS[operation]}.{operation}")

    assert callable(module.sync)
    assert inspect.iscoroutinefunction(module.asyncio) or operation in STREAMS
    assert hasattr(AshrLabsClient, method) == hasattr(AsyncAshrLabsClient, method)
    if not hasattr(AshrLabsClient, method):
        return
    assert not inspect.iscoroutinefunction(getattr(AshrLabsClient, method))
    assert inspect.iscoroutinefunction(getattr(AsyncAshrLabsClient, method))
    assert f"`{method}" in GUIDE
    for world in ("_async", "_sync"):
        tests = (ROOT / "tests" / "client" / world / "test_calls.py").read_text("utf-8")
        assert f'"{operation}"' in tests


def test_both_clients_have_the_same_methods() -> None:
    """Both clients have the same methods with the same parameters; only `close` and `aclose` differ."""
    assert public(AshrLabsClient) - {"close"} == public(AsyncAshrLabsClient) - {"aclose"}
    for name in public(AshrLabsClient) - {"close"}:
        theirs, ours = (inspect.getattr_static(cls, name) for cls in (AsyncAshrLabsClient, AshrLabsClient))
        if inspect.isfunction(theirs):
            assert inspect.signature(theirs).parameters.keys() == inspect.signature(ours).parameters.keys()


def test_every_public_name_of_a_client_is_in_the_guide() -> None:
    """The guide names each method, and each option of the constructor."""
    options = set(inspect.signature(AshrLabsClient).parameters)

    assert [] == sorted(name for name in public(AshrLabsClient) | options if f"`{name}" not in GUIDE)


@pytest.mark.parametrize("client", [AshrLabsClient("tp_key"), AsyncAshrLabsClient("tp_key")], ids=["sync", "async"])
def test_every_call_method_has_raw_response(client: AshrLabsClient | AsyncAshrLabsClient) -> None:
    """`with_raw_response` has exactly the methods that send calls, with their parameters and docstrings."""
    calling = {name for name in public(AsyncAshrLabsClient) if is_calling(getattr(AsyncAshrLabsClient, name))}
    raw = client.with_raw_response

    assert calling == public(type(raw))
    for name in calling:
        assert inspect.signature(getattr(client, name)).parameters == inspect.signature(getattr(raw, name)).parameters
        assert getattr(client, name).__doc__ == getattr(raw, name).__doc__


def is_calling(method: object) -> bool:
    return inspect.iscoroutinefunction(method) and getattr(method, "__name__", "") != "aclose"
