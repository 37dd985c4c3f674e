"""The specs in `examples/specs/`: each is valid, boots, and is solved as its invariants ask."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml

from ashr_labs.keystone import Contains, Keystone
from ashr_labs.local.boot import BootedSandbox, Booter, BootRequest
from ashr_labs.local.sandbox.bubblewrap import Bubblewrap
from ashr_labs.local.server.app import running_server
from ashr_labs.specs import Capabilities, parse_spec, unsupported
from support.boots import broken, output
from support.local_api import Api
from support.sandboxes import engine_or_skip

FOLDER = Path(__file__).resolve().parent.parent / "examples" / "specs"
TEXTS = {path.stem: path.read_text("utf-8") for path in sorted(FOLDER.glob("*.yaml"))}
EMBEDDED = Capabilities(
    "bubblewrap",
    services={"postgres": "15", "redis": "7"},
    limits=frozenset({"timeout", "memory", "cpu", "disk"}),
)

SQL = "PGPASSWORD=$DB_PASSWORD psql -h db -U shop -At"
POST = "python3 -c \"import urllib.request as u; u.urlopen('http://{}:8080{}', b'{}')\""
SOLUTIONS: dict[str, list[str]] = {
    "clear-stale-sessions": ["for user in $(cat left.txt); do redis-cli -h cache del session:$user; done"],
    "fix-failing-test": [
        "sed -i 's/return int(.*/return (price_in_cents * (100 + percent) + 50) \\/\\/ 100/' prices.py"
    ],
    "refund-by-api": [POST.format("payments.example", "/v1/refunds", "amount=4200")],
    "repair-orders": [f'{SQL} -c "DELETE FROM orders WHERE id > 3"'],
}
CHECKS: dict[str, tuple[str, str]] = {
    "clear-stale-sessions": ("redis-cli -h cache keys '*' | sort", "session:ada\nsession:alan\nsession:edsger\n"),
    "fix-failing-test": ("python3 -m unittest -q 2>&1 | tail -1; git diff --name-only", "OK\nprices.py\n"),
    "refund-by-api": ("true", ""),
    "repair-orders": (f"{SQL} -c 'SELECT count(*), count(DISTINCT number) FROM orders'", "3|3\n"),
}
"""Commands after the solution, and what they print."""
MISTAKES: dict[str, tuple[str, str]] = {
    "fix-failing-test": ("echo pass > test_prices.py", "file_writes_outside"),
    "refund-by-api": (POST.format("newsletter", "/", "hello"), "http_except"),
    "repair-orders": (f"{SQL} -c \"UPDATE customers SET name = 'Eve'\"", "db_writes_outside"),
}
"""Commands that break a rule."""

# The calls of the public reference of `polarity-keystone`; names in capitals are those of an example.
SANDBOX_CALLS = """
ks.specs.create(yaml_content)
spec = ks.specs.get("SPEC")
specs = ks.specs.list()

sb = ks.sandboxes.create(
    spec_id="SPEC",
    timeout="10m",
    metadata={"run": "ci-7821"},
    secrets={"ANTHROPIC_API_KEY": "..."},
    spec_path="./specs/SPEC.yaml",   # auto-forwards declared secrets
)
found = ks.sandboxes.get(sb.id)
listed = ks.sandboxes.list()

ran = ks.sandboxes.run_command(sb.id, "python3 agent.py", timeout="2m")
read = ks.sandboxes.read_file(sb.id, "agent.py")
ks.sandboxes.write_file(sb.id, "config.json", '{"x": 1}')
ks.sandboxes.delete_file(sb.id, "config.json")

state = ks.sandboxes.state(sb.id)
diff = ks.sandboxes.diff(sb.id)

ingested = ks.sandboxes.ingest_trace(sb.id, events)
trace = ks.sandboxes.get_trace(sb.id)
ks.sandboxes.destroy(sb.id)
"""
EXPERIMENT_CALLS = """
exp = ks.experiments.create(
    name="baseline-v1",
    spec_id="SPEC",
    spec_path="./specs/SPEC.yaml",   # auto-forwards declared secrets
    secrets={"ANTHROPIC_API_KEY": "..."},        # explicit wins
)
results = ks.experiments.run_and_wait(
    exp.id,
    poll_interval=0.1,
    timeout=600,
    scores=scores,
)
now = ks.experiments.get(exp.id)
known = ks.experiments.list()
new = ks.experiments.create("new", "SPEC")
new.run_and_wait(poll_interval=0.1)
compared = ks.experiments.compare(exp.id, new.id)
metrics = ks.experiments.metrics(exp.id)
ks.specs.delete("SPEC")
"""


@pytest.fixture(name="booter", scope="module")
def _booter() -> Iterator[Booter]:
    if shutil.which("bwrap") is None:
        pytest.skip("bubblewrap is not installed")
    engine = Bubblewrap()
    yield Booter(engine)
    engine.close()


def started(booter: Booter, name: str) -> BootedSandbox:
    return booter.boot(parse_spec(TEXTS[name]), BootRequest(f"example-{name}", {}, {}))


def test_every_example_has_a_solution() -> None:
    """No example is left untested."""
    assert TEXTS.keys() == SOLUTIONS.keys() == CHECKS.keys()
    assert "fix-failing-test" in TEXTS


@pytest.mark.parametrize("name", TEXTS)
def test_examples_are_valid_and_need_no_containers(name: str) -> None:
    """An example has the id of its file, and an engine without containers can honour all of it."""
    spec = parse_spec(TEXTS[name])

    assert name == spec.id
    assert spec.prompt
    assert spec.invariants
    assert [] == unsupported(spec, EMBEDDED)


@pytest.mark.parametrize("name", TEXTS)
def test_examples_boot_and_can_be_solved(name: str, booter: Booter) -> None:
    """The task is not done at first; the solution does it without breaking a rule, and a mistake breaks one."""
    world = started(booter, name)
    command, expected = CHECKS[name]
    assert not expected or expected != output(world, command)

    for solution in SOLUTIONS[name]:
        output(world, solution)
    assert expected == output(world, command)
    assert {} == broken(world)

    if name in MISTAKES:
        mistake, rule = MISTAKES[name]
        world.exec(mistake)
        assert {rule} == broken(world).keys()
    world.sandbox.destroy()


def agent_of(name: str) -> str:
    """Return a program that solves the task of an example."""
    return f"import subprocess\nfor line in {SOLUTIONS[name]!r}:\n    subprocess.run(line, shell=True, check=True)\n"


def with_agent(name: str) -> str:
    """Return an example with an agent that solves the task: the program `agent.py`, also in place of a snapshot."""
    spec = yaml.safe_load(TEXTS[name])
    spec["agent"] = {"type": "cli", "command": "python3 agent.py", "timeout": "5m"}
    setup = spec.setdefault("setup", {})
    setup["files"] = [{"path": "agent.py", "content": agent_of(name)}, *setup.get("files", ())]
    return json.dumps(spec)  # which is YAML as well


@pytest.mark.integration
@pytest.mark.parametrize("name", TEXTS)
def test_calls_of_the_reference_run_on_the_examples(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The documented calls, with only the import and the address changed, run to the end in real sandboxes."""
    (tmp_path / "specs").mkdir()
    (tmp_path / "specs" / f"{name}.yaml").write_text(with_agent(name))
    monkeypatch.chdir(tmp_path)
    events = [{"event_type": "tool_call", "tool": "search", "phase": "complete", "status": "ok"}]
    engine_or_skip("bubblewrap").close()
    with Api.opened() as api, running_server(api.platform) as url, Keystone(api.key, url) as ks:
        names: dict[str, Any] = {"ks": ks, "events": events, "scores": [Contains("")], "yaml_content": with_agent(name)}
        exec(SANDBOX_CALLS.replace("SPEC", name), names)
        exec(EXPERIMENT_CALLS.replace("SPEC", name), names)
        found = SimpleNamespace(**names)
        destroyed = ks.sandboxes.get(found.sb.id).state

    assert (name, [name], 1) == (found.spec.id, [one.id for one in found.specs], found.spec.version)
    assert ("ready", {"run": "ci-7821"}, [found.sb.id]) == (
        found.sb.state,
        found.found.metadata,
        [one.id for one in found.listed],
    )
    assert (0, "") == (found.ran.exit_code, found.ran.stderr if name == "fix-failing-test" else "")
    assert b"import subprocess" in found.read
    assert "config.json" not in found.state.files
    assert (["prices.py"] if name == "fix-failing-test" else []) == found.diff.modified
    assert ({"ingested": 1}, "search", "destroyed") == (found.ingested, found.trace["events"][0]["tool"], destroyed)
    results = found.results
    assert results.total_scenarios == results.passed > 0, results
    assert "contains" in [one.name for one in found.results.scenarios[0].invariants]
    assert (results.passed, [found.exp.id]) == (found.now.passed, [one.id for one in found.known])
    assert "pass_rate" not in found.compared.regressions
    assert found.metrics.summary.total_runs == results.total_scenarios
