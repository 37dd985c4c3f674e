"""Personal data and secrets are masked before export."""

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
    ("-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nMIIB\n-----END RSA PRIVATE KEY-----", "<private key>"),
    ("-----BEGIN PGP PRIVATE KEY BLOCK-----\nMIIB\n-----END PGP PRIVATE KEY BLOCK-----", "<private key>"),
    ("sk-" + "a" * 300, "<key>"),
    ("Bearer " + "b" * 5000, "<key>"),
    ("a" * 100 + "@example.com", "<email>"),
    ("de89370400440532013000", "<iban>"),
    ("::1", "<ip>"),
    ("+1 (415) 555-2671", "<phone>"),
]

BESIDE = [
    ("4111 1111 1111 1111 12/26", "<card> 12/26"),
    ("4111111111111111 12 26 123", "<card> 12 26 123"),
    ("ORD-1001 (415) 555-2671", "ORD-1001 <phone>"),
    ("A0 4111 1111 1111 1111 2nd", "A0 <card> 2nd"),
    ("no. 12 4111 1111 1111 1111", "no. 12 <card>"),
    ("4111 1111 1111 1111 5500 0000 0000 0004", "<card> <card>"),
    ("2027-03-01 415-555-2671", "2027-03-01 <phone>"),
    ("415-555-2671 415-555-2672", "<phone> <phone>"),
    ("AT61 1904 3002 3457 3201 PAID LATE", "<iban> PAID LATE"),
    ("token-eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0", "<jwt>"),
    ("postgres://user:secret-word@db.example.com/x", "postgres://<secret>@db.example.com/x"),
    ("Authorization: Basic dXNlcjpwYXNz\r\nHost: x", "Authorization: <secret>\r\nHost: x"),
    ("Cookie: a=b; c=d", "Cookie: <secret>"),
    ("https://x.com/?token=abc&page=2", "https://x.com/?token=<secret>&page=2"),
    ("PASSWORD = hunter2; next", "PASSWORD = <secret>; next"),
    ('api-key="a\\"b" c', 'api-key="<secret>" c'),
    ('{"password": "hun\\"ter\\\\", "n": 1}', '{"password": "<secret>", "n": 1}'),
    ("secret: 'never closed", "secret: '<secret>'"),
]


@pytest.mark.parametrize(("text", "expected"), BESIDE)
def test_secrets_next_to_other_text_are_masked(text: str, expected: str) -> None:
    """A secret is found next to other numbers, words and names; truncated text keeps no part of it."""
    assert expected == mask_personal_data(text)


def test_key_names_apply_in_nested_json_strings() -> None:
    """The value under a secret's name is replaced entirely in JSON nested in JSON strings."""
    text = json.dumps({"user": "Ann", "password": 'hun"ter\\2', "n": 1})
    for _ in range(3):
        masked = mask_personal_data(text)
        assert "ter" not in masked
        assert "Ann" in masked
        text = json.dumps({"arguments": text})


@pytest.mark.parametrize(("secret", "name"), SECRETS)
def test_each_kind_of_secret_is_masked_everywhere(secret: str, name: str) -> None:
    """A secret is masked alone, within text, and in lists, dicts and keys."""
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
        "2027-03-01",
        "from 2027-03-01 to 01.04.2027",
        "2027-03-01 10:00:00",
        "3.14159265358979",
        "ORD-1001-2002-3003",
        "550e8400-e29b-41d4-a716-446655440000",
        "std::vector",
        "my secretary: Ann",
        "tokenizer: fast",
        "spin: 3",
        "a@b",
        17,
        1.5,
        True,
        None,
    ],
)
def test_lookalikes_are_not_masked(harmless: Any) -> None:
    """Numbers with a wrong check digit, versions, dates and the like are not replaced."""
    assert harmless == mask_personal_data(harmless)


def test_key_names_trigger_masking() -> None:
    """Any value under a secret's name is replaced; token counts are not secrets."""
    secrets = ["password", "api_key", "Authorization", "user_ssn", "clientSecret", "pwd", "cvc", "card_number"]
    values = ["x", 1234, 0.5, ["a", {"b": "c"}], {"d": "e"}]
    for name in secrets:
        for value in values:
            assert {name: "<secret>"} == mask_personal_data({name: value})
        assert {name: None} == mask_personal_data({name: None})
        assert {name: True} == mask_personal_data({name: True})
    harmless = {"input_tokens": 5, "author": "Ann", "shopping": "x", "secretary": "Bo", "token_count": 3}
    assert harmless == mask_personal_data(harmless)


@given(
    st.recursive(st.none() | st.integers() | st.text(), lambda more: st.lists(more) | st.dictionaries(st.text(), more))
)
def test_masking_is_idempotent(value: Any) -> None:
    """Masking never raises, returns JSON, and is idempotent."""
    once = mask_personal_data(value)
    json.dumps(once)
    assert once == mask_personal_data(once)


@given(st.sampled_from([secret for secret, _ in SECRETS]), st.text(), st.text())
def test_secret_is_found_in_any_text(secret: str, before: str, after: str) -> None:
    """A secret separated by commas is replaced, whatever the text before and after it."""
    assert secret not in mask_personal_data(f"{before}, {secret}, {after}")


HOSTILE = [
    *(
        "a@",
        "1 ",
        "eyJ",
        "eyJ-",
        "DE89 ",
        "a.",
        "11.",
        "-----BEGIN ",
        "-----BEGIN PRIVATE KEY-----",
        "1:",
        ":(:",
        "+(1",
    ),
    *(
        "sk-",
        "sk-eyJ",
        "a@a.",
        "1-1-",
        "415-",
        "4111 ",
        "1.2027-03-01",
        "password",
        "token=",
        'pin:"',
        "secret\\",
        "://a:",
    ),
    *("_", "bearer ", "cookie: ", "auth ", '\\\\"', "é@", "--", "4111 1111 1111 1111 "),
]


@pytest.mark.parametrize("part", HOSTILE)
def test_hostile_texts_take_linear_time(part: str) -> None:
    """Eight times as much adversarial text takes about eight times as long."""

    def fastest(characters: int) -> float:
        text = part * (characters // len(part))
        times: list[float] = []
        for _ in range(3):
            start = time.thread_time()
            mask_personal_data(text)
            times.append(time.thread_time() - start)
        return min(times)

    assert fastest(16_000) < 25 * fastest(2_000) + 0.05


def test_secrets_are_masked_in_every_field(server: ScriptedServer) -> None:
    """With a mask, no request contains a secret of any content, message, error or score; ids are not masked."""
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


def test_failing_mask_replaces_only_its_field(server: ScriptedServer) -> None:
    """A field whose mask raises is replaced by a marker; the other fields are delivered."""
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
