"""Conditions, windows and addresses of alerts: pure functions."""

from __future__ import annotations

import hashlib
import hmac
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ashr_labs import AuthenticationError, ValidationError
from ashr_labs.alerts import sign_webhook, verify_webhook
from ashr_labs.local.alerts.addresses import is_public
from ashr_labs.local.alerts.condition import EXPERIMENT_METRICS, RATES, SCORE_METRICS, Condition, parse_condition
from ashr_labs.local.alerts.window import Sample, Window, parse_window, value_over

OPERATORS = ["<", "<=", ">", ">=", "==", "!="]


@given(
    metric=st.sampled_from(EXPERIMENT_METRICS),
    sign=st.sampled_from(OPERATORS),
    number=st.floats(0, 1e15),
    space=st.sampled_from(["", " ", "\t  "]),
)
def test_conditions_are_parsed_with_any_spaces(metric: str, sign: str, number: float, space: str) -> None:
    """Metric, operator and number come back as they were written, with or without spaces between them."""
    number = number / 1e15 if metric in RATES else number
    text = f"{space}{metric}{space}{sign}{space}{number!r}{space}"

    assert Condition(metric, sign, number) == parse_condition(text)


@pytest.mark.parametrize(
    ("condition", "met", "not_met"),
    [
        ("pass_rate < 0.8", [0.0, 0.79], [0.8, 1.0]),
        ("pass_rate <= .8", [0.8], [0.81]),
        ("total_cost_usd > 1e1", [10.1], [10.0, 0.0]),
        ("mean_wall_ms>=+30000", [30000.0], [29999.0]),
        ("side_effect_violations == 0", [0.0], [1.0]),
        ("side_effect_violations != 0", [1.0], [0.0]),
        ("mean_tool_calls > -1.", [0.0], [-1.0]),
    ],
)
def test_conditions_compare_a_value(condition: str, met: list[float], not_met: list[float]) -> None:
    """Each operator compares as in Python, and a value that is not known meets no condition."""
    parsed = parse_condition(condition)

    assert all(parsed.is_met(value) for value in met)
    assert not any(parsed.is_met(value) for value in not_met)
    assert not parsed.is_met(None)


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        ("", "position 1 of '': must be a metric, got nothing"),
        ("   ", "position 4"),
        ("pas_rate < 0.8", "position 1 .*must be a metric, got 'pas_rate'; did you mean 'pass_rate'?"),
        ("latency < 1", "must be a metric, got 'latency'; the metrics are pass_rate, mean_wall_ms"),
        ("pass_rate", "position 10 .*must be one of < <= > >= == !=, got nothing"),
        ("pass_rate = 0.8", "position 11 .*got '='; did you mean '=='?"),
        ("pass_rate => 0.8", "did you mean '>='?"),
        ("pass_rate below 0.8", "got 'below'; did you mean '<'?"),
        ("pass_rate is 0.8", "did you mean '=='?"),
        ("pass_rate <", "position 12 .*must be a number such as 0.8, got nothing"),
        ("pass_rate < 80%", "position 13 .*must be a number such as 0.8, got '80%'; write 0.8"),
        ("pass_rate < 0,8", "position 14 .*nothing may follow the number"),
        ("pass_rate < 80", "pass_rate is between 0 and 1, so must be the number; got 80"),
        ("pass_rate < nan", "must be a number"),
        ("pass_rate < 1e999", "must be a number"),
        ("pass_rate < 0.8 and total_cost_usd > 1", "position 17 .*make one alert for each condition"),
        ("0.8 > pass_rate", "position 1 .*must be a metric, got '0.8'"),
        ("pass_rate < 0.8 # x", "nothing may follow"),
    ],
)
def test_what_is_no_condition_is_refused_with_its_position(condition: str, message: str) -> None:
    """The error says where the text stops being a condition, and what to write there."""
    with pytest.raises(ValidationError, match=f"^condition: .*{message.replace('?', '[?]')}"):
        parse_condition(condition)


@given(text=st.text(max_size=200))
def test_any_text_is_a_condition_or_refused(text: str) -> None:
    """No text causes another error than the documented one."""
    with suppress(ValidationError):
        assert parse_condition(text).metric in EXPERIMENT_METRICS


def test_scores_have_metrics_of_their_own() -> None:
    """A metric of experiments is refused where scores are meant."""
    assert "mean_score" == parse_condition("mean_score < 0.5", SCORE_METRICS).metric
    with pytest.raises(ValidationError, match="the metrics are pass_rate, mean_score, total_cost_usd"):
        parse_condition("side_effect_violations > 0", SCORE_METRICS)


@pytest.mark.parametrize(
    ("text", "window"),
    [
        ("last_5_runs", Window(5)),
        ("last_1000_runs", Window(1000)),
        ("last_24h", Window(None, 86_400)),
        ("last_7d", Window(None, 604_800)),
    ],
)
def test_windows_are_runs_or_time(text: str, window: Window) -> None:
    """A window is a number of runs, hours or days."""
    assert window == parse_window(text)


@pytest.mark.parametrize(
    "text", ["", "last_0_runs", "last_1001_runs", "last_0h", "last_32d", "last_24", "5_runs", "last_٥_runs"]
)
def test_other_windows_are_refused(text: str) -> None:
    """The error shows both forms."""
    with pytest.raises(ValidationError, match=r"window: must be such as `last_5_runs` \(1 to 1000\) or `last_24h`"):
        parse_window(text)


@pytest.mark.parametrize(
    ("metric", "value"),
    [
        ("pass_rate", 0.75),
        ("total_cost_usd", 3.0),
        ("side_effect_violations", 2),
        ("p95_wall_ms", 900),
        ("tool_success_rate", 0.5),
        ("mean_tokens", None),
    ],
)
def test_a_metric_over_several_runs(metric: str, value: float | None) -> None:
    """Costs and violations add up, the largest percentile counts, and means have the weight of their scenarios."""
    first = {"pass_rate": 0.0, "total_cost_usd": 1.0, "side_effect_violations": 2, "p95_wall_ms": 900.0}
    second = {"pass_rate": 1.0, "total_cost_usd": 2.0, "side_effect_violations": 0, "p95_wall_ms": 100.0}
    runs = [Sample(1, {**first, "tool_success_rate": None}), Sample(3, {**second, "tool_success_rate": 0.5})]

    assert value == value_over(metric, runs)
    assert value_over(metric, []) is None
    assert value_over("pass_rate", [Sample(0, {"pass_rate": 0.0})]) is None


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("8.8.8.8", True),
        ("2606:4700::1111", True),
        ("::ffff:8.8.8.8", True),
        ("64:ff9b::808:808", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.0.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("::1", False),
        ("::", False),
        ("fe80::1%eth0", False),
        ("fd00::1", False),
        ("ff02::1", False),
        ("::ffff:127.0.0.1", False),
        ("::7f00:1", False),
        ("64:ff9b::7f00:1", False),
        ("2002:7f00:1::", False),
        ("localhost", False),
        ("", False),
    ],
)
def test_addresses_of_machines_and_private_networks_are_not_public(address: str, expected: bool) -> None:
    """No address of this machine or of a private network is public, in whichever form it is written."""
    assert expected == is_public(address)


def test_webhooks_are_verified_by_their_receiver() -> None:
    """The signature is the documented HMAC; a changed body, another secret, and an old request are refused."""
    body, secret, now = b'{"id": "firing_1"}', "whsec_x", 1_767_225_600
    signature = sign_webhook(body, secret, now)
    expected = hmac.new(b"whsec_x", b"1767225600." + body, hashlib.sha256).hexdigest()
    assert f"v1={expected}" == signature
    headers = {"X-Ashr-Timestamp": str(now), "X-Ashr-Signature": signature}

    verify_webhook(body, headers, secret, now=now + 299)
    wrong = [(body + b" ", headers, secret, now), (body, headers, "other", now), (body, headers, secret, now + 301)]
    wrong += [(body, {}, secret, now), (body, {**headers, "X-Ashr-Timestamp": str(now + 1)}, secret, now)]
    wrong += [(body, {**headers, "X-Ashr-Timestamp": "soon"}, secret, now), (body, headers, secret, now - 301)]
    for content, sent, key, moment in wrong:
        with pytest.raises(AuthenticationError):
            verify_webhook(content, sent, key, now=moment)
