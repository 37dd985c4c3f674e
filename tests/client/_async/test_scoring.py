"""Scoring rules of the client, on the embedded platform."""

from __future__ import annotations

import pytest

from ashr_labs import AsyncAshrLabsClient, NotFoundError, ValidationError


async def test_rules_are_created_changed_and_deleted() -> None:
    """Every method works on the embedded platform, and returns the rule as it is."""
    async with AsyncAshrLabsClient.local() as client:
        online = {"sampling_rate": 0.5, "filter": {"tags": ["prod"]}, "daily_budget_usd": 2.0}
        rule = await client.scoring.create_rule("refunds", "contains", {"value": "refund"}, online=online)  # type: ignore[arg-type]

        assert [rule] == await client.scoring.list_rules()
        assert rule == await client.scoring.get_rule(rule["id"])
        changed = await client.scoring.update_rule(rule["id"], is_active=False, online=None)
        assert (False, None, "refunds") == (changed.get("is_active"), changed.get("online"), changed["name"])
        assert (0, {}) == ((await client.scoring.summary(rule["id"]))["scored"], {})
        await client.scoring.delete_rule(rule["id"])
        assert [] == await client.scoring.list_rules()


async def test_errors_are_those_of_other_methods() -> None:
    """A rule that is not there, and options that a scorer does not have, are errors of the documented classes."""
    async with AsyncAshrLabsClient.local() as client:
        with pytest.raises(NotFoundError, match="there is no scoring rule 'x'"):
            await client.scoring.get_rule("x")
        with pytest.raises(ValidationError, match="did you mean 'value'"):
            await client.scoring.create_rule("x", "contains", {"valeu": 1})


async def test_siblings_send_with_their_own_options() -> None:
    """A client with other options has rules of its own transport."""
    async with AsyncAshrLabsClient.local() as client:
        sibling = client.with_options(timeout=5)
        await client.scoring.list_rules()

        assert client.scoring is client.scoring
        assert client.scoring is not sibling.scoring
        assert [] == await sibling.scoring.list_rules()
