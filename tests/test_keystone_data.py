"""`Keystone.export`, `.scoring` and `.datasets`, and the same of the public package unchanged, against a platform."""

from __future__ import annotations

import copy
import json
import pickle
from collections.abc import Generator
from contextlib import closing, contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from ashr_labs.keystone import Keystone, KeystoneError
from ashr_labs.keystone.datasets import DatasetInfo
from ashr_labs.local.server.app import running_server
from support.experiments import wait_until
from support.local_api import Api, database_on, database_with_tenants
from support.stored_experiments import store_experiment

PACKAGES = ["ashr_labs.keystone", pytest.param("polarity_keystone", marks=pytest.mark.integration)]
EVENTS = [
    {"span_id": "ask", "event_type": "llm_call", "tool": "openai.create", "ts": "2026-01-01T00:00:00Z",
     "metadata": {"input": "2 + 2", "output": {"sum": 4}}},
    {"span_id": "tool", "root_span_id": "ask", "parent_span_id": "ask", "event_type": "tool_use", "tool": "add",
     "ts": "2026-01-01T00:00:01Z"},
]  # fmt: skip


@pytest.fixture(scope="module", name="served")
def _served(tmp_path_factory: pytest.TempPathFactory) -> Generator[tuple[str, list[str]]]:
    """Serve a platform with four tenants, which have an experiment each; yield its URL and their keys."""
    path: Path = tmp_path_factory.mktemp("keystone") / "tenants.db"
    keys = database_with_tenants(path, 4)
    with closing(database_on(path)) as database, database.write() as connection:
        for tenant_id, _ in enumerate(keys, 1):
            outcomes = [("a", "pass"), ("b", "fail"), *[("c", "pass")] * 58]
            store_experiment(connection, outcomes, tenant_id=tenant_id)
    with Api.opened(path) as api, running_server(api.platform) as url:
        yield url, keys


@contextmanager
def clients(package: str, served: tuple[str, list[str]]) -> Generator[tuple[Any, Any, type[Exception]]]:
    """Yield the clients of two tenants, and the error that the package raises."""
    url, keys = served
    module: Any = pytest.importorskip(package)
    pair = keys[:2] if package.startswith("ashr") else keys[2:]
    first, second = (module.Keystone(api_key=key, base_url=url) for key in pair)
    first._http.post("/v1/sandboxes/sb-exp-1-0/trace", {"events": EVENTS})
    yield first, second, module.KeystoneError
    for client in (first, second):
        if isinstance(client, Keystone):
            client.close()


@pytest.mark.parametrize("package", PACKAGES)
def test_export(package: str, served: tuple[str, list[str]]) -> None:
    """Experiments, traces, spans, scenarios and scores are exported, of the tenant of the key only."""
    with clients(package, served) as (ks, other, error):
        whole = ks.export.experiment("exp-1")
        lines = [json.loads(line) for line in ks.export.experiment("exp-1", format="ndjson").splitlines()]
        assert ["experiment", "result", "scenarios", "scores", "traces"] == sorted(whole)
        assert (60, 2) == (len(whole["scenarios"]), len(whole["traces"]))
        assert whole["scenarios"] == [line["data"] for line in lines if line["type"] == "scenario"]
        assert whole["scenarios"] == list(ks.export.scenarios(limit=50))
        assert ["b-r1"] == [one["scenario_id"] for one in ks.export.scenarios(status="failed", experiment_id="exp-1")]
        assert ["ask", "tool"] == [
            one["span_id"] for one in ks.export.traces(limit=1, experiment_id="exp-1", tool=None)
        ]
        assert ["tool"] == [one["span_id"] for one in ks.export.spans(parent_span_id="ask")]
        assert ["ask", "tool"] == [one["span_id"] for one in ks.export.trace("ask")["spans"]]
        assert [] == list(ks.export.scores(experiment_id="exp-1"))

        assert 60 == len(list(other.export.scenarios(experiment_id="exp-1")))
        assert [] == other.export.experiment("exp-1")["traces"]
        for refused in (lambda: other.export.trace("ask"), lambda: ks.export.experiment("exp-2")):
            with pytest.raises(error) as caught:
                refused()
            assert 404 == getattr(caught.value, "status_code", None)


@pytest.mark.parametrize("package", PACKAGES)
def test_scoring(package: str, served: tuple[str, list[str]]) -> None:
    """Rules are created, score experiments, and are deleted; the scores are those of the tenant only."""
    with clients(package, served) as (ks, other, error):
        rule = ks.scoring.create_rule("said a", "contains", {"text": "by a-r1"})
        judge = ks.scoring.create_rule("polite", "llm_as_judge", {"criteria": "It is polite.", "model": "m"})
        ids = [one["id"] for one in (rule, judge)]
        assert ids == [one["id"] for one in ks.scoring.list_rules()]
        assert ("said a", "contains", {"text": "by a-r1"}) == (rule["name"], rule["type"], rule["config"])
        assert "queued" == ks.scoring.score_experiment("exp-1", ids)["status"]
        wait_until(lambda: all(one["status"] != "queued" for one in ks.scoring.get_scores("exp-1")), timeout=60)

        scores = ks.scoring.get_scores("exp-1")
        assert {"a-r1": 1.0, "b-r1": 0.0} == {
            one["scenario_id"]: one["score"] for one in scores if one["rule_id"] == ids[0] and one["scenario_id"] < "c"
        }
        assert {"ask", ""} == {one["trace_id"] for one in scores}
        assert {"not_judged"} == {one["status"] for one in scores if one["rule_id"] == ids[1]}
        assert 120 == len(list(ks.export.scores(experiment_id="exp-1")))
        assert 60 == len(list(ks.export.scores(rule_id=ids[0])))
        for rule_id in ids:
            ks.scoring.delete_rule(rule_id)
        assert ([], 120) == (ks.scoring.list_rules(), len(ks.scoring.get_scores("exp-1")))

        assert [] == other.scoring.get_scores("exp-1")
        with pytest.raises(error):
            other.scoring.score_experiment("exp-1", ids)
        with pytest.raises(error):
            ks.scoring.create_rule("x", "contain", {})


@pytest.mark.parametrize("package", PACKAGES)
def test_datasets(package: str, served: tuple[str, list[str]]) -> None:
    """Records are kept in versions, found by tags, and made of traces, for the tenant of the key only."""
    with clients(package, served) as (ks, other, error):
        made = ks.datasets.create("greetings", "What to say")
        records = [
            {"input": {"q": "hi"}, "expected": {"a": "hello"}, "tags": ["de", "en"]},
            {"input": {"q": "bye"}},
        ]
        assert 2 == ks.datasets.add_records(made.id, records)["added"]
        version = ks.datasets.get(made.id).version
        ks.datasets.add_records(made.id, [{"input": {"q": "later"}}])
        assert ("greetings", "What to say", made.id) == (made["name"], made.description, dict(made)["id"])
        assert version + 1 == ks.datasets.get(made.id).version
        assert [{"q": "hi"}, {"q": "bye"}] == [
            one["input"] for one in ks.datasets.get_records(made.id, version=version)
        ]
        assert [{"a": "hello"}] == [one["expected"] for one in ks.datasets.get_records(made.id, tags=["en", "de"])]
        assert 3 == len(ks.datasets.get_records(made.id))

        tried = ks.datasets.from_traces(name="sums", filter={"event_type": "llm_call"}, dry_run=True)
        found = ks.datasets.from_traces(name="sums", filter={"experiment_id": "exp-1"})
        assert ("", 1, 1) == (tried["dataset_id"], tried["rows_added"], len(tried["sample_rows"]))
        assert ("sums", 1, {"count": 1, "reasons": {"missing-input": 1}}) == (
            found["name"], found["rows_added"], found["skipped"],
        )  # fmt: skip
        [record] = ks.datasets.get_records(found["dataset_id"])
        assert {"sum": 4} == record["expected"]
        assert {"sums", "greetings"} == {one.name for one in ks.datasets.list()}

        assert [] == other.datasets.list()
        for refused in (other.datasets.get, other.datasets.get_records, other.datasets.delete):
            with pytest.raises(error):
                refused(made.id)
        ks.datasets.delete(made.id)
        assert ["sums"] == [one.name for one in ks.datasets.list()]


def test_rules_and_datasets_have_fields_as_keys_and_attributes(served: tuple[str, list[str]]) -> None:
    """Both documented forms work; fields with the name of a method are keys only."""
    url, keys = served
    with Keystone(keys[0], url) as ks:
        rule = ks.scoring.create_rule("r", "regex", {"pattern": "x"})
        assert (rule["id"], "regex", True) == (rule.id, rule.type, isinstance(rule, dict))
        assert json.loads(json.dumps(rule))["name"] == "r"
        ks.scoring.delete_rule(rule.id)

    info = DatasetInfo({"id": "ds_1", "items": 3})
    assert ("ds_1", 3, [("id", "ds_1"), ("items", 3)]) == (info.id, info["items"], list(info.items()))
    assert info.to_dict() == copy.deepcopy(info).to_dict() == pickle.loads(pickle.dumps(info)).to_dict()
    with pytest.raises(AttributeError, match="'DatasetInfo' has no field 'nothing'"):
        _ = info.nothing


def test_unknown_filters_are_refused(served: tuple[str, list[str]]) -> None:
    """A misspelt filter is an error, and not everything."""
    url, keys = served
    with Keystone(keys[0], url) as ks, pytest.raises(KeystoneError, match="experiment_id") as error:
        list(ks.export.scenarios(experimnt_id="exp-1"))
    assert 422 == error.value.status_code


def test_package_is_the_public_one() -> None:
    """The tests above run the public package, which has nothing of this one."""
    public = pytest.importorskip("polarity_keystone")
    assert "ashr" not in str(import_module("polarity_keystone.export").__file__).rpartition("site-packages")[2]
    assert public.Keystone is not Keystone
