"""Tests of labels in the dashboard: forms, the queue, conflicts, and keys that only read."""

from __future__ import annotations

import html
import re
from collections.abc import Generator

import pytest

from support.dashboard import Browser, Site, fill, opened_site, refund_test, result, visible_text


@pytest.fixture(name="site", scope="module")
def _site() -> Generator[tuple[Site, dict[str, int]]]:
    with opened_site() as site:
        yield site, fill(site.api)


Filled = tuple[Site, dict[str, int]]


def form_of(browser: Browser, target: str) -> tuple[str, dict[str, str]]:
    """Return action and fields of the form of the label of a page."""
    page = browser.page(target)
    found = re.search(r'id="label".*?<form method="post" action="([^"]+)">(.*?)</form>', page, re.DOTALL)
    assert found is not None, "there is no form"
    hidden = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', found[2])
    return html.unescape(found[1]), {name: html.unescape(value) for name, value in hidden}


def label(browser: Browser, target: str, **fields: str) -> str:
    """Send the form of a page, and return where it leads."""
    action, given = form_of(browser, target)
    answer = browser.post(action, {**given, **fields})
    assert 303 == answer.status, answer.content
    return answer.headers["location"]


def test_label_of_a_test_is_shown_where_the_test_is(site: Filled) -> None:
    """A label is on the page of its test, in the list of the run, and among the newest labels; it can be removed."""
    opened, runs = site
    browser = opened.signed_in()
    target = f"/app/runs/{runs['before']}/test?id=d&show=failed"

    back = label(browser, target, verdict="failed", score="0.25", comment="It promises a month.\r\nWhy?")

    assert f"{target}#label" == back
    page = visible_text(browser.page(target))
    assert "Label failed" in page
    assert "It promises a month. Why?" in page
    assert "label failed" in visible_text(browser.page(f"/app/runs/{runs['before']}"))
    labels = visible_text(browser.page(f"/app/labels?run={runs['before']}"))
    assert f"run {runs['before']}, d It promises a month. Why?" in labels
    assert "1 of 6 tests" in labels

    label(browser, target, verdict="remove")
    assert "It promises a month" not in browser.page(target)


def test_agreement_of_judges_is_shown(site: Filled) -> None:
    """The verdict and each score that decides are compared with the labels of the run."""
    opened, runs = site
    browser = opened.signed_in()
    for name, verdict in (("a", "passed"), ("d", "passed"), ("e", "failed")):
        label(browser, f"/app/runs/{runs['before']}/test?id={name}", verdict=verdict)

    page = visible_text(browser.page(f"/app/labels?run={runs['before']}"))

    assert re.search(r"verdict .* 66.7 % 3 0.4 0 1", page), page
    assert re.search(r"politeness .* 66.7 % 3 0 1 0", page), page


def test_queue_leads_from_test_to_test() -> None:
    """From the queue, a label and a skip lead to the next test until none is left."""
    with opened_site() as site:
        tests = [refund_test(name, name != "b") for name in "abc"]
        run_id = site.api.run(site.api.dataset(), result(*tests))
        site.api.settled_run(run_id)
        browser = site.signed_in()
        first = re.search(r'<a class="button primary" href="([^"]+)"', browser.page("/app/labels"))
        assert first is not None
        target = html.unescape(first[1])
        assert f"/app/runs/{run_id}/test?id=b&review=0" == target
        skip = re.search(r'<a class="button" href="([^"]+)" data-key="s"', browser.page(target))
        assert skip is not None
        assert f"/app/runs/{run_id}/test?id=a&review=1" == html.unescape(skip[1])

        visited = [target]
        while "review" in visited[-1]:
            visited.append(label(browser, visited[-1], verdict="passed"))

        assert ["b", "a", "c"] == [found[1] for one in visited if (found := re.search(r"id=(\w)", one))]
        assert f"/app/labels?run={run_id}" == visited[-1]
        assert "All tests of this run are labelled" in visible_text(browser.page(visited[-1]))


def test_label_that_changed_meanwhile_is_kept(site: Filled) -> None:
    """Of two people who opened the same test, the second one is told about the label of the first."""
    opened, runs = site
    one, other = opened.signed_in(), opened.signed_in()
    target = f"/app/runs/{runs['after']}/test?id=a"
    action, fields = form_of(other, target)
    label(one, target, verdict="passed")

    answer = other.post(action, {**fields, "verdict": "failed"})

    assert 409 == answer.status
    assert "has version 1 now" in visible_text(answer.content.decode())
    assert "Label passed" in visible_text(one.page(target))


def test_trace_is_labelled(site: Filled) -> None:
    """A trace has a form too, and its label is in the list."""
    opened, _ = site
    browser = opened.signed_in()

    label(browser, "/app/traces/view?id=trace-1", comment="The tool timed out.")

    assert "The tool timed out." in browser.page("/app/traces/view?id=trace-1")
    assert "trace trace-1 The tool timed out." in visible_text(browser.page("/app/labels?scope=all+runs"))


def test_read_only_key_sees_labels_and_cannot_change_them(site: Filled) -> None:
    """Without the scope `write` a page has no form, and the platform refuses one that is sent anyway."""
    opened, runs = site
    writer = opened.signed_in()
    target = f"/app/runs/{runs['repeated']}/test?id=a&repeat=2"
    label(writer, target, verdict="failed", comment="Look at this one.")
    key = opened.api("create_api_key", name="viewer", scopes=["read"])["api_key"]["key"]
    viewer = opened.browser().sign_in(key)

    assert "Look at this one." in viewer.page(target)
    assert 'name="verdict"' not in viewer.page(target)
    fields = {"csrf": viewer.token(), "id": "a", "repeat": "2", "version": "1", "verdict": "passed"}
    assert 403 == viewer.post(f"/app/runs/{runs['repeated']}/label", fields).status


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"verdict": "perhaps"}, 422),
        ({"score": "2", "verdict": ""}, 422),
        ({"score": "much", "verdict": ""}, 400),
        ({"verdict": ""}, 422),
        ({"verdict": "passed", "version": "x"}, 400),
        ({"verdict": "passed", "id": "missing"}, 404),
        ({"verdict": "passed", "csrf": "forged"}, 403),
        ({"verdict": "remove", "label": "label_99", "version": "1"}, 404),
    ],
)
def test_malformed_labels_are_refused(site: Filled, fields: dict[str, str], status: int) -> None:
    """A form is checked as the API checks a request, and refused with a page."""
    opened, runs = site
    browser = opened.signed_in()
    action, given = form_of(browser, f"/app/runs/{runs['before']}/test?id=f")

    assert status == browser.post(action, {**given, **fields}).status


def test_label_does_not_lead_to_another_site(site: Filled) -> None:
    """The address after a label is a page of the dashboard (open redirect)."""
    opened, runs = site

    target = f"/app/runs/{runs['before']}/test?id=b"
    assert "/app/" == label(opened.signed_in(), target, verdict="passed", next="//example.com")
