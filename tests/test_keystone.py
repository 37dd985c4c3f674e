"""The names of `polarity-keystone`: where they are, what they are, and code that was written for them."""

from __future__ import annotations

import importlib
import inspect
import json
import pickle
import subprocess
import sys
from types import SimpleNamespace
from typing import Any

import pytest

import ashr_labs
from ashr_labs import UNSET, AshrLabsClient, keystone, llm, scorers
from ashr_labs.errors import ConfigurationError
from ashr_labs.keystone import EvalRow, EvalSummary

HEURISTICS = "Contains ExactMatch Levenshtein NumericDiff JSONDiff JSONValidity SemanticListContains"
JUDGES = "Factuality Battle ClosedQA Humor Moderation Summarization SQLJudge Translation Security"
RAG = """ContextPrecision ContextRecall ContextRelevancy ContextEntityRecall
Faithfulness AnswerRelevancy AnswerSimilarity AnswerCorrectness"""
INVARIANTS = "FileExists FileContains CommandExits SQLEquals LLMJudge"
BUILT_IN = [*HEURISTICS.split(), *JUDGES.split(), *RAG.split(), "EmbeddingSimilarity", *INVARIANTS.split()]
OTHERS = """BaseScorer CustomScorer LLMClient ParagonProxyClient Score Scorer default_llm_client default_parser
openai_embedder run_client_scorers scorer scorers_to_invariants set_default_llm_client"""
OLD = """BaseScorer CommandExits CustomScorer FileContains FileExists LLMJudge SQLEquals Score Scorer
run_client_scorers scorers_to_invariants"""


@pytest.mark.parametrize("name", [*BUILT_IN, *OTHERS.split()])
def test_each_documented_name_is_there(name: str) -> None:
    """A name is in the package and in `scorers`, and is the object of the room that has it."""
    mine = getattr(keystone, name)

    assert mine is getattr(keystone.scorers, name)
    assert {name} <= {*dir(keystone)} & {*dir(keystone.scorers)}
    if name != "ParagonProxyClient":
        assert mine is getattr(llm if name in llm.__all__ else scorers, name)


@pytest.mark.parametrize(
    ("module", "names"),
    [
        ("env_secrets", "collect_declared_secrets collect_declared_secrets_from_file resolve_source"),
        ("eval", "Eval EvalResult EvalRow EvalSummary"),
        ("scores", OLD),
        ("scorers", "presets"),
        ("scorers.presets", "chat rag agent_with_tools"),
    ],
)
def test_modules_have_the_documented_names(module: str, names: str) -> None:
    """Each module can be imported by its documented name."""
    imported = importlib.import_module(f"ashr_labs.keystone.{module}")

    assert set(names.split()) <= set(imported.__all__)
    assert [] == [name for name in imported.__all__ if not hasattr(imported, name)]


@pytest.mark.parametrize("module", [keystone, keystone.scorers])
def test_a_name_that_is_not_there_is_an_attribute_error(module: Any) -> None:
    """Unknown names are an AttributeError, as with any module."""
    with pytest.raises(AttributeError, match="no attribute 'Nothing'"):
        _ = module.Nothing


def test_names_are_imported_on_first_use() -> None:
    """The package itself loads neither scorers nor the engine."""
    code = (
        "import sys, ashr_labs.keystone\n"
        "print([name for name in sys.modules if name.startswith(('ashr_labs.eval', 'ashr_labs.scorers', 'httpx'))])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert "[]" == done.stdout.strip()
    assert ashr_labs.keystone is keystone


def parameters(function: Any) -> list[tuple[str, Any]]:
    return [
        (one.name, None if one.default in (one.empty, UNSET) else one.default)
        for one in inspect.signature(function).parameters.values()
        if one.kind is not one.VAR_KEYWORD
    ]


@pytest.mark.parametrize("name", [*BUILT_IN, "CustomScorer", "Scorer", "Score", "Eval"])
def test_the_real_package_has_the_same_parameters(name: str) -> None:
    """Each parameter of the real package is one of ours with the same default, in the same order."""
    theirs = parameters(getattr(pytest.importorskip("polarity_keystone"), name))
    ours = parameters(getattr(keystone, name))

    added = {"weight": 1.0, "gate": False}  # of all scorers
    assert [] == [one for one in theirs if one not in [*ours, *added.items()] and one[0] not in {"metadata", "kw"}]
    assert [one for one, _ in theirs if one not in added] == [
        one for one, _ in ours if one in dict(theirs) and one not in added
    ]


def test_the_real_package_has_no_other_scorer() -> None:
    """All public names of the real package's scorers are here."""
    theirs = pytest.importorskip("polarity_keystone.scorers")

    assert set() == set(theirs.__all__) - set(keystone.scorers.__all__)


def test_the_proxy_says_what_to_configure() -> None:
    """The client that sends prompts to a server of the maker is an error that names what to set instead."""
    with pytest.raises(ConfigurationError, match=r"set ASHR_JUDGE_MODEL.*or call set_default_llm_client\(\)"):
        keystone.ParagonProxyClient("key")


def test_rows_and_summaries_are_read_by_attribute_and_by_item() -> None:
    """Both readings give the same values; both are JSON, and survive a pickle."""
    result = keystone.Eval(
        "double", data=[{"input": 2, "expected": 4}], task=lambda n: n * 2, scores=[keystone.ExactMatch()]
    )
    [row], summary = result.rows, result.summary["exact_match"]

    assert (1.0, 1.0, 1.0, 1) == (summary.mean, summary.p50, summary.p95, summary.count)
    assert [summary[key] for key in summary] == [getattr(summary, key) for key in summary.to_dict()]
    assert (2, 4, 4, {"exact_match": 1.0}, None, {}) == (
        row.input,
        row.expected,
        row.output,
        row.scores,
        row.error,
        row.scorer_errors,
    )
    assert (row["output"], "error" in row, row.trial) == (4, False, None)
    assert json.loads(json.dumps({**summary, "interval": None})) == {**summary, "interval": None}
    assert json.loads(json.dumps(result.rows)) == result.rows
    assert (row, summary) == pickle.loads(pickle.dumps((row, summary)))
    assert "EvalSummary(mean=1.0, p50=1.0" in repr(summary)
    assert EvalSummary(0.5, 0.5, 1.0, 2).to_dict()["count"] == 2
    assert EvalRow(input=1).input == 1
    with pytest.raises(AttributeError, match="'EvalSummary' has no attribute 'median'"):
        _ = summary.median


def test_a_failed_row_has_its_error_in_both_readings() -> None:
    """The error of a task is the same by attribute and by item."""
    [row] = keystone.Eval("x", data=[{"input": 1}], task=lambda n: n / 0).rows

    assert "ZeroDivisionError: division by zero" == row.error == row["error"]


def test_a_client_stores_the_run_and_anything_else_is_refused() -> None:
    """`keystone` is a client of ours; another object is an error before the task is called."""
    with AshrLabsClient.local() as client:
        result = keystone.Eval("x", data=[{"input": 1}], task=str, keystone=client)
        assert client.get_run(int(result.experiment_id or 0))["id"]

    with pytest.raises(ConfigurationError, match="`keystone` must be a synchronous AshrLabsClient or None, got str"):
        keystone.Eval("x", data=[{"input": 1}], task=pytest.fail, keystone="ks_live_key")  # type: ignore[arg-type]


def test_scorers_of_your_own_are_subclasses() -> None:
    """A subclass of the documented form, with class attributes and `score_result()`, scores rows."""

    class Short(keystone.BaseScorer):
        name = "short"
        weight = 2.0

        def score_result(self, scenario: Any) -> keystone.Score:
            return keystone.Score(self.name, 1.0 if len(scenario.agent_output) < 3 else 0.0)

    result = keystone.Eval("x", data=[{"input": 1}, {"input": 1000}], task=str, scores=[Short()])

    assert 0.5 == result.summary["short"].mean
    assert 2.0 == result.result["tests"][0]["scores"]["short"]["weight"]


# The code of the public reference of the Python SDK; only import lines and placeholders differ.

IMPORTS = """
from ashr_labs.keystone import (
    # heuristic (7)
    Contains, ExactMatch, Levenshtein, NumericDiff, JSONDiff, JSONValidity, SemanticListContains,

    # llm-judge (9)
    Factuality, Battle, ClosedQA, Humor, Moderation, Summarization,
    SQLJudge, Translation, Security,

    # rag (8)
    ContextPrecision, ContextRecall, ContextRelevancy, ContextEntityRecall,
    Faithfulness, AnswerRelevancy, AnswerSimilarity, AnswerCorrectness,

    # embedding (1)
    EmbeddingSimilarity, openai_embedder,

    # sandbox invariants (5)
    FileExists, FileContains, CommandExits, SQLEquals, LLMJudge,
)
from ashr_labs.keystone.scorers import presets
"""
CUSTOM = """
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
"""
EVAL = """
from ashr_labs.keystone import Eval, Factuality, AnswerRelevancy

result = Eval(
    "email-eval",
    data=[{"input": "Hello", "expected": "Hi"}, {"input": "Bye", "expected": "See you"}],
    task=lambda input: my_agent.run(input),
    scores=[Factuality(), AnswerRelevancy()],
    max_concurrency=4,
)
print(result.summary)
"""


def ran(code: str, **names: Any) -> dict[str, Any]:
    exec(compile(code, "reference", "exec"), names)
    return names


def test_the_imports_of_the_reference_work() -> None:
    """All thirty scorers and the presets are imported as the reference says."""
    names = ran(IMPORTS)

    assert 30 == len([name for name in BUILT_IN if name in names])
    assert ["factuality", "answer_relevancy", "moderation"] == [one.name for one in names["presets"].chat()]


@pytest.mark.parametrize(("words", "score"), [(3, 1.0), (100, 0.0)])
def test_the_custom_scorer_of_the_reference_works(words: int, score: float) -> None:
    """A scorer made by `@Scorer` scores a scenario that has `agent_output` and `parameters`."""
    scorer = ran(CUSTOM)["word_count_under_100"]

    [found] = keystone.run_client_scorers([scorer], SimpleNamespace(agent_output="a " * words, parameters={}))

    assert ("word_count_under_100", score, bool(score), f"{words} words") == (
        found.name,
        found.score,
        found.passed,
        found.message,
    )


def test_the_eval_of_the_reference_works(capsys: pytest.CaptureFixture[str]) -> None:
    """`Eval` with judges takes the default client, and its summary shows each scorer."""
    keystone.set_default_llm_client(lambda prompt: '{"score": 0.5, "passed": true, "reason": "so-so"}')
    try:
        result = ran(EVAL, my_agent=SimpleNamespace(run=str.upper))["result"]
    finally:
        keystone.set_default_llm_client(None)

    assert ["HELLO", "BYE"] == [row["output"] for row in result.rows]
    assert {"factuality": 0.5, "answer_relevancy": 0.5} == {name: one.mean for name, one in result.summary.items()}
    assert capsys.readouterr().out.startswith("{'factuality': EvalSummary(mean=0.5, p50=0.5, p95=0.5, count=2")


def test_the_presets_judge_with_the_named_model() -> None:
    """Presets take the name of a model, and their judges ask the default client for it."""
    asked: list[str] = []

    class Client:
        def complete(self, messages: Any, *, model: str, temperature: float, max_tokens: int) -> str:
            asked.append(model)
            return '{"score": 1}'

    keystone.set_default_llm_client(Client())
    try:
        scores = [*keystone.scorers.presets.rag(model="judge-1"), *keystone.scorer_presets.chat()]
        result = keystone.Eval("x", data=[{"input": "q", "expected": "a"}], task=str, scores=scores[:4])
        assert keystone.default_llm_client().spent.calls == 4
    finally:
        keystone.set_default_llm_client(None)

    assert ({"judge-1"}, 4) == (set(asked), len(asked))
    assert {1.0} == {one.mean for one in result.summary.values()}
