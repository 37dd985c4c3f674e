"""The examples of the public reference of `polarity-keystone` for its services, as they are written, in one session.

Only ids, paths and the command of a project of Node.js differ.
"""

from __future__ import annotations

import json
from collections.abc import Generator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from ashr_labs.keystone import Keystone, set_default_llm_client
from support.sandboxes import engine_or_skip
from support.serving import KEY, served

pytestmark = pytest.mark.integration
SPEC = Path(__file__).resolve().parent.parent / "examples/specs/fix-failing-test.yaml"
AGENT = """
from pathlib import Path
print(input())
source = Path("prices.py").read_text()
Path("prices.py").write_text(source.replace("int(price_in_cents * (100 + percent) / 100)",
    "(price_in_cents * (100 + percent) + 50) // 100"))
"""
BLOCKS = [
    """
status = ks.health()        # {"status": "ok"}
""",
    """
ks.specs.create(yaml_content)                                                  # POST /v1/specs (raw YAML)
ks.specs.get("fix-failing-test")
ks.specs.list()
""",
    """
sb = ks.sandboxes.create(
    spec_id="fix-failing-test",
    timeout="10m",
    metadata={"run": "ci-7821"},
    secrets={"ANTHROPIC_API_KEY": "..."},
    spec_path="./specs/fix-failing-test.yaml",   # auto-forwards declared secrets
)
""",
    """
ks.sandboxes.get("sb-abc")
ks.sandboxes.list()                                                          # list[Sandbox]

result = ks.sandboxes.run_command("sb-abc", "mkdir src tmp && touch tmp/cache.bin", timeout="2m")
ks.sandboxes.write_file("sb-abc", "src/main.ts", "main()")
content = ks.sandboxes.read_file("sb-abc", "src/main.ts")                      # bytes
ks.sandboxes.write_file("sb-abc", "config.json", '{"x": 1}')
ks.sandboxes.delete_file("sb-abc", "tmp/cache.bin")

state = ks.sandboxes.state("sb-abc")                                           # StateSnapshot
diff = ks.sandboxes.diff("sb-abc")                                             # StateDiff

ks.sandboxes.ingest_trace("sb-abc", events)                                   # POST /v1/sandboxes/:id/trace
trace = ks.sandboxes.get_trace("sb-abc")                                      # dict
ks.sandboxes.destroy("sb-abc")
""",
    """
snap = ks.agents.upload(
    name="email-agent",
    path="./dist/email-agent",                       # dir, file, or .tar.gz
    entrypoint=["python", "main.py"],
    runtime="python3.12",
    tag="v2.1",
    auth={
        "required_env": ["ANTHROPIC_API_KEY"],
        "config_files": [{"path": ".env", "template": "..."}],
    },
)
""",
    """
latest = ks.agents.get("email-agent")                                            # latest
tagged = ks.agents.get("email-agent", tag="v2.1")
numbered = ks.agents.get("email-agent", version=1)
found = ks.agents.get_by_id(snap.id)

items, next_cursor = ks.agents.list(limit=50, cursor=None)
versions, next_cursor = ks.agents.list_versions("email-agent", limit=20)

ks.agents.delete(snap)                                                      # pass full AgentSnapshot
""",
    """
exp = ks.experiments.create(
    name="baseline-v1",
    spec_id="fix-failing-test",
    spec_path="./specs/fix-failing-test.yaml",   # auto-forwards declared secrets
    secrets={"ANTHROPIC_API_KEY": "..."},        # explicit wins
)
""",
    """
ks.experiments.run(exp.id)                                                     # async - returns immediately
""",
    """
from ashr_labs.keystone import AnswerRelevancy, Factuality

other = ks.experiments.create(name="baseline-v2", spec_id="fix-failing-test")
results = ks.experiments.run_and_wait(
    other.id,
    poll_interval=1.0,                                                          # seconds
    timeout=600,                                                                # seconds
    scores=[Factuality(), AnswerRelevancy()],                                   # client-side scorers
)
""",
    """
from ashr_labs.keystone import Scorer, Score

@Scorer
def word_count_under_100(scenario) -> Score:
    words = len((scenario.agent_output or "").split())
    return Score(
        name="word_count_under_100",
        score=1.0 if words < 100 else 0.0,
        passed=words < 100,
        message=f"{words} words",
    )

own = ks.experiments.run_and_wait(exp.id, scores=[word_count_under_100])
""",
    """
ks.experiments.get(exp.id)                                                     # current results (partial if running)
listed = ks.experiments.list()

comparison = ks.experiments.compare(exp.id, other.id)                          # Comparison
metrics = ks.experiments.metrics(exp.id)                                       # ExperimentMetrics
""",
    """
alert = ks.alerts.create({
    "name": "pass-rate-drop",
    "condition": "pass_rate < 0.8",
    "notify": "slack",
    "slack_channel": "#agent-alerts",
})
ks.alerts.list()
ks.alerts.delete(alert.id)
""",
    """
ds = ks.datasets.create("customer-emails", "Renewal scenarios")
ks.datasets.list()
ks.datasets.get(ds.id)

ks.datasets.add_records(ds.id, [
    {"input": {"id": "alice"}, "expected": {"subject": "Renewal"}, "tags": ["pro"]},
])
records = ks.datasets.get_records(ds.id, tags=["pro"])
ks.datasets.delete(ds.id)
""",
    """
rule = ks.scoring.create_rule("factuality", "llm_as_judge", {
    "model": "paragon-fast",
    "rubric": {"pass": "...", "fail": "..."},
})
ks.scoring.list_rules()

ks.scoring.score_experiment(exp.id, [rule.id])
scores = ks.scoring.get_scores(exp.id)
ks.scoring.delete_rule(rule.id)
""",
    """
traces = list(ks.export.traces(experiment_id=exp.id))
spans = list(ks.export.spans(root_span_id="span_xyz"))
failed = list(ks.export.scenarios(experiment_id=exp.id, status="failed"))
exported = list(ks.export.scores(experiment_id=exp.id))

# One-shot bundle
bundle = ks.export.experiment(exp.id, format="json")
ndjson = ks.export.experiment(exp.id, format="ndjson")
""",
    """
from ashr_labs.keystone.types import KeystoneError

try:
    ks.sandboxes.create(spec_id="missing")
except KeystoneError as err:
    print(err.status_code, err.message)
""",
    """
from ashr_labs.keystone.types import RunResults

def process_results(results: RunResults) -> None:
    print(f"{results.passed}/{results.total_scenarios} passed")
    for scenario in results.scenarios:
        if scenario.status == "fail":
            print(f"FAIL: {scenario.scenario_id}")

process_results(results)
""",
]
EVENTS = [{"event_type": "tool_use", "tool": "search", "ts": "2026-01-01T00:00:00Z", "phase": "complete"}]


class Judge:
    """A model that always has the same verdict."""

    def complete(
        self, messages: Sequence[Mapping[str, Any]], *, model: str, temperature: float, max_tokens: int
    ) -> str:
        return json.dumps({"choice": "C", "score": 1, "verdict": "pass", "reasoning": "It says so."})


@pytest.fixture(name="ks")
def _ks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[Keystone]:
    """Serve a platform, in the folder of a project with an agent and a spec."""
    engine_or_skip("bubblewrap").close()
    (tmp_path / "specs").mkdir()
    text = SPEC.read_text("utf-8").replace(
        "  files:\n", f"  files:\n    - path: agent.py\n      content: {json.dumps(AGENT)}\n"
    )
    (tmp_path / "specs/fix-failing-test.yaml").write_text(text, "utf-8")
    (tmp_path / "dist/email-agent").mkdir(parents=True)
    (tmp_path / "dist/email-agent/main.py").write_text("print(input())\n", "utf-8")
    monkeypatch.chdir(tmp_path)
    set_default_llm_client(Judge())
    with served(tmp_path / "evals.db", ASHR_SLACK_URL="http://127.0.0.1:9/hook") as platform:
        keystone = Keystone(api_key=KEY, base_url=platform.url)
        yield keystone
        keystone.close()
    set_default_llm_client(None)


def test_services_of_the_reference(ks: Keystone, capsys: pytest.CaptureFixture[str]) -> None:
    """Every block runs, and what it answers is what the reference says."""
    names: dict[str, Any] = {"ks": ks, "yaml_content": Path("specs/fix-failing-test.yaml").read_text("utf-8")}
    names["events"] = EVENTS
    for block in BLOCKS:
        sandbox_id = names["sb"].id if "sb" in names else "sb-abc"
        exec(compile(block.replace("sb-abc", sandbox_id), "<reference>", "exec"), names)

    assert "ok" == names["status"]["status"]
    assert (b"main()", 0) == (names["content"], names["result"].exit_code)
    assert {"config.json", "src/main.ts"} <= set(names["diff"].added)
    assert ["search"] == [event["tool"] for event in names["trace"]["events"]]
    assert {1} == {names[name].version for name in ("snap", "latest", "tagged", "numbered", "found")}
    assert (1, 1, None) == (len(names["items"]), len(names["versions"]), names["next_cursor"])
    results, own = names["results"], names["own"]
    assert (1, 1, 1, 1) == (results.passed, results.total_scenarios, own.passed, own.total_scenarios)
    assert {exp.id for exp in names["listed"]} == {names["exp"].id, names["other"].id}
    assert [{"subject": "Renewal"}] == [record["expected"] for record in names["records"]]
    assert names["failed"] == []
    assert names["bundle"]["experiment"]["id"] == names["exp"].id
    assert all(json.loads(line)["type"] for line in names["ndjson"].splitlines())
    assert "404 there is no spec" in capsys.readouterr().out
