"""Alerts of the client, on the embedded platform."""

from __future__ import annotations

import pytest

from ashr_labs import AshrLabsClient, ConflictError, NotFoundError, ValidationError


def test_alerts_are_managed_by_handles() -> None:
    """An alert is created with its secret, found without it, and deleted by its handle."""
    with AshrLabsClient.local() as client:
        hook = client.alerts.create("slow", "p95_wall_ms > 9000", webhook_url="https://example.com/hook")
        made = client.alerts.create("failing", "pass_rate < 0.8", "none", window="last_5_runs", id="failing")

        found = client.alerts.get("failing")
        assert (made.id, "failing", "pass_rate < 0.8", "last_5_runs", "none", "") == (
            found.id, found.name, found.condition, found.window, found.notify, found.eval_id,
        )  # fmt: skip
        assert hook.info["webhook_secret"] not in str([one.info for one in client.alerts.list()])
        assert [] == found.firings()
        found.delete()
        assert [hook.id] == [one.id for one in client.alerts.list()]
        with pytest.raises(NotFoundError):
            client.alerts.get("failing")


def test_invalid_alerts_are_refused() -> None:
    """A condition that cannot be parsed, and an id that is taken, are errors of the client's tree."""
    with AshrLabsClient.local() as client:
        with pytest.raises(ValidationError, match="did you mean 'pass_rate'"):
            client.alerts.create("x", "pas_rate < 0.8", "none")
        client.alerts.create("x", "pass_rate < 0.8", "none", id="x")
        with pytest.raises(ConflictError):
            client.alerts.create("x", "pass_rate < 0.8", "none", id="x")
