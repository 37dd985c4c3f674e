"""Alerts of the client, on the embedded platform."""

from __future__ import annotations

import pytest

from ashr_labs import AsyncAshrLabsClient, ConflictError, NotFoundError, ValidationError


async def test_alerts_are_managed_by_handles() -> None:
    """An alert is created with its secret, found without it, and deleted by its handle."""
    async with AsyncAshrLabsClient.local() as client:
        hook = await client.alerts.create("slow", "p95_wall_ms > 9000", webhook_url="https://example.com/hook")
        made = await client.alerts.create("failing", "pass_rate < 0.8", "none", window="last_5_runs", id="failing")

        found = await client.alerts.get("failing")
        assert (made.id, "failing", "pass_rate < 0.8", "last_5_runs", "none", "") == (
            found.id, found.name, found.condition, found.window, found.notify, found.eval_id,
        )  # fmt: skip
        assert hook.info["webhook_secret"] not in str([one.info for one in await client.alerts.list()])
        assert [] == await found.firings()
        await found.delete()
        assert [hook.id] == [one.id for one in await client.alerts.list()]
        with pytest.raises(NotFoundError):
            await client.alerts.get("failing")


async def test_invalid_alerts_are_refused() -> None:
    """A condition that cannot be parsed, and an id that is taken, are errors of the client's tree."""
    async with AsyncAshrLabsClient.local() as client:
        with pytest.raises(ValidationError, match="did you mean 'pass_rate'"):
            await client.alerts.create("x", "pas_rate < 0.8", "none")
        await client.alerts.create("x", "pass_rate < 0.8", "none", id="x")
        with pytest.raises(ConflictError):
            await client.alerts.create("x", "pass_rate < 0.8", "none", id="x")
