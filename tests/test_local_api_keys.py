"""API keys of the embedded platform."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any, NamedTuple

import pytest

from ashr_labs.local.operations import OPERATIONS
from ashr_labs_contract.operations import OPERATIONS as DESCRIBED
from support.local_api import Api, Place, parameters_of

UNKNOWN = 999_999


class Owner(NamedTuple):
    """A platform, and keys that have all scopes but one."""

    api: Api
    without: dict[str, Api]


@pytest.fixture(name="owner", scope="module")
def _owner() -> Generator[Owner]:
    scopes = ["read", "write", "admin"]
    with Api.opened() as api:
        others = {one: [other for other in scopes if other != one] for one in scopes}
        keys = {one: api("create_api_key", name=one, scopes=rest)["api_key"]["key"] for one, rest in others.items()}
        yield Owner(api, {one: Api(api.platform, key) for one, key in keys.items()})


@pytest.fixture(name="api")
def _api(place: Place) -> Generator[Api]:
    with Api.opened(place) as api:
        yield api


def test_api_key_is_shown_once_and_works_until_revoked(api: Api) -> None:
    """A new key works immediately, is listed without its secret, and is rejected once it is revoked."""
    made = api("create_api_key", name="ci")["api_key"]
    other = Api(api.platform, made["key"])

    assert made["key"].startswith(made["key_prefix"])
    assert len(made["key"]) > len(made["key_prefix"]) + 30
    assert "ok" == other("keep_alive")["status"]
    (listed,) = api("list_api_keys")["api_keys"]
    assert "key" not in listed
    assert ("ci", True) == (listed["name"], listed["is_active"])
    assert listed["last_used_at"] is not None

    api("revoke_api_key", api_key_id=made["id"])

    assert "revoked" in other.refused(401, "keep_alive")
    assert [] == api("list_api_keys")["api_keys"]
    (revoked,) = api("list_api_keys", include_inactive=True)["api_keys"]
    assert not revoked["is_active"]
    assert "no API key 999999" in api.refused(404, "revoke_api_key", api_key_id=UNKNOWN)


@pytest.mark.parametrize(
    ("scopes", "allowed", "refused"),
    [
        (["read"], "list_agents", ("create_agent", {"name": "x"})),
        (["write"], "init", ("list_agents", {})),
        (["read", "write"], "list_agents", ("create_api_key", {"name": "x"})),
    ],
)
def test_scopes_limit_a_key(api: Api, scopes: list[str], allowed: str, refused: tuple[str, dict[str, Any]]) -> None:
    """A call beyond the key's scopes is forbidden, and the error names the missing scope."""
    limited = Api(api.platform, api("create_api_key", name="limited", scopes=scopes)["api_key"]["key"])

    limited(allowed)
    assert "scope" in limited.refused(403, refused[0], **refused[1])


def test_key_cannot_create_wider_or_longer_lived_key(api: Api) -> None:
    """Scopes and expiry of a new key default to those of its creator, and cannot exceed them."""
    params = {"name": "ci", "scopes": ["read", "admin"], "expires_in_seconds": 3600}
    creator = api("create_api_key", **params)["api_key"]
    limited = Api(api.platform, creator["key"])

    same = limited("create_api_key", name="same")["api_key"]
    narrower = limited("create_api_key", name="less", scopes=["read"], expires_in_seconds=60)["api_key"]

    assert (["read", "admin"], creator["expires_at"]) == (same["scopes"], same["expires_at"])
    assert (["read"], True) == (narrower["scopes"], narrower["expires_at"] < creator["expires_at"])
    assert "`write`" in limited.refused(403, "create_api_key", name="x", scopes=["read", "write"])
    assert creator["expires_at"] in limited.refused(403, "create_api_key", name="x", expires_in_seconds=7200)
    assert api("create_api_key", name="free")["api_key"]["expires_at"] is None


@pytest.mark.parametrize("params", [{"scopes": []}, {"scopes": ["root"]}, {"expires_in_seconds": 10**15}])
def test_invalid_key_parameters_are_rejected(api: Api, params: dict[str, Any]) -> None:
    """Unknown or empty scopes, and a lifetime over a century, are rejected with the parameter's name."""
    assert next(iter(params)) in api.refused(422, "create_api_key", name="x", **params)
    assert [] == api("list_api_keys")["api_keys"]


@pytest.mark.parametrize("name", sorted(DESCRIBED))
def test_operations_need_the_scope_that_the_contract_says(owner: Owner, name: str) -> None:
    """An operation is refused without a key, and with a key that has all scopes but its own, unless it needs none."""
    scope = DESCRIBED[name].scope
    params: dict[str, Any] = dict.fromkeys(parameters_of(name), 1)

    stranger = Api(owner.api.platform, "tp_unknown").answer(name, **params)
    assert (scope is None) == (stranger.status != 401), stranger.body
    if scope in owner.without and name in OPERATIONS:
        refused = owner.without[scope].answer(name, **params)
        # The parameters of a call are checked before the scope, those of a resource after it.
        is_refused = refused.status == 403 and f"scope `{scope}`" in refused.content.decode()
        assert is_refused or (refused.status == 422 and DESCRIBED[name].path.startswith("/#")), refused.body
