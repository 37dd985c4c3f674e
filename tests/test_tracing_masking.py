"""What must not leave the process does not."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ashr_labs import AshrLabsClient, mask_personal_data
from support.scripted_server import ScriptedServer
from support.traces import INGEST, KEY, Stored

SECRETS = [
    ("ann.b+c@example.co.uk", "<email>"),
    ("4111 1111 1111 1111", "<card>"),
    ("5500-0000-0000-0004", "<card>"),
    ("DE89 3704 0044 0532 0130 00", "<iban>"),
    ("GB82WEST12345698765432", "<iban>"),
    ("078-05-1120", "<ssn>"),
    ("192.168.12.7", "<ip>"),
    ("2001:db8::ff00:42:8329", "<ip>"),
    ("+49 30 901820", "<phone>"),
    ("(415) 555-2671", "<phone>"),
    ("sk-abcdefghijklmnop1234", "<key>"),
    ("tp_abcdefghijklmnop1234", "<key>"),
    ("AKIAIOSFODNN7EXAMPLE", "<key>"),
    ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmNHl0w5N", "<jwt>"),
    ("-----BEGIN RSA PRIVATE KEY-----\nMIIB\n-----END RSA PRIVATE KEY-----", "<private key>"),
]


@pytest.mark.parametrize(("secret", "name"), SECRETS)
def test_each_kind_is_replaced_wherever_it_stands(secret: str, name: str) -> None:
    """A secret is replaced alone, within a text, and within lists, dicts and keys."""
    assert name == mask_personal_data(secret)
    assert f"See {name}, please." == mask_personal_data(f"See {secret}, please.")
    assert {"a": [name, {"b": name}], name: 1} == mask_personal_data({"a": [secret, {"b": secret}], secret: 1})


@pytest.mark.parametrize(
    "harmless",
    [
        "The order ORD-1001 is 42 days old",
        "4111 1111 1111 1112",
        "1.2.3",
        "999.1.1.1",
        "2027-03-01T10:00:00Z",
        "12:30:45",
        "price: $1,299.00",
        "a@b",
        17,
        1.5,
        True,
        None,
    ],
)
def test_what_only_looks_like_one_stays(harmless: Any) -> None:
    """Numbers whose check digit is wrong, versions, dates and the like are not replaced."""
    assert harmless == mask_personal_data(harmless)


def test_names_of_keys_decide_too() -> None:
    """A text under a secret's name is replaced whatever it looks like; counts of tokens are not secrets."""
    given_ = {"password": "x", "api_key": "y", "Authorization": "z", "input_tokens": 5, "author": "Ann"}

    assert {
        "password": "<secret>",
        "api_key": "<secret>",
        "Authorization": "<secret>",
        "input_tokens": 5,
        "author": "Ann",
    } == mask_personal_data(given_)


@given(
    st.recursive(st.none() | st.integers() | st.text(), lambda more: st.lists(more) | st.dictionaries(st.text(), more))
)
def test_any_value_is_masked_twice_as_once(value: Any) -> None:
    """Masking never raises, keeps JSON, and masking what is masked changes nothing more."""
    once = mask_personal_data(value)
    json.dumps(once)
    assert once == mask_personal_data(once)


@pytest.mark.parametrize("part", ["a@", "1 ", "eyJ", "DE89 ", "a.", "-----BEGIN ", "1:", "+(1", "sk-", "a@a."])
def test_hostile_texts_take_linear_time(part: str) -> None:
    """Repetitions that could make a pattern try everything are done in well under a second."""
    start = time.perf_counter()
    mask_personal_data(part * 20_000)
    assert time.perf_counter() - start < 3


def test_a_secret_in_any_field_never_leaves(server: ScriptedServer) -> None:
    """With a mask, a secret in any content, message, error or score is in no request; ids are not masked."""
    stored = Stored(server)
    canary = "canary@example.com"

    def fail(trace: Any) -> None:
        with trace.span("s", input={"to": canary}, metadata={"m": canary}):
            raise ValueError(canary)

    with AshrLabsClient(KEY, server.url) as client:
        client.tracing.configure(mask=mask_personal_data)
        trace = client.trace("t", metadata={"m": canary}, tags=[canary], session_id="415-555-2671")
        with pytest.raises(ValueError, match="canary"):
            fail(trace)
        trace.generation("g", input=[canary]).end(output=canary, status_message=canary)
        trace.score("good", 1, comment=canary)
        trace.end(output=canary)
        client.score_trace(trace.trace_id, "good", 1, comment=canary)
        client.tracing.flush(10)
    sent = json.dumps([asked.body for asked in server.calls(INGEST)])

    assert 2 == len(stored.ids)
    assert canary not in sent
    assert "415-555-2671" in sent


def test_a_mask_that_raises_costs_the_field_only(server: ScriptedServer) -> None:
    """A field whose mask raises is left out with a marker; the others arrive."""
    Stored(server)

    def mask(value: Any) -> Any:
        if value == "bad":
            raise RuntimeError("the mask fails")
        return value

    with AshrLabsClient(KEY, server.url) as client:
        client.tracing.configure(mask=mask)
        with client.trace("t") as trace:
            trace.span("s", input="bad").end(output="good")
        client.tracing.flush(10)
    [span] = server.calls(INGEST)[0].body["trace"]["observations"]

    assert ("<masked: the mask failed>", "good") == (span["input"], span["output"])
