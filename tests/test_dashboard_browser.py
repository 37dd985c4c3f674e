"""Tests of the dashboard in Chromium: what a user does, by keyboard as well, in both colour schemes and two widths."""

from __future__ import annotations

import base64
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from ashr_labs.local.dashboard.site import Dashboard
from ashr_labs.local.server.app import running_server
from support.axe import faults
from support.browser import Page, in_browser, open_page
from support.dashboard import Site, fill, opened_site, refund_test
from support.dashboard_world import LISTS, opened_world
from support.sandboxes import engine_or_skip

TARGETS = (
    "",
    "runs",
    "runs/{after}",
    "runs/{before}/test?id=d",
    "runs/{after}/test?id=f",
    "runs/{repeated}/repeats",
    "compare",
    "compare?baseline={before}&candidate={after}",
    "compare/scenario?baseline={before}&candidate={after}&id=c",
    "traces",
    "traces/view?id=trace-1",
    "datasets/1",
    "agents",
    "agents/1",
    "prompts/view?slug=support",
    "labels?run={before}",
    "runs/{before}/test?id=d&review=0",
)
CONTRAST = """(() => {
  const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  const rgb = colour => { canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data]; };
  const linear = v => (v /= 255) <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4;
  const light = ([r, g, b]) => { const [x, y, z] = [r, g, b].map(linear);
    return .2126 * x + .7152 * y + .0722 * z; };
  const back = one => { for (; one; one = one.parentElement) { const c = rgb(getComputedStyle(one).backgroundColor);
    if (c[3] === 255) return c; } return [255, 255, 255, 255]; };
  const weak = [];
  for (const one of document.querySelectorAll('main *, header *')) {
    const hasText = [...one.childNodes].some(node => node.nodeType === 3 && node.data.trim());
    if (!hasText || one.closest('svg') || !one.checkVisibility()) continue;
    const [a, b] = [light(rgb(getComputedStyle(one).color)), light(back(one))];
    const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
    const shown = `${one.tagName}.${one.className} ${one.textContent.trim().slice(0, 30)}`;
    if (ratio < 4.5) weak.push(`${shown} ${ratio.toFixed(2)}`);
  }
  return weak;
})()"""


@pytest.fixture(name="site", scope="module")
def _site() -> Generator[tuple[Site, dict[str, int], str]]:
    with opened_site() as site, running_server(site.api.platform, dashboard=site.dashboard) as url:
        yield site, fill(site.api), url


Served = tuple[Site, dict[str, int], str]


@contextmanager
def signed_in(dashboard: Dashboard, url: str, folder: Path) -> Generator[Page]:
    """Open the dashboard by a one-time link; at the end the console is empty, and all requests went to the server."""
    with open_page(folder, dashboard.sign_in_link(url)) as page:
        yield page
        assert [] == page.complaints
        assert [] == [one for one in page.requests if not one.startswith(url)]


def serious_faults(page: Page) -> list[Any]:
    return [(one["id"], one["nodes"][:3]) for one in faults(page) if one["impact"] in ("serious", "critical")]


def go(page: Page, url: str) -> None:
    page.send("Page.navigate", url=url)
    waited(page, "location.href !== 'about:blank'")


def text(page: Page) -> str:
    return str(page.run("document.getElementById('main').innerText"))


def press(page: Page, key: str) -> None:
    """Press a key, and wait until the page that it may have opened is there."""
    code = {"Enter": 13, "Tab": 9}.get(key)
    fields: dict[str, Any] = {"key": key, "text": "\r" if key == "Enter" else key if len(key) == 1 else ""}
    if code:
        fields["windowsVirtualKeyCode"] = code
    page.send("Input.dispatchKeyEvent", type="keyDown", **fields)
    page.send("Input.dispatchKeyEvent", type="keyUp", key=key)
    waited(page, "document.readyState === 'complete'")


def waited(page: Page, condition: str) -> None:
    """Wait until a condition of the page holds, whatever pages come in between."""
    deadline = time.monotonic() + 30
    while not evaluated(page, f"Boolean(document.documentElement?.dataset.ready && ({condition}))"):
        assert time.monotonic() < deadline, condition
        threading.Event().wait(0.03)


def evaluated(page: Page, script: str) -> Any:
    """Return the value of a script; None if the page is left meanwhile."""
    try:
        return page.run(script)
    except AssertionError:
        return None


def wait_for(page: Page, path: str) -> None:
    waited(page, f"location.href.includes({path!r})")


@in_browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_are_readable(site: Served, scheme: str, tmp_path: Path) -> None:
    """No page is wider than the window, and axe-core finds nothing serious; screenshots are in the output."""
    opened, runs, url = site
    with signed_in(opened.dashboard, url, tmp_path) as page:
        look(page, url, [target.format(**runs) for target in TARGETS], scheme, tmp_path)


@in_browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_of_sandboxes_are_readable(scheme: str, tmp_path: Path) -> None:
    """The same for the pages of sandboxes, experiments and sessions, with texts that would be markup."""
    engine_or_skip("bubblewrap").close()
    with (
        opened_world(tmp_path / "two.db") as world,
        running_server(world.api.platform, dashboard=world.dashboard) as url,
        signed_in(world.dashboard, url, tmp_path) as page,
    ):
        look(page, url, [*LISTS, *world.targets()], scheme, tmp_path)


def look(page: Page, url: str, targets: list[str], scheme: str, folder: Path) -> None:
    """Check pages in two widths, and keep their screenshots."""
    page.send("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
    found: list[tuple[str, int, Any]] = []
    for number, target in enumerate(targets):
        for width in (360, 1440):
            page.send("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=False)
            go(page, f"{url}/app/{target}")
            image = base64.b64decode(page.send("Page.captureScreenshot", captureBeyondViewport=False)["data"])
            (folder / f"{number}-{width}-{scheme}.png").write_bytes(image)
            wide = page.run("document.documentElement.scrollWidth") > width
            wrong = [*(["wider than the window"] if wide else []), *page.run(CONTRAST), *serious_faults(page)]
            found += [(target, width, one) for one in wrong]

    assert not found, "\n".join(map(str, found))


@in_browser
def test_failed_test_is_found_by_keyboard(site: Served, tmp_path: Path) -> None:
    """From the runs to the first wrong step of a failed test, its trace and back, without a mouse."""
    opened, runs, url = site
    with signed_in(opened.dashboard, url, tmp_path) as page:
        go(page, f"{url}/app/runs/{runs['before']}?sort=scenario")
        press(page, "n")
        assert "d" == page.run("document.activeElement.textContent")
        press(page, "Enter")
        wait_for(page, "/test?id=d")
        press(page, "f")
        assert "#step-3" == page.run("location.hash")

        press(page, "n")
        wait_for(page, "/test?id=e")
        press(page, "p")
        wait_for(page, "/test?id=d")
        press(page, "t")
        wait_for(page, "/traces/view?id=trace-1")
        assert "timeout after 3 s" not in text(page)
        press(page, "f")
        assert "timeout after 3 s" in text(page)
        press(page, "u")
        wait_for(page, "/app/traces")


@in_browser
def test_sides_are_toggled_and_help_lists_the_keys(site: Served, tmp_path: Path) -> None:
    """`e` shows expected, actual or both; `?` lists the keys of the page."""
    opened, runs, url = site
    with signed_in(opened.dashboard, url, tmp_path) as page:
        go(page, f"{url}/app/runs/{runs['before']}/test?id=d")
        assert "within five days" in text(page)
        press(page, "e")
        press(page, "e")
        assert "within five days" not in page.run("document.querySelector('.step.agent').innerText")
        assert "900" in page.run("document.querySelector('.step.agent').innerText")

        press(page, "?")
        assert page.run("document.getElementById('help').open")
        assert "next failed test" in page.run("document.getElementById('help').innerText")


@in_browser
def test_filters_search_and_theme(site: Served, tmp_path: Path) -> None:
    """A choice filters at once, a search is sent by Enter, and the theme stays on the next page."""
    opened, runs, url = site
    with signed_in(opened.dashboard, url, tmp_path) as page:
        go(page, f"{url}/app/runs/{runs['after']}")
        page.run("document.querySelector('select[name=sort]').value = 'failed first'")
        page.run("document.querySelector('select[name=sort]').dispatchEvent(new Event('change'))")
        wait_for(page, "sort=failed+first")
        assert ["error", "failed"] == page.run(
            "[...document.querySelectorAll('tr .badge')].map(one => one.textContent).slice(0, 2)"
        )

        press(page, "/")
        page.send("Input.insertText", text="month")
        press(page, "Enter")
        wait_for(page, "q=month")
        assert "1–1 of 1 tests" in text(page)

        for theme in ("light", "dark"):
            page.run("document.getElementById('theme').click()")
            assert theme == page.run("document.documentElement.dataset.theme")
        go(page, f"{url}/app/runs")
        assert "rgb(18, 20, 23)" == page.run("getComputedStyle(document.body).backgroundColor")


@in_browser
def test_run_is_followed(site: Served, tmp_path: Path) -> None:
    """The page of a run that is played shows new tests without a reload, and ends to follow when it is graded."""
    opened, _, url = site
    api = opened.api
    run_id = api("start_run", tenant_id=1, dataset_id=1, tests_total=2)["run"]["id"]
    with signed_in(opened.dashboard, url, tmp_path) as page:
        go(page, f"{url}/app/runs/{run_id}")
        assert "0 of 2 tests played" in text(page)
        page.run("window.isSame = true")
        api("append_run_tests", run_id=run_id, tests=[refund_test("live", False)])
        waited(page, "document.querySelector('tr[data-failed]')")
        assert "1 of 2 tests played" in text(page)

        tests = [refund_test("live", False), refund_test("other", True)]
        done = {"tests": tests, "status": "completed", "aggregate_metrics": {"total_tests": 2}}
        api("finish_run", run_id=run_id, result=done)
        api.settled_run(run_id)
        waited(page, "!document.querySelector('[data-reload]')")
        assert "1 of 2 passed" in text(page)
        assert page.run("window.isSame")


@in_browser
def test_sign_in_with_a_key(site: Served, tmp_path: Path) -> None:
    """A wrong key is refused with the reason; the right one leads to the page that was asked for; sign-out ends it."""
    opened, _, url = site
    with open_page(tmp_path, f"{url}/app/traces?q=refund") as page:
        waited(page, "true")
        assert "Sign in" in text(page)
        page.run("document.getElementById('key').focus()")
        page.send("Input.insertText", text="tp_wrong-key-of-a-stranger")
        press(page, "Enter")
        waited(page, "document.querySelector('[role=alert]')")
        assert "unknown or revoked" in text(page)
        page.run("document.getElementById('key').focus()")
        page.send("Input.insertText", text=opened.api.key)
        press(page, "Enter")
        wait_for(page, "/app/traces?q=refund")
        assert "refund request" in text(page)

        page.run("document.querySelector('form[action$=\"sign-out\"] button').click()")
        wait_for(page, "/app/sign-in")
        assert [] == [one for one in page.requests if not one.startswith(url)]
