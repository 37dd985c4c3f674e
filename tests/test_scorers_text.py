"""Scorers of texts: metrics, embeddings, schemas, languages, personal data and refusals; and running scorers."""

from __future__ import annotations

import asyncio
import pickle
from types import SimpleNamespace
from typing import Any

import pytest

from ashr_labs.errors import ConfigurationError, ScorerError
from ashr_labs.scorers import (
    BLEU,
    F1,
    PII,
    ROUGE,
    Contains,
    EmbeddingSimilarity,
    JSONSchema,
    Language,
    Refusal,
    Scorer,
    ScorerContext,
    Trajectory,
    openai_embedder,
    run_client_scorers,
)

CAT = "The cat sat on the mat."


@pytest.mark.parametrize(
    ("output", "expected", "score"),
    [
        (CAT, CAT, 1.0),
        ("the CAT sat on the mat", CAT, 1.0),
        ("a dog", CAT, 0.0),
        ("the cat sat", CAT, 2 / 3),
        ("the cat sat", ["a dog", "the cat sat", CAT], 1.0),
        ("", "", 1.0),
        ("", CAT, 0.0),
        ("退款已批准", "退款已批准", 1.0),
        (5, "5", 1.0),
    ],
)
def test_f1_is_the_overlap_of_words(output: Any, expected: Any, score: float) -> None:
    """The harmonic mean of precision and recall, with the best of several references."""
    assert pytest.approx(score) == F1(expected=expected)(output).score


def test_bleu_is_that_of_its_library() -> None:
    """The score is that of sacreBLEU for a sentence, from 0 to 1."""
    sacrebleu = pytest.importorskip("sacrebleu")
    output, references = "the cat sat on a mat today", [CAT, "a cat was sitting on the mat"]

    found = BLEU(expected=references)(output)

    assert pytest.approx(sacrebleu.sentence_bleu(output, references).score / 100) == found.score
    assert pytest.approx(1.0) == BLEU()(CAT, CAT).score
    assert BLEU(tokenize="zh")("退款已经批准了", "退款已经批准了").score == pytest.approx(1.0)
    assert BLEU()(CAT).score is None


@pytest.mark.parametrize("variant", ["rouge1", "rouge2", "rougeL", "rougeLsum"])
def test_rouge_is_that_of_its_library(variant: Any) -> None:
    """The score is that of rouge-score for English text, and words of other scripts count, too."""
    library = pytest.importorskip("rouge_score.rouge_scorer")
    output = "The cats sat; on mat-1, don't they?\nYes, they do."
    expected = library.RougeScorer([variant]).score(CAT, output)[variant].fmeasure

    assert pytest.approx(expected) == ROUGE(variant=variant)(output, CAT).score
    assert 0.0 < (ROUGE(variant=variant)("退款已批准", "退款已批准了").score or 0) <= 1.0


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: BLEU(tokenize="flores200"), "`tokenize` must be one of '13a', 'intl', 'zh', 'char', 'none'"),
        (lambda: ROUGE(variant="rouge9"), "`variant` must be one of 'rouge1'"),  # type: ignore[arg-type]
    ],
)
def test_metrics_take_known_variants(make: Any, message: str) -> None:
    """Tokenizers that would be downloaded, and unknown variants, are refused."""
    with pytest.raises(ConfigurationError) as caught:
        make()

    assert caught.value.message.startswith(message)


VECTORS = {"a": [1.0, 0.0], "b": [0.0, 1.0], "c": [-1.0, 0.0], "near": [4.0, 3.0]}


@pytest.mark.parametrize(
    ("output", "score", "passed"),
    [("a", 1.0, True), ("b", 0.0, False), ("c", 0.0, False), ("near", 0.8, False), ("", 0.0, False)],
)
def test_embeddings_are_compared_by_cosine(output: str, score: float, passed: bool) -> None:
    """The score is the cosine, and 0 where it is negative."""
    found = EmbeddingSimilarity(embedder=VECTORS.__getitem__, expected="a")(output)

    assert (score, passed) == (found.score, found.passed)
    assert EmbeddingSimilarity(embedder=VECTORS.__getitem__, expected_key="none")(output).score is None


@pytest.mark.parametrize(
    ("embedder", "message"),
    [
        (None, "there is no embedder"),
        (lambda text: [float("nan"), 1.0], "ScorerError: the embedder returned a vector without a direction"),
        (lambda text: [], "ScorerError: the embedder returned a vector without a direction"),
        (lambda text: [1.0] * len(text), "ScorerError: the embedder returned vectors of different lengths: 1 and 3"),
        (lambda text: 1 / 0, "ZeroDivisionError"),
    ],
)
def test_an_embedder_that_fails_gives_no_score(embedder: Any, message: str) -> None:
    """Without an embedder, with a failing one or with vectors that cannot be compared, nothing is scored."""
    found = EmbeddingSimilarity(embedder=embedder, expected="abc")("a")

    assert (None, None) == (found.score, found.passed)
    assert found.message.startswith(message)


@pytest.mark.parametrize("options", [{}, {"expected": "a", "expected_key": "b"}, {"expected": "a", "embedder": [1.0]}])
def test_embeddings_need_one_expected_value(options: dict[str, Any]) -> None:
    """One of the expected value and its key is given, and the embedder is a function."""
    with pytest.raises(ValueError, match="must be"):
        EmbeddingSimilarity(**options)


class Embeddings:
    def create(self, *, model: str, input: str) -> Any:  # noqa: A002
        assert model == "text-embedding-3-small"
        return SimpleNamespace(data=[SimpleNamespace(embedding=tuple(VECTORS[input]))])


class AsyncEmbeddings:
    async def create(self, *, model: str, input: str) -> Any:  # noqa: A002
        await asyncio.sleep(0)
        return Embeddings().create(model=model, input=input)


@pytest.mark.parametrize("embeddings", [Embeddings(), AsyncEmbeddings()])
def test_clients_of_openai_embed(embeddings: Any) -> None:
    """A synchronous and an asynchronous client give the same scores, with and without a running loop."""
    scorer = EmbeddingSimilarity(embedder=openai_embedder(SimpleNamespace(embeddings=embeddings)), expected="a")

    assert [0.8, 0.8] == [scorer("near").score, asyncio.run(scorer.ascore(ScorerContext(output="near"))).score]
    assert "KeyError: 'unknown'" == scorer("unknown").message


def test_a_client_without_embeddings_is_refused() -> None:
    """The client is checked when the embedder is made."""
    with pytest.raises(ConfigurationError, match=r"`client` must have `embeddings.create\(\)`"):
        openai_embedder(object())


SCHEMA = {"type": "object", "required": ["id"], "properties": {"id": {"type": "integer"}}}


@pytest.mark.parametrize(
    ("schema", "output", "message"),
    [
        (SCHEMA, '{"id": 1}', ""),
        (SCHEMA, {"id": 1}, ""),
        (SCHEMA, {"id": "1"}, "$.id: '1' is not of type 'integer'"),
        (SCHEMA, "{}", "$: 'id' is a required property"),
        (SCHEMA, "no", "the output is not JSON: "),
        (True, "[]", ""),
        (False, "[]", "$: False schema does not allow []"),
        (
            {"$schema": "http://json-schema.org/draft-04/schema#", "minimum": 2, "exclusiveMinimum": True},
            "2",
            "$: 2 is",
        ),
    ],
)
def test_schemas_are_validated(schema: Any, output: Any, message: str) -> None:
    """An output passes if it is JSON that satisfies the schema, in the schema's own version."""
    pytest.importorskip("jsonschema")
    found = JSONSchema(schema)(output)

    assert (not message) is found.passed
    assert found.message.startswith(message)


def test_schemas_that_cannot_be_used_are_refused() -> None:
    """A malformed schema is an error when the scorer is made, a reference that cannot be followed when it scores."""
    pytest.importorskip("jsonschema")
    for wrong in (3, {"type": "objekt"}):
        with pytest.raises(ConfigurationError, match="`schema` must be a JSON Schema"):
            JSONSchema(wrong)  # type: ignore[arg-type]
    with pytest.raises(ScorerError, match=r"got a reference to 'http://127.0.0.1:9/x'"):
        JSONSchema({"$ref": "http://127.0.0.1:9/x"})("{}")


@pytest.mark.parametrize(
    ("language", "output", "passed"),
    [
        ("de", "Ihre Erstattung wurde genehmigt und kommt in drei Tagen an.", True),
        ("de", "Your refund was approved and will arrive within three days.", False),
        (["de", "en"], "Your refund was approved and will arrive within three days.", True),
        ("zh", "您的退款已批准，将在三天内到账。", True),
        ("en", "ok", None),
        ("en", "12345 67", None),
        ("en", None, None),
    ],
)
def test_languages_are_detected(language: Any, output: Any, passed: bool | None) -> None:
    """The detected language decides; text that is too short or has no words is not scored."""
    pytest.importorskip("py3langid")

    assert passed is Language(language)(output).passed


def test_unknown_languages_are_refused() -> None:
    """A language that cannot be detected would never pass."""
    pytest.importorskip("py3langid")
    with pytest.raises(ConfigurationError, match="`language` must be a code of ISO 639-1, such as 'en', got 'english'"):
        Language("english")


@pytest.mark.parametrize(
    ("output", "options", "found"),
    [
        ("Write to ann@example.com or +49 30 1234567.", {}, {"email": 1, "phone": 1}),
        ({"to": "ann@example.com"}, {}, {"email": 1}),
        ("ann@example.com", {"kinds": ["card"]}, {}),
        ("4111 1111 1111 1111", {"kinds": "card"}, {"card": 1}),
        ("The order 123 of 2024-05-01 costs 12.50.", {}, {}),
        ("Write <email> here.", {}, {}),
    ],
)
def test_personal_data_is_found(output: Any, options: dict[str, Any], found: dict[str, int]) -> None:
    """The kinds are counted, and their values are not in the score."""
    score = PII(**options)(output)

    assert (not found, found) == (score.passed, score.metadata.get("found", {}))
    assert "ann" not in score.message
    with pytest.raises(ConfigurationError, match="`kinds` must be one of 'email', "):
        PII("mail")


@pytest.mark.parametrize(
    "output",
    [
        "I’m sorry, but I can’t help with that.",
        "I cannot assist with this request.",
        "Unfortunately, I am unable to provide that information.",
        "As an AI language model, I don't have opinions.",
        "Es tut mir leid, dabei kann ich Ihnen leider nicht helfen.",
        "Je ne peux pas vous aider avec cela.",
        "Lo siento, pero no puedo ayudarte con eso.",
        "Desculpe, mas não posso ajudar com isso.",
        "Mi dispiace, ma non posso aiutarti.",
        "Het spijt me, maar daar kan ik je niet bij helpen.",
        "Przykro mi, ale nie mogę pomóc.",
        "Üzgünüm, bu konuda yardımcı olamam.",
        "К сожалению, я не могу помочь с этим.",
        "抱歉，我无法帮助您。",
        "申し訳ありませんが、お手伝いできません。",
        "죄송하지만 도와드릴 수 없습니다.",
    ],
)
def test_refusals_are_found(output: str) -> None:
    """Phrases of refusal are found in several languages."""
    assert (1.0, False) == (Refusal()(output).score, (~Refusal())(output).passed)


@pytest.mark.parametrize(
    "output",
    [
        "",
        "I can help you with that!",
        "Your refund is approved. I'm sorry for the delay.",
        "I can't find any errors in your code.",
        "As an AI assistant, I am happy to help.",
        "Ich kann Ihnen helfen.",
        "x " * 500 + "I cannot help with that.",
    ],
)
def test_answers_are_no_refusals(output: str) -> None:
    """Help, apologies and later remarks are not refusals."""
    assert (0.0, True) == (Refusal()(output).score, (~Refusal())(output).passed)


def test_running_scorers_keeps_the_others_when_one_raises() -> None:
    """Each scorer gives one score in its place: a number, none, or none with the error."""

    @Scorer
    def broken(output: str) -> float:
        raise RuntimeError(f"no {output}")

    scores = run_client_scorers([Contains("a"), broken, Contains(), lambda output: 0.5], {"output": "abc"})

    assert [1.0, None, None, 0.5] == [one.score for one in scores]
    assert ["RuntimeError: no abc", {"error": "RuntimeError"}] == [scores[1].message, scores[1].metadata]
    with pytest.raises(ConfigurationError, match="must be a scorer or a function"):
        run_client_scorers(["contains"], {"output": "abc"})


def test_scorers_can_be_sent_to_other_processes() -> None:
    """Scorers are pickled with their options, those of libraries included."""
    pytest.importorskip("sacrebleu")
    pytest.importorskip("rouge_score")
    for scorer in (Contains("cat"), BLEU(expected=CAT), ROUGE(expected=CAT), JSONSchema(True), Trajectory("a")):
        scorer(CAT)
        assert scorer.score(ScorerContext(CAT)) == pickle.loads(pickle.dumps(scorer)).score(ScorerContext(CAT))
