"""Scoring rules of the client, on the embedded platform."""

from __future__ import annotations

import pytest

from ashr_labs import AshrLabsClient, NotFoundError, ValidationError


def test_rules_are_created_changed_and_deleted() -> None:
    """Every method works on the embedded platform, and returns the rule as it is."""
    with AshrLabsClient.local() as client:
        online = {"sampling_rate": 0.5, "filter": {"tags": ["prod"]}, "daily_budget_usd": 2.0}
        rule = client.scoring.create_rule("refunds", "contains", {"value": "refund"}, online=online)  # type: ignore[arg-type]

        assert [rule] == client.scoring.list_rules()
        assert rule == client.scoring.get_rule(rule["id"])
        changed = client.scoring.update_rule(rule["id"], is_active=False, online=None)
        assert (False, None, "refunds") == (changed.get("is_active"), changed.get("online"), changed["name"])
        assert (0, {}) == ((client.scoring.summary(rule["id"]))["scored"], {})
        client.scoring.delete_rule(rule["id"])
        assert [] == client.scoring.list_rules()


def test_errors_are_those_of_other_methods() -> None:
    """A rule that is not there, and options that a scorer does not have, are errors of the documented classes."""
    with AshrLabsClient.local() as client:
        with pytest.raises(NotFoundError, match="there is no scoring rule 'x'"):
            client.scoring.get_rule("x")
        with pytest.raises(ValidationError, match="did you mean 'value'"):
            client.scoring.create_rule("x", "contains", {"valeu": 1})


def test_siblings_send_with_their_own_options() -> None:
    """A client with other options has rules of its own transport."""
    with AshrLabsClient.local() as client:
        sibling = client.with_options(timeout=5)
        client.scoring.list_rules()

        assert client.scoring is client.scoring
        assert client.scoring is not sibling.scoring
        assert [] == sibling.scoring.list_rules()
