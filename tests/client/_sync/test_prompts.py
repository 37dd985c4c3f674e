"""Prompts of the client, on the embedded platform and against a server that answers something else."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import pytest

from ashr_labs import (
    AshrLabsClient,
    ConfigurationError,
    NotFoundError,
    Prompt,
    ResponseFormatError,
    ValidationError,
)
from ashr_labs.prompts import render_template
from support.resource_server import ResourceServer

Serve: TypeAlias = "Callable[..., ResourceServer]"
KEY = "tp_0123456789abcdef0123456789abcdef"


def test_prompts_are_stored_found_and_rendered() -> None:
    """Every method works on the embedded platform; rendering here and there is the same."""
    with AshrLabsClient.local() as client:
        first = client.prompts.create("a", "{x}{#l}[{_it}]{/l}", tag="t", variables={"x": 1}, metadata={"m": 2})
        second = client.prompts.create("a", "new")

        assert (1, "t", ["t"], {"x": 1}, {"m": 2}) == (
            first.version,
            first.tag,
            first.tags,
            first.variables,
            first.metadata,
        )
        assert first == client.prompts.get("a", tag="t") == client.prompts.get("a", version=1)
        assert second == client.prompts.get("a")
        assert [second, first] == client.prompts.versions("a")
        assert [second] == client.prompts.list()
        assert "1[2][3]" == first.render(l=[2, 3]) == client.prompts.render(first.id, l=[2, 3])
        assert "{self}{prompt}" == (client.prompts.create("b", "{self}{prompt}")).render()
        assert "12" == client.prompts.render("b", self=1, prompt=2)
        assert ["t"] == (client.prompts.set_tag("a", "t", 2)).tags
        client.prompts.delete_tag("a", "t")
        client.prompts.delete(first.id)
        client.prompts.delete("b")
        assert [second] == client.prompts.versions("a")
        with pytest.raises(NotFoundError, match="no version 1 of prompt 'a'"):
            client.prompts.get("a", version=1)
        with pytest.raises(ValidationError, match="create_prompt: slug"):
            client.prompts.create("a/b", "x")
        with pytest.raises(NotFoundError):
            client.prompts.get("../../etc/passwd?x#y")


def test_every_page_is_fetched() -> None:
    """Lists have all prompts, also those after the first page of the platform."""
    with AshrLabsClient.local() as client:
        for number in range(130):
            client.prompts.create("many", str(number))

        assert list(range(130, 0, -1)) == [one.version for one in client.prompts.versions("many")]


def test_options_and_key_are_those_of_the_client(serve: Serve) -> None:
    """A client with other options sends its own headers and key, and a write has an idempotency key."""
    server = serve({"slug": "a", "version": 1})
    with AshrLabsClient(KEY, f"{server.url}/base/") as client:
        client.prompts.get("a b/c")
        other = client.with_options(api_key="tp_other", idempotency_key="mine")
        other.prompts.create("a", "x")

    read, write = server.requests
    assert ("GET", "/base/v1/prompts/a%20b%2Fc/latest", f"Bearer {KEY}") == (
        read.method,
        read.target,
        read.headers["authorization"],
    )
    assert "idempotency-key" not in read.headers
    assert ("POST", "/base/v1/prompts", "Bearer tp_other", "mine") == (
        write.method,
        write.target,
        write.headers["authorization"],
        write.headers["idempotency-key"],
    )


def test_failed_attempts_are_repeated(serve: Serve) -> None:
    """A transient error of a resource is retried like that of a call; a final one has the platform's sentence."""
    busy = (503, {"error": "busy", "code": "unavailable"})
    server = serve(busy, {"slug": "a"}, (404, {"error": "no prompt", "code": "not_found"}))
    with AshrLabsClient(KEY, server.url, max_retries=2) as client:
        assert "a" == (client.prompts.get("a")).slug
        with pytest.raises(NotFoundError, match="no prompt") as raised:
            client.prompts.get("b")

    assert 3 == len(server.requests)
    assert "get_latest_prompt" == raised.value.operation


@pytest.mark.parametrize("answer", [[], "text", b"<html>", b"", b"\xff"])
def test_other_answers_are_format_errors(serve: Serve, answer: object) -> None:
    """An answer that is not the documented JSON is an error that names the operation."""
    server = serve(answer)
    client = AshrLabsClient(KEY, server.url, max_retries=0)
    with pytest.raises(ResponseFormatError, match="get_latest_prompt: the response must be"):
        client.prompts.get("a")
    client.close()


def test_repeated_page_is_an_error(serve: Serve) -> None:
    """A platform that repeats a page does not keep the client in an endless loop."""
    server = serve([{"slug": "a"}])
    client = AshrLabsClient(KEY, server.url, max_retries=0)
    with pytest.raises(ResponseFormatError, match="repeats a page"):
        client.prompts.list()
    client.close()


def test_variables_must_be_json() -> None:
    """A variable that cannot be sent is refused before anything is sent."""
    client = AshrLabsClient.local()
    with pytest.raises(ConfigurationError, match="render_prompt: a parameter cannot be written as JSON"):
        client.prompts.render("a", x=object())
    client.close()


def test_prompt_reads_any_answer() -> None:
    """Missing and null fields have defaults, and unknown ones are left out."""
    assert Prompt() == Prompt.from_dict(None) == Prompt.from_dict({"tag": None, "more": 1})
    assert {"prompt": {"slug": "a", "version": 2}} == Prompt.from_dict({"slug": "a", "version": 2}).reference
    assert "x{b}" == render_template("{a}{b}", {"a": "x"})
