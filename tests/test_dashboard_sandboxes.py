"""Tests of the pages of sandboxes, experiments and sessions, with real sandboxes."""

from __future__ import annotations

import re
from collections.abc import Generator

import pytest

from support.dashboard import visible_text
from support.dashboard_world import LISTS, World, new_sandbox, opened_world
from support.experiments import created, ended, spec_text
from support.markup import EVIL, SCRIPT, foreign_markup
from support.sandboxes import engine_or_skip

pytestmark = pytest.mark.integration

MAX_PAGE = 300_000


@pytest.fixture(name="world", scope="module")
def _world(tmp_path_factory: pytest.TempPathFactory) -> Generator[World]:
    engine_or_skip("bubblewrap").close()
    with opened_world(tmp_path_factory.mktemp("dashboard") / "two.db") as world:
        yield world


def test_pages_show_what_is_there(world: World) -> None:
    """State, files, differences, invariants, output, messages and events are on the pages, each below 300 kB."""
    browser = world.browser()
    expected = {
        f"sandboxes/{world.sandbox}": ["ready", "a.txt", "<i>b.txt", "added", "Run a command", "Isolation"],
        f"sandboxes/{world.sandbox}/file?path=a.txt": [SCRIPT],
        f"sandboxes/{world.sandbox}/trace": [SCRIPT, "error"],
        f"experiments/{world.experiment}": [
            "scenarios", "wrote <b>", "quiet", "failed", "out/<b>x.txt", "<b>oops</b>",
        ],
        f"experiments/compare?baseline={world.other_experiment}&candidate={world.experiment}": [
            "cannot be told apart", "pass rate",
        ],
        f"sessions/{world.session}": ["scripted", f"list {EVIL}"[:20], "Write", "out/a.txt"],
        f"sessions/{world.session}?show=events": ["tool_start Write", "turn_complete"],
        f"sessions/{world.session}?show=files": ["out/a.txt", "script.jsonl"],
        "sandboxes": [world.sandbox, "box"],
        "experiments": [world.experiment],
        "sessions": [world.session, "scripted"],
    }  # fmt: skip
    for target, texts in expected.items():
        page = browser.page(f"/app/{target}")
        text = visible_text(page)
        assert [] == [one for one in texts if one not in text], target
        assert len(page.encode()) < MAX_PAGE


def test_texts_of_agents_are_never_markup(world: World) -> None:
    """No page of sandboxes, experiments or sessions has an element that a stored text has put there (stored XSS)."""
    browser = world.browser()
    shown = 0
    for target in [*LISTS, *world.targets()]:
        page = browser.page(f"/app/{target}")
        assert [] == foreign_markup(page), target
        assert SCRIPT not in page
        shown += "&lt;script&gt;alert(1)" in page or "&lt;b&gt;" in page

    assert shown >= 7


def test_another_tenant_finds_nothing(world: World) -> None:
    """A key of another tenant gets 404 for ids of this one, and empty lists; its forms do nothing."""
    stranger = world.browser(world.stranger)
    for target in world.targets():
        stranger.page(f"/app/{target}", 404)
    for target in LISTS:
        text = visible_text(stranger.page(f"/app/{target}"))
        assert not {world.sandbox, world.experiment, world.session} & set(text.split())
    token = {"csrf": stranger.token(), "command": "touch stolen"}
    for action in ("commands", "destroy"):
        assert 404 == stranger.post(f"/app/sandboxes/{world.sandbox}/{action}", token).status
    for action in ("run", "cancel"):
        assert 404 == stranger.post(f"/app/experiments/{world.experiment}/{action}", token).status
    assert "ready" == world.api.got(f"/v1/sandboxes/{world.sandbox}")["state"]


def test_command_is_run_and_its_output_shown(world: World) -> None:
    """The output and the exit code of a command are on the page that answers the form; a forged form runs nothing."""
    browser = world.browser()
    action = f"/app/sandboxes/{world.sandbox}/commands"

    answer = browser.post(action, {"csrf": browser.token(), "command": "echo '<u>hello</u>'; echo no >&2; exit 3"})
    page = answer.content.decode()
    text = visible_text(page)

    assert 200 == answer.status
    assert [] == foreign_markup(page)
    assert re.search(r"exit code 3.* stdout <u>hello</u> stderr no", text), text
    assert 403 == browser.post(action, {"csrf": "forged", "command": "touch stolen"}).status
    assert 403 == browser.post(action, {"csrf": browser.token(), "command": "touch stolen"}, origin="http://x").status
    assert "stolen" not in world.api.got(f"/v1/sandboxes/{world.sandbox}/state")["files"]


def test_key_that_only_reads_changes_nothing(world: World) -> None:
    """A read-only key sees sandboxes and experiments without forms, and what it sends anyway is refused."""
    key = world.api("create_api_key", name="viewer", scopes=["read"])["api_key"]["key"]
    viewer = world.browser(key)

    for target in (f"sandboxes/{world.sandbox}", f"experiments/{world.experiment}"):
        assert ["/app/sign-out"] == re.findall(r'method="post" action="([^"]+)"', viewer.page(f"/app/{target}"))
    token = {"csrf": viewer.token(), "command": "touch stolen"}
    assert 403 == viewer.post(f"/app/sandboxes/{world.sandbox}/commands", token).status
    assert 403 == viewer.post(f"/app/experiments/{world.experiment}/run", token).status


@pytest.mark.parametrize("path", ["../../etc/passwd", "/etc/passwd", "a.txt/../../../etc/passwd", "missing", ""])
def test_files_outside_of_the_workspace_are_not_shown(world: World, path: str) -> None:
    """No path leads out of the workspace (path traversal)."""
    answer = world.browser().get(f"/app/sandboxes/{world.sandbox}/file?path={path}")

    assert answer.status in (404, 422)
    assert b"root:" not in answer.content


def test_experiment_is_run_followed_and_cancelled(world: World) -> None:
    """A draft is started by a form; its page is read again while it runs, and has a button that ends the run."""
    browser = world.browser()
    experiment = created(world.api, spec_text("sleep 60"))
    target = f"/app/experiments/{experiment}"
    assert "has not been run yet" in visible_text(browser.page(target))

    assert 303 == browser.post(f"{target}/run", {"csrf": browser.token()}).status
    running = browser.page(target)
    assert "data-reload" in running
    assert "0 of 1 scenarios have ended" in visible_text(running)
    assert 303 == browser.post(f"{target}/cancel", {"csrf": browser.token()}).status
    ended(world.api, experiment)
    after = browser.page(target)
    assert "data-reload" not in after
    assert "cancelled" in visible_text(after)


def test_sandbox_that_has_ended_is_shown(world: World) -> None:
    """The page of a sandbox that was destroyed says so, without files and forms."""
    browser = world.browser()
    sandbox = new_sandbox(world.api)

    answer = browser.post(f"/app/sandboxes/{sandbox}/destroy", {"csrf": browser.token()})
    page = browser.page(answer.headers["location"])

    assert "destroyed" in visible_text(page)
    assert "Run a command" not in page
    browser.page(f"/app/sandboxes/{sandbox}/file?path=a.txt", 409)
