"""The service `Keystone.alerts`, against a served platform."""

from __future__ import annotations

from collections.abc import Generator

import pytest

from ashr_labs.keystone import Keystone, KeystoneError
from ashr_labs.keystone.types import AlertRule
from ashr_labs.local.server.app import running_server
from support.local_api import Api


@pytest.fixture(name="ks")
def _ks() -> Generator[Keystone]:
    with Api.opened() as api, running_server(api.platform) as url, Keystone(api.key, url) as client:
        yield client


def test_both_call_forms_create_an_alert(ks: Keystone) -> None:
    """One mapping, as the reference shows, and keywords, as the package takes them, create the same alert."""
    fields = {"condition": "pass_rate < 0.8", "notify": "webhook", "webhook_url": "https://example.com/hook"}

    first = ks.alerts.create({"name": "failing", **fields})
    second = ks.alerts.create("failing", fields["condition"], webhook_url=fields["webhook_url"], window="last_24h")

    assert isinstance(first, AlertRule)
    assert ("failing", "pass_rate < 0.8", "webhook", "") == (first.name, first.condition, first.notify, first.window)
    assert ("last_24h", first.webhook_url) == (second.window, second.webhook_url)
    assert {first.id, second.id} == {one.id for one in ks.alerts.list()}
    ks.alerts.delete(first.id)
    assert [second.id] == [one.id for one in ks.alerts.list()]


def test_failures_are_keystone_errors(ks: Keystone) -> None:
    """A wrong condition is a `KeystoneError` with the status and the sentence of the platform."""
    with pytest.raises(KeystoneError, match="position 1") as caught:
        ks.alerts.create("failing", "latency < 1", "none")
    assert 422 == caught.value.status_code
    with pytest.raises(KeystoneError, match="Slack"):
        ks.alerts.create({"name": "x", "condition": "pass_rate < 1", "notify": "slack", "slack_channel": "#a"})
