"""Alerts of the embedded platform: conditions are evaluated, and those who are named are notified, once."""

from __future__ import annotations

import json
import threading
from collections.abc import Generator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from ashr_labs.alerts import verify_webhook
from ashr_labs.local.settings import Settings
from support.experiments import created, ended, spec_text, started, stored_spec, wait_until
from support.local_api import Api
from support.resource_server import ResourceServer
from support.sandboxes import engine_or_skip
from support.smtp_server import mail_server


@pytest.fixture(scope="module", autouse=True, name="engine")
def _engine() -> None:
    engine_or_skip("bubblewrap").close()


def opened(tmp_path: Path, **settings: str) -> Any:
    environment = {"ASHR_WEBHOOK_PRIVATE_ADDRESSES": "allow", **settings}
    return Api.opened(tmp_path / "platform.db", settings=Settings.from_env(environment))


@pytest.fixture(name="api")
def _api(tmp_path: Path) -> Generator[Api]:
    with opened(tmp_path) as api:
        yield api


def alert(api: Api, condition: str = "pass_rate < 0.8", **fields: Any) -> dict[str, Any]:
    """Create an alert and return it."""
    answer = api.send("POST", "/v1/alerts", {"name": "failing", "condition": condition, **fields})
    assert 201 == answer.status, answer.body
    created_alert: dict[str, Any] = answer.body
    return created_alert


def firings(api: Api, alert_id: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = api.got(f"/v1/alerts/{alert_id}/firings")["items"]
    return found


def delivered(api: Api, alert_id: str, number: int = 1) -> list[dict[str, Any]]:
    """Wait until firings are delivered or given up, and return them."""
    wait_until(lambda: number == sum(one["delivery"] != "pending" for one in firings(api, alert_id)))
    return firings(api, alert_id)


def test_failed_experiment_is_sent_once_and_signed(api: Api) -> None:
    """A run that meets the condition is one signed webhook; a run that does not is none."""
    with ResourceServer({}).running() as receiver:
        made = alert(api, notify="webhook", webhook_url=f"{receiver.url}/hook")
        good, bad = started(api, spec_text("true")), started(api, spec_text("exit 3"))
        ended(api, good)
        ended(api, bad)
        (firing,) = delivered(api, made["id"])

    (request,) = receiver.requests
    verify_webhook(request.body, request.headers, made["webhook_secret"])
    event = json.loads(request.body)
    assert ("POST", "/hook", "alert.fired", bad) == (
        request.method,
        request.target,
        event["type"],
        event["experiment_id"],
    )
    assert ("delivered", bad, 0.0, None) == tuple(firing[k] for k in ("delivery", "experiment_id", "value", "error"))
    assert event["reason"] == firing["reason"] == "pass_rate is 0 over the last run (condition: pass_rate < 0.8)"
    assert "webhook_secret" not in api.got(f"/v1/alerts/{made['id']}")


def test_alert_of_a_spec_ignores_other_specs(api: Api) -> None:
    """With `eval_id`, only experiments of that spec are evaluated."""
    spec = stored_spec(api, spec_text("exit 1"))
    made = alert(api, eval_id=spec, notify="none")
    everything = alert(api, notify="none")
    other = started(api, spec_text("exit 1"))
    ended(api, other)

    assert ["none"] == [one["delivery"] for one in delivered(api, everything["id"])]
    assert [] == firings(api, made["id"])


def test_receiver_that_fails_is_tried_again(api: Api) -> None:
    """A receiver that is unavailable for a moment gets the same event again, with the same idempotency key."""
    with ResourceServer((503, {}), {}).running() as receiver:
        made = alert(api, "pass_rate >= 0", notify="webhook", webhook_url=receiver.url)
        ended(api, started(api, spec_text("true")))
        (firing,) = delivered(api, made["id"])

    first, second = receiver.requests
    assert "delivered" == firing["delivery"]
    assert first.body == second.body
    assert first.headers["idempotency-key"] == second.headers["idempotency-key"] == firing["id"]


@pytest.mark.parametrize(
    ("answer", "reason"),
    [((301, {}), "redirects are not followed"), ((400, {"error": "no such hook"}), "status 400")],
)
def test_receiver_that_refuses_is_not_asked_again(api: Api, answer: tuple[int, Any], reason: str) -> None:
    """A redirect or a refusal is stored as the reason, and nothing else is sent."""
    with ResourceServer(answer).running() as receiver:
        made = alert(api, "pass_rate >= 0", notify="webhook", webhook_url=receiver.url)
        ended(api, started(api, spec_text("true")))
        (firing,) = delivered(api, made["id"])

    assert 1 == len(receiver.requests)
    assert "failed" == firing["delivery"]
    assert reason in firing["error"]


def test_private_addresses_need_the_operator(tmp_path: Path) -> None:
    """Without the setting, nothing is sent to an address of this machine."""
    with ResourceServer({}).running() as receiver, opened(tmp_path, ASHR_WEBHOOK_PRIVATE_ADDRESSES="") as api:
        made = alert(api, "pass_rate >= 0", notify="webhook", webhook_url=receiver.url)
        ended(api, started(api, spec_text("true")))
        (firing,) = delivered(api, made["id"])

    assert [] == receiver.requests
    assert "failed" == firing["delivery"]
    assert "ASHR_WEBHOOK_PRIVATE_ADDRESSES=allow" in firing["error"]


def test_slack_gets_the_reason(tmp_path: Path) -> None:
    """The incoming webhook of the operator gets a message with the reason and the experiment."""
    with ResourceServer(b"ok").running() as slack, opened(tmp_path, ASHR_SLACK_URL=slack.url) as api:
        made = alert(api, "pass_rate >= 0", notify="slack", slack_channel="#agents")
        experiment = started(api, spec_text("true"))
        ended(api, experiment)
        delivered(api, made["id"])

    sent = json.loads(slack.requests[0].body)
    assert "#agents" == sent["channel"]
    assert "pass_rate is 1 over the last run" in sent["text"]
    assert experiment in sent["text"]


def test_email_is_sent_with_the_reason(tmp_path: Path) -> None:
    """The operator's mail server gets one message to all recipients."""
    with mail_server() as mail:
        url = f"smtp://me:secret@127.0.0.1:{mail.port}?from=alerts@example.com"
        with opened(tmp_path, ASHR_SMTP_URL=url) as api:
            to = ["one@example.com", "two@example.com"]
            made = alert(api, "pass_rate >= 0", notify="email", email_to=to)
            ended(api, started(api, spec_text("true")))
            (firing,) = delivered(api, made["id"])

    (message,) = mail.messages
    assert "delivered" == firing["delivery"]
    assert (to, ["\0me\0secret"]) == (mail.recipients, mail.logins)
    assert ("Alert: failing", "alerts@example.com") == (message["subject"], message["from"])
    assert firing["reason"] in str(message.get_payload())


def has_requests(receiver: ResourceServer, number: int) -> bool:
    return number == len(receiver.requests)


def test_receiver_that_hangs_holds_up_nothing_else(tmp_path: Path) -> None:
    """While a mail server does not answer, other alerts are delivered and experiments go on."""
    hangs = threading.Event()
    with (
        mail_server(hangs=hangs) as mail,
        ResourceServer({}).running() as receiver,
        opened(tmp_path, ASHR_SMTP_URL=f"smtp://127.0.0.1:{mail.port}") as api,
    ):
        slow = alert(api, "pass_rate >= 0", notify="email", email_to=["one@example.com"])
        alert(api, "pass_rate >= 0", notify="webhook", webhook_url=receiver.url)
        for number in (1, 2):
            ended(api, started(api, spec_text("true")))
            wait_until(partial(has_requests, receiver, number))
        assert ["pending"] * 2 == [one["delivery"] for one in firings(api, slow["id"])]
        hangs.set()


@pytest.mark.parametrize(
    ("fields", "status", "message"),
    [
        ({"notify": "email", "email_to": ["a@example.com"]}, 400, "ASHR_SMTP_URL"),
        ({"notify": "slack"}, 400, "ASHR_SLACK_URL"),
        ({"notify": "webhook"}, 422, "webhook_url: must be given"),
        ({"notify": "webhok", "webhook_url": "http://x"}, 422, "did you mean 'webhook'?"),
        ({"notify": "webhook", "webhook_url": "ftp://x"}, 422, "must be an http or https URL"),
        ({"notify": "webhook", "webhook_url": "http://user:pw@x"}, 422, "must not have a user and a password"),
        ({"condition": "pas_rate < 0.8", "notify": "none"}, 422, "did you mean 'pass_rate'?"),
        ({"condition": "pass_rate < 80%", "notify": "none"}, 422, "write 0.8"),
        ({"window": "last_5", "notify": "none"}, 422, "last_5_runs"),
        ({"eval_id": "absent", "notify": "none"}, 404, "there is no spec 'absent'"),
        ({"conditon": "pass_rate < 1", "notify": "none"}, 422, "conditon"),
    ],
)
def test_what_cannot_work_is_refused_at_creation(api: Api, fields: dict[str, Any], status: int, message: str) -> None:
    """An alert that could never be evaluated or delivered is refused with the field and what to do."""
    body = {"name": "failing", "condition": "pass_rate < 0.8", **fields}
    answer = api.send("POST", "/v1/alerts", body)

    assert status == answer.status
    assert message in answer.body["error"]
    assert [] == api.got("/v1/alerts")


def test_alerts_are_listed_and_deleted_with_their_firings(api: Api) -> None:
    """A deleted alert is gone with its firings, and is evaluated no more."""
    made = alert(api, "pass_rate >= 0", notify="none", id="mine")
    ended(api, started(api, spec_text("true")))
    delivered(api, "mine")

    assert ["mine"] == [one["id"] for one in api.got("/v1/alerts")]
    assert (
        409
        == api.send(
            "POST", "/v1/alerts", {"name": "x", "condition": "pass_rate < 1", "id": "mine", "notify": "none"}
        ).status
    )
    assert 204 == api.send("DELETE", f"/v1/alerts/{made['id']}").status
    assert 404 == api.send("GET", "/v1/alerts/mine/firings").status
    assert [] == api.got("/v1/alerts")


def test_draft_experiments_fire_nothing(api: Api) -> None:
    """An experiment that was created and not run is evaluated by no alert."""
    made = alert(api, "pass_rate >= 0", notify="none")
    created(api, spec_text("true"))

    assert [] == firings(api, made["id"])
