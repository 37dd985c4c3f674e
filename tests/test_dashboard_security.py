"""Tests of the sign-in of the dashboard, and of attacks on its pages."""

from __future__ import annotations

import re
from typing import Any

import pytest

from ashr_labs.local.dashboard.pages import ACTIONS, PAGES
from support.dashboard import ORIGIN, Clock, Site, fill, opened_site, refund_test, result, trace_record
from support.markup import EVIL, SCRIPT, foreign_markup


def test_pages_need_a_session() -> None:
    """Without a session each page leads to the sign-in, and an action does nothing."""
    with opened_site() as site:
        browser = site.browser()
        for path in PAGES:
            answer = browser.get(path.replace("{run_id}", "1").replace("{dataset_id}", "1"))
            assert (303, True) == (answer.status, answer.headers["location"].startswith("/app/sign-in")), path
        for path in ACTIONS:
            answer = browser.post(path.replace("{run_id}", "1"), {})
            assert (303, "/app/sign-in") == (answer.status, answer.headers["location"])


def test_one_time_link_signs_in_once() -> None:
    """A link signs in one browser as the owner; a second use is refused."""
    with opened_site() as site:
        browser, target = site.enter()

        assert (303, "/app/") == ((answer := browser.get(target)).status, answer.headers["location"])
        assert "Overview" in browser.page("/app/")
        assert "was used or has expired" in site.browser().page(target, 410)


def test_one_time_link_expires() -> None:
    """A link works for ten minutes."""
    clock = Clock()
    with opened_site(clock) as site:
        browser, target = site.enter()
        clock.advance(601)

        browser.page(target, 410)


@pytest.mark.parametrize(
    ("options", "headers"),
    [
        ({"address": "192.0.2.7"}, {}),
        ({"origin": "http://example.com:8787"}, {}),
        ({}, {"x_forwarded_for": "192.0.2.7"}),
        ({}, {"forwarded": "for=192.0.2.7"}),
    ],
)
def test_one_time_link_works_on_this_machine_only(options: dict[str, str], headers: dict[str, str]) -> None:
    """A link is refused from another machine, by another name of this one, and behind a proxy; it is not used up."""
    with opened_site() as site:
        _, target = site.enter()

        assert 403 == site.browser(**options).get(target, **headers).status
        assert 303 == site.browser().get(target).status


def test_session_ends_when_its_key_is_revoked() -> None:
    """The next page after a key was revoked is the sign-in."""
    with opened_site() as site:
        made = site.api("create_api_key", name="viewer", scopes=["read"])
        key, key_id = made["api_key"]["key"], made["api_key"]["id"]
        browser = site.browser().sign_in(key)
        browser.page("/app/runs")

        site.api("revoke_api_key", api_key_id=key_id)

        assert 303 == browser.get("/app/runs").status
        assert not browser.cookies


def test_session_expires() -> None:
    """A session lasts for twelve hours."""
    clock = Clock()
    with opened_site(clock) as site:
        browser = site.signed_in()
        clock.advance(12 * 3600 + 1)

        assert 303 == browser.get("/app/").status


def test_sign_out_ends_the_session() -> None:
    """After signing out, the cookie of the session does not work."""
    with opened_site() as site:
        browser = site.signed_in()
        stolen = dict(browser.cookies)

        browser.post("/app/sign-out", {"csrf": browser.token()})

        assert {} == browser.cookies
        assert 303 == site.browser(cookies=stolen).get("/app/").status


def test_id_of_a_session_is_chosen_by_the_server() -> None:
    """A cookie that was planted before the sign-in is not the session afterwards (session fixation)."""
    with opened_site() as site:
        name = "ashr_session_8787"
        browser = site.browser(cookies={name: "planted"})
        browser.sign_in(site.api.key)

        assert "planted" != browser.cookies[name]
        assert 303 == site.browser(cookies={name: "planted"}).get("/app/").status


@pytest.mark.parametrize("csrf", ["", "x", "\ud800"])
def test_forms_need_their_token(csrf: str) -> None:
    """A form without the token of the session is refused, and changes nothing (CSRF)."""
    with opened_site() as site:
        run_id = site.api("start_run", tenant_id=1, dataset_id=site.api.dataset())["run"]["id"]
        browser = site.signed_in()

        for path in ("/app/sign-out", f"/app/runs/{run_id}/cancel"):
            assert 403 == browser.post(path, {"csrf": csrf.encode("utf-8", "replace").decode()}).status
        assert not site.api("get_run", run_id=run_id)["run"]["progress"]["cancel_requested"]
        browser.page("/app/")


@pytest.mark.parametrize(
    "headers", [{"origin": "https://example.com"}, {"sec_fetch_site": "cross-site"}, {"origin": "null"}]
)
def test_forms_of_other_sites_are_refused(headers: dict[str, str]) -> None:
    """A form that a page of another site sends is refused, the sign-in among them."""
    with opened_site() as site:
        browser = site.signed_in()
        token = browser.token()

        assert 403 == browser.post("/app/sign-out", {"csrf": token}, **headers).status
        assert 403 == site.browser().post("/app/sign-in", {"key": site.api.key}, **headers).status


def test_token_of_another_session_is_refused() -> None:
    """The token of one session does not work in another."""
    with opened_site() as site:
        one, other = site.signed_in(), site.signed_in()

        assert 403 == one.post("/app/sign-out", {"csrf": other.token()}).status


def test_sign_in_is_limited() -> None:
    """After ten failed attempts an address waits; others do not, and the right key works a minute later."""
    clock = Clock()
    with opened_site(clock) as site:
        browser = site.browser()
        statuses = [browser.post("/app/sign-in", {"key": f"tp_{number:020}"}).status for number in range(12)]
        right = browser.post("/app/sign-in", {"key": site.api.key})

        assert [403] * 10 + [429] * 2 == statuses
        assert (429, "61") == (right.status, right.headers["retry-after"])
        site.browser(address="192.0.2.9").sign_in(site.api.key)
        clock.advance(61)
        browser.sign_in(site.api.key)


@pytest.mark.parametrize("key", ["", "tp_", "x" * 5000, "tp_unknown-key-of-a-stranger", "tp_\x00\ud800", "sk_sandbox"])
def test_unknown_keys_do_not_sign_in(key: str) -> None:
    """An unknown key is refused with a page that does not show it."""
    with opened_site() as site:
        answer = site.browser().post("/app/sign-in", {"key": key.encode("utf-8", "replace").decode()})

        assert 403 == answer.status
        assert not answer.cookies
        assert len(key) < 4 or key.encode("utf-8", "replace") not in answer.content


def test_key_that_cannot_read_does_not_sign_in() -> None:
    """A key needs the scope `read`."""
    with opened_site() as site:
        key = site.api("create_api_key", name="writer", scopes=["write"])["api_key"]["key"]

        assert 403 == site.browser().post("/app/sign-in", {"key": key}).status


def test_key_that_only_reads_changes_nothing() -> None:
    """A read-only key sees no forms that change anything, and what it sends anyway is refused."""
    with opened_site() as site:
        run_id = site.api("start_run", tenant_id=1, dataset_id=site.api.dataset())["run"]["id"]
        key = site.api("create_api_key", name="viewer", scopes=["read"])["api_key"]["key"]
        browser = site.browser().sign_in(key)

        assert "/cancel" not in browser.page(f"/app/runs/{run_id}")
        assert 403 == browser.post(f"/app/runs/{run_id}/cancel", {"csrf": browser.token()}).status


@pytest.mark.parametrize(
    ("origin", "name", "is_secure"),
    [(ORIGIN, "ashr_session_8787", False), ("https://evals.example", "__Host-ashr_session", True)],
)
def test_cookie_is_kept_from_scripts_and_other_sites(origin: str, name: str, is_secure: bool) -> None:
    """The cookie is HttpOnly and SameSite=Lax, and over TLS Secure with the prefix `__Host-`."""
    with opened_site() as site:
        browser = site.browser(origin=origin)
        (cookie,) = browser.post("/app/sign-in", {"key": site.api.key}).cookies

        assert [name, "Path=/", "HttpOnly", "SameSite=Lax", *(["Secure"] if is_secure else [])] == [
            cookie.partition("=")[0],
            *cookie.split("; ")[1:],
        ]


def test_every_answer_has_the_security_headers() -> None:
    """Pages, errors, files and redirections cannot be framed, sniffed, or run scripts of others (clickjacking)."""
    with opened_site() as site:
        browser = site.signed_in()
        answers = [browser.get(path) for path in ("/", "/app/", "/app/x", "/app/static/app.js", "/app/sign-in")]

    for answer in answers:
        policy = answer.headers["content-security-policy"]
        assert {"default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'"} <= set(
            policy.split("; ")
        )
        assert "unsafe" not in policy
        assert ("nosniff", "DENY", "same-origin") == tuple(
            answer.headers[name] for name in ("x-content-type-options", "x-frame-options", "referrer-policy")
        )


def test_sign_in_does_not_lead_to_another_site() -> None:
    """The address after the sign-in is a page of the dashboard (open redirect)."""
    with opened_site() as site:
        for target in ("https://example.com", "//example.com", "/app//..//x\\y", "/app/sign-out", "\r\nx: y"):
            answer = site.browser().post("/app/sign-in", {"key": site.api.key, "next": target})
            assert "/app/" == answer.headers["location"]
        answer = site.browser().post("/app/sign-in", {"key": site.api.key, "next": "/app/runs/7?show=failed"})
        assert "/app/runs/7?show=failed" == answer.headers["location"]


def _evil_site(site: Site) -> list[str]:
    """Store the evil text in every field that users and agents can write, and return the pages that show it."""
    evil: dict[str, Any] = {
        "title": EVIL,
        "tags": [EVIL],
        "verdict_reasons": [EVIL],
        "scores": {EVIL: {"value": 0.5, "reason": EVIL}},
        "behavior_results": [{"rule": EVIL, "status": EVIL, "reason": EVIL}],
        "error": {"kind": EVIL, "type": EVIL, "message": EVIL, "traceback": EVIL, "path": EVIL},
        "trace_id": EVIL,
    }
    call = {"name": EVIL, "arguments": {EVIL: EVIL}}
    actions = [
        {"actor": EVIL, "action_type": "text", "text": EVIL},
        {"actor": "user", "action_type": "text", "text": EVIL, "action_index": 1},
        {
            "actor": "agent",
            "action_type": "tool_call",
            "tool_calls": [
                {
                    "expected": call,
                    "actual": {**call, "arguments": {EVIL: 1}, "result": EVIL, "error": EVIL},
                    "match_status": EVIL,
                    "divergence_notes": EVIL,
                }
            ],
        },
        {
            "actor": "agent",
            "action_type": "text",
            "expected_response": {"text": EVIL},
            "actual_response": {"text": f"{EVIL}!"},
            "match_status": EVIL,
            "divergence_notes": EVIL,
        },
    ]
    scenarios = {
        EVIL: {
            "title": EVIL,
            "tags": [EVIL],
            "actions": [{"actor": "user", "content": EVIL}, {"actor": "agent", "content": EVIL}],
        }
    }
    data = site.api.dataset(name=EVIL, description=EVIL, dataset_source={"runs": scenarios})
    tests = [refund_test(f"{EVIL}{number}", False, action_results=actions, **evil) for number in range(2)]
    fine = [refund_test(f"{EVIL}{number}", True, repeat=number) for number in range(2)]
    one, other = (site.api.run(data, result(*found, agent=EVIL, **{EVIL[:40]: EVIL})) for found in (tests, fine))
    for run_id in (one, other):
        site.api.settled_run(run_id)
    site.api("create_agent", name=EVIL, description=EVIL)
    site.api.send("POST", "/v1/prompts", {"slug": "evil", "template": EVIL})
    site.api.send("POST", "/v1/prompts", {"slug": "evil", "template": f"{EVIL}\n{EVIL}"})
    node = {
        "id": "1",
        "type": EVIL,
        "name": EVIL,
        "model": EVIL,
        "level": "ERROR",
        "status_message": EVIL,
        "input": EVIL,
        "output": {EVIL: EVIL},
        "metadata": {EVIL: EVIL},
    }
    trace = trace_record(
        "evil",
        EVIL,
        user_id=EVIL,
        session_id=EVIL,
        tags=[EVIL],
        metadata={EVIL: EVIL},
        output=EVIL,
        observations=[node],
    )
    site.api("ingest_observability_trace", trace=trace)
    return [
        "",
        "runs",
        f"runs/{one}",
        f"runs/{other}/repeats",
        f"compare?baseline={one}&candidate={other}",
        "compare",
        "traces",
        "traces/view?id=evil",
        "datasets",
        f"datasets/{data}",
        "agents",
        "prompts",
        "prompts/view?slug=evil",
    ]


def test_texts_of_users_and_agents_are_never_markup() -> None:
    """No page has an element, attribute or address that a stored text has put there (stored XSS)."""
    with opened_site() as site:
        browser = site.signed_in()
        waiting = [f"/app/{target}" for target in _evil_site(site)]
        seen: set[str] = set()
        shown = 0
        while waiting:
            target = waiting.pop()
            if target in seen:
                continue
            seen.add(target)
            page = browser.page(target)
            assert [] == foreign_markup(page), target
            assert SCRIPT not in page
            shown += "&lt;script&gt;alert(1)" in page
            if "compare/scenario" not in target and "/test?" not in target:
                links = re.findall(r'href="(/app/(?:compare/scenario|runs/\d+/test)\?[^"]+)"', page)
                waiting += [link.replace("&amp;", "&") for link in links[:4]]

    assert shown >= 12


@pytest.mark.parametrize(
    "target",
    ["runs?dataset=", "runs/1?q=", "runs/1?tag=", "traces?q=", "traces?user=", "datasets/1?q=", "sign-in?next=", "x"],
)
def test_texts_of_addresses_are_never_markup(target: str) -> None:
    """The values of an address are not markup in the page, error pages included (reflected XSS)."""
    from urllib.parse import quote

    with opened_site() as site:
        fill(site.api)
        answer = site.signed_in().get(f"/app/{target}{quote(SCRIPT)}\"'><b>".replace(" ", "+"))

    assert SCRIPT.encode() not in answer.content
    assert b'<b>"' not in answer.content


@pytest.mark.parametrize(
    "path",
    [
        "/app/static/../site.py",
        "/app/static/..%2f..%2fplatform.py",
        "/app/static//etc/passwd",
        "/app/static/app.css/../app.js",
        "/app/../v1/prompts",
        "/app/static/%00",
    ],
)
def test_files_are_found_by_name_only(path: str) -> None:
    """No path leads to a file that is not one of the dashboard's own (path traversal)."""
    with opened_site() as site:
        assert 404 == site.signed_in().get(path).status


def test_secrets_are_in_no_page_and_no_representation() -> None:
    """The API key of a session is in no page, and not in the representation of the session's objects."""
    with opened_site() as site:
        fill(site.api)
        browser = site.signed_in()

        assert all(site.api.key not in browser.page(f"/app/{target}") for target in ("", "runs", "runs/1", "agents"))
        (session,) = site.dashboard._sessions._sessions.values()
        assert site.api.key not in repr(session)
        assert session.csrf not in repr(session)
