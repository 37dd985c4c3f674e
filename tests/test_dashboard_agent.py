"""Tests of the page of an agent: its configuration is edited with a preview, and never overwrites another edit."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Generator
from typing import Any

import pytest

from support.dashboard import Browser, Site, call, fill, opened_site, refund_test, result, visible_text


@pytest.fixture(name="site", scope="module")
def _site() -> Generator[tuple[Site, int]]:
    with opened_site() as site:
        fill(site.api)
        agent_id = site.api("create_agent", name="Refunds")["agent"]["id"]
        lookup = [call("find_order", {"order": "A-1"}, {"order": "A-2"}, "partial")]
        wrong = {"actor": "agent", "action_type": "tool_call", "action_index": 1, "tool_calls": lookup}
        tests = [refund_test("fine", True), {**refund_test("wrong", True), "action_results": [wrong]}]
        site.api.settled_run(site.api.run(site.api.dataset(agent_id=agent_id), result(*tests)))
        yield site, agent_id


Filled = tuple[Site, int]


def form_of(browser: Browser, agent_id: int) -> dict[str, str]:
    page = browser.page(f"/app/agents/{agent_id}")
    found = re.search(r'name="updated_at" value="([^"]+)"', page)
    assert found is not None
    return {"csrf": browser.token(), "updated_at": html.unescape(found[1])}


def sent(browser: Browser, agent_id: int, config: Any, **fields: str) -> Any:
    text = config if isinstance(config, str) else json.dumps(config)
    return browser.post(f"/app/agents/{agent_id}", {**form_of(browser, agent_id), "config": text, **fields})


def test_preview_shows_verdicts_that_would_change(site: Filled) -> None:
    """A preview names the tests whose verdicts the typed configuration would change, and stores nothing."""
    opened, agent_id = site
    config = {"grading_config": {"tool_strictness": {"find_order": "optional"}}}

    answer = sent(opened.signed_in(), agent_id, config, do="preview")
    text = visible_text(answer.content.decode())

    assert 200 == answer.status
    assert re.search(r"1 of 2 verdicts would change: 1 passed before, [012] after", text), text
    assert "tool_strictness" in text
    assert {} == opened.api("get_agent_datasets", agent_id=agent_id)["agent"]["config"]


def test_configuration_is_stored(site: Filled) -> None:
    """The agent has the configuration that was saved."""
    opened, _ = site
    agent_id = opened.api("create_agent", name="Another")["agent"]["id"]

    answer = sent(opened.signed_in(), agent_id, {"grading_config": {"text_similarity_threshold": 0.4}}, do="save")

    assert (303, f"/app/agents/{agent_id}") == (answer.status, answer.headers["location"])
    config = opened.api("get_agent_datasets", agent_id=agent_id)["agent"]["config"]
    assert {"grading_config": {"text_similarity_threshold": 0.4}} == config


def test_long_configuration_is_shown_without_a_form(site: Filled) -> None:
    """A configuration that a form could not send back as a whole is not in a form."""
    opened, _ = site
    config = {"metadata": {"note": "<&" * 30_000}}
    agent_id = opened.api("create_agent", name="Long", config=config)["agent"]["id"]

    page = opened.signed_in().page(f"/app/agents/{agent_id}")

    assert "<textarea" not in page
    assert "too long for a form" in page
    assert len(page.encode()) < 300_000


def test_edit_of_a_changed_agent_is_refused(site: Filled) -> None:
    """The second of two edits of the same agent is a 409, and its text stays on the page."""
    opened, _ = site
    agent_id = opened.api("create_agent", name="Shared")["agent"]["id"]
    browser = opened.signed_in()
    fields = form_of(browser, agent_id)
    opened.api("update_agent", agent_id=agent_id, config={"metadata": {"by": "another"}})

    answer = browser.post(f"/app/agents/{agent_id}", {**fields, "config": '{"metadata": {"by": "me"}}', "do": "save"})

    assert 409 == answer.status
    assert '{"metadata": {"by": "me"}}' in visible_text(answer.content.decode())
    assert {"metadata": {"by": "another"}} == opened.api("get_agent_datasets", agent_id=agent_id)["agent"]["config"]


@pytest.mark.parametrize(
    ("config", "reason"),
    [
        ("{", "must be JSON"),
        ("[1]", "must be a JSON object"),
        ('{"grading_config": {"tool_strictnes": {}}}', "did you mean 'tool_strictness'?"),
        ("[" * 5000, "must be JSON"),
    ],
)
@pytest.mark.parametrize("do", ["preview", "save"])
def test_malformed_configuration_is_refused(site: Filled, config: str, reason: str, do: str) -> None:
    """The reason is on the page, and what was typed too."""
    opened, agent_id = site

    answer = sent(opened.signed_in(), agent_id, config, do=do)

    assert 422 == answer.status
    assert reason in visible_text(answer.content.decode())


def test_read_only_key_cannot_change_an_agent(site: Filled) -> None:
    """A read-only key sees the configuration without a form, and what it sends anyway is refused."""
    opened, agent_id = site
    key = opened.api("create_api_key", name="viewer", scopes=["read"])["api_key"]["key"]
    viewer = opened.browser().sign_in(key)

    assert "<textarea" not in viewer.page(f"/app/agents/{agent_id}")
    fields = {"csrf": viewer.token(), "config": "{}", "do": "save"}
    assert 403 == viewer.post(f"/app/agents/{agent_id}", fields).status


def test_preview_of_a_run_that_is_played_is_refused() -> None:
    """A run in progress has no verdicts to compare with."""
    with opened_site() as site:
        run_id = site.api("start_run", tenant_id=1, dataset_id=site.api.dataset())["run"]["id"]

        assert 409 == site.api.send("POST", f"/v1/runs/{run_id}/grading-preview", {"config": {}}).status
