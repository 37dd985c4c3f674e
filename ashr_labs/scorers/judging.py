"""The base class of judges: a prompt about one test, a language model's reply, and the score in it."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal, TypeAlias, cast

from .._json import as_object, preview
from ..errors import ConfigurationError, ModelError
from ..grading.judge import NotJudgedError
from ..llm import OWN_MODEL, as_llm_client, default_llm_client
from .builtin import BuiltInScorer
from .options import ScorerOptions, number_option, text_option
from .prompting import placeholders, render, rubric_text, sections, value_text
from .prompts import SYSTEM, TASKS, VERDICT_FORM
from .score import Score
from .verdicts import VERDICT_SCHEMA, default_parser, not_judged

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Self, Unpack

    from ..llm import Completion, ModelClient, Schema
    from .base import Returned
    from .score import ScorerContext

__all__ = ["PASSING", "JudgeOptions", "JudgeScorer", "ModelOptions", "Parser", "Value", "total_record"]

Parser: TypeAlias = Callable[..., Any]
"""A function of (name, reply) or of (reply) that returns a score."""
_MAX_TOKENS = 512
_MAX_TEMPERATURE = 2.0
PASSING = 0.5
_OUTPUT_NAMES = ("actual", "answer", "output", "agent_output")
"""The placeholders of the output in templates of the user."""


class ModelOptions(ScorerOptions, total=False):
    """The options of judges whose prompt and form of reply are fixed; see `JudgeScorer`."""

    model: str
    temperature: float
    rubric: Mapping[str, object] | None
    client: object | None


class JudgeOptions(ModelOptions, total=False):
    """The options of judges; see `JudgeScorer`."""

    prompt_template: str | None
    parser: Parser | None


@dataclass(frozen=True, slots=True)
class Value:
    """A value of a row or scenario that a prompt needs."""

    name: str
    """Its tag and placeholder in the prompt."""
    key: str
    """Its key in the parameters, or in an input that is a mapping."""
    fallback: Literal["input", "expected"] | None = None
    """The field of the context that is taken without it."""
    absent: str | None = None
    """The text without any value; None if the test cannot be judged without it, "" if it is left out then."""
    placeholder: str | None = None
    """A further name of its placeholder in templates of the user."""

    def text(self, context: ScorerContext) -> str:
        """Return the value of a test as text.

        Raises:
            NotJudgedError: There is none.
        """
        found = self._found(context)
        text = "" if found is None else value_text(found)
        if text or (found is not None and self.absent is None):
            return text
        if self.absent is not None:
            return self.absent
        instead = f" and no {self.fallback}" if self.fallback else ""
        raise NotJudgedError(f"the test has no parameter {self.key!r}{instead}")

    def _found(self, context: ScorerContext) -> object:
        inside = as_object(context.input) or {}
        for values in (context.parameters, inside):
            if values.get(self.key) is not None:
                return values[self.key]
        return getattr(context, self.fallback) if self.fallback else None


class JudgeScorer(BuiltInScorer):
    """A scorer that asks a language model.

    A test that the model does not give a verdict on has the score None, and a message that begins with "not judged".
    The metadata of a score has under `judge` the model, its tokens and, where known, its cost.

    Args:
        model: The model to ask; "paragon-fast" is the own model of the client.
        temperature: Sampling temperature; replies are cached at 0.
        rubric: Levels or criteria with their descriptions, which are added to the prompt.
        prompt_template: The prompt instead of the built-in one, with placeholders such as `{question}` and `{answer}`.
        parser: Reads the score from the reply instead of `default_parser()`.
        client: The language model: anything that `ashr_labs.llm.as_llm_client()` takes. By default that of
            `ashr_labs.llm.set_default_llm_client()`, or of the environment.
        **options: See `BaseScorer`.

    Raises:
        ConfigurationError: An option is invalid.
    """

    rule_type = "llm_as_judge"
    is_pure = False
    template_key: ClassVar[str]
    """The name of the built-in prompt."""
    schema: ClassVar[Schema] = VERDICT_SCHEMA
    """The schema of a reply, for models that support one."""
    form: ClassVar[str] = VERDICT_FORM
    """The instruction about the form of the reply."""
    top_logprobs: ClassVar[int | None] = None
    """How many alternatives of the numbers in the reply are requested."""

    def __init__(
        self,
        *,
        model: str = OWN_MODEL,
        temperature: float = 0.0,
        rubric: Mapping[str, object] | None = None,
        prompt_template: str | None = None,
        parser: Parser | None = None,
        client: object | None = None,
        **options: Unpack[ScorerOptions],
    ) -> None:
        super().__init__(self.template_key, **options)
        self.rubric: Mapping[str, object] | None = None
        self.prompt_template: str | None = None
        self.parser: Parser | None = None
        self.client: ModelClient | None = None if client is None else as_llm_client(client)
        self.tune(model=model, temperature=temperature, rubric=rubric, prompt_template=prompt_template, parser=parser)

    def with_client(self, client: object) -> Self:
        """Set the language model, and return the scorer."""
        self.client = as_llm_client(client)
        return self

    def tune(
        self,
        *,
        prompt_template: str | None = None,
        parser: Parser | None = None,
        model: str | None = None,
        temperature: float | None = None,
        rubric: Mapping[str, object] | None = None,
    ) -> Self:
        """Change the options that are not None, and return the scorer; see the class."""
        if prompt_template is not None:
            self.prompt_template = text_option("prompt_template", prompt_template)
        if parser is not None:
            self.parser = _checked_parser(parser)
        if model is not None:
            self.model = text_option("model", model)
        if temperature is not None:
            self.temperature = number_option("temperature", temperature, minimum=0, maximum=_MAX_TEMPERATURE)
        if rubric is not None:
            self.rubric = _checked_rubric(rubric)
        return self

    def values(self) -> tuple[Value, ...]:
        """Return what the prompt needs besides the output."""
        return ()

    def texts(self) -> dict[str, str]:
        """Return further placeholders of the task, which do not depend on the test."""
        return {}

    def task(self) -> str:
        """Return the instructions of the built-in prompt."""
        return render(TASKS[self.template_key], self.texts())

    def evaluate(self, context: ScorerContext) -> Returned:
        """Ask the model; never raises because of its reply."""
        try:
            return self.judged(context)
        except NotJudgedError as error:
            return not_judged(self.name, error.message)

    async def ascore(self, scenario: object) -> Score:
        """Do the same as `score()` in a thread, without blocking the running event loop."""
        return await asyncio.to_thread(self.score, scenario)

    def judged(self, context: ScorerContext) -> Returned:
        """Return the score in the model's reply.

        Raises:
            NotJudgedError: There is no reply, or a value is missing.
        """
        completion = self.ask(self.prompt(context))
        return self.parsed(completion.text, {"judge": completion.record()})

    def prompt(self, context: ScorerContext) -> str:
        """Return the prompt about a test.

        Raises:
            NotJudgedError: A value is missing.
        """
        output = value_text(context.agent_output)
        if self.prompt_template is None:
            prompt = f"{self.task()}\n\n{sections({**self.filled(context), 'answer': output})}"
        else:
            texts = self._texts_for(self.prompt_template, context) | dict.fromkeys(_OUTPUT_NAMES, output)
            prompt = render(self.prompt_template, texts)
        return prompt if not self.rubric else f"{prompt}\n\nRubric of the task:\n{rubric_text(self.rubric)}"

    def filled(self, context: ScorerContext) -> dict[str, str]:
        """Return the texts of the values of a test by their tags.

        Raises:
            NotJudgedError: A value is missing.
        """
        texts = {value: value.text(context) for value in self.values()}
        return {value.name: text for value, text in texts.items() if text or value.absent is None}

    def ask(self, prompt: str) -> Completion:
        """Return the model's reply.

        Raises:
            NotJudgedError: There is none.
        """
        is_free = self.parser is not None and self.prompt_template is not None
        form = SYSTEM if is_free else f"{SYSTEM}\n{self.form}"
        return self.completion(form, prompt, None if self.parser else self.schema, top_logprobs=self.top_logprobs)

    def completion(
        self, instructions: str, prompt: str, schema: Schema | None, *, top_logprobs: int | None = None
    ) -> Completion:
        """Return the model's reply to instructions and a prompt.

        Raises:
            NotJudgedError: There is none.
        """
        messages = [{"role": "system", "content": instructions}, {"role": "user", "content": prompt}]
        try:
            return self.model_client().completion(
                messages,
                model=self.model,
                temperature=self.temperature,
                max_tokens=_MAX_TOKENS,
                schema=schema,
                top_logprobs=top_logprobs,
            )
        except ModelError as error:
            raise NotJudgedError(error.message) from error

    def model_client(self) -> ModelClient:
        """Return the client that is asked.

        Raises:
            NotJudgedError: There is none.
        """
        try:
            return self.client or default_llm_client()
        except ConfigurationError as error:
            raise NotJudgedError(error.message) from error

    def config(self) -> dict[str, Any]:
        """Return the options of the equivalent rule, as JSON."""
        given: dict[str, Any] = {
            "template_key": self.template_key,
            "model": self.model,
            "temperature": self.temperature,
            "rubric": self.rubric and dict(self.rubric),
            "prompt_template": self.prompt_template,
        }
        return {name: value for name, value in given.items() if value is not None}

    def to_invariant(self) -> dict[str, Any] | None:
        """Return the equivalent invariant; None if it is negated, which invariants cannot be."""
        if self.negated:
            return None
        check = {"type": self.rule_type, "input_from": "agent_output", **self.config()}
        return {"description": self.name, "weight": self.weight, "gate": self.gate, "check": check}

    def _texts_for(self, template: str, context: ScorerContext) -> dict[str, str]:
        """Return the texts that a template has placeholders for; it is of no matter whether others are missing."""
        texts = self.texts()
        for value in self.values():
            for name in placeholders(template, {value.name, value.placeholder or value.name}):
                texts[name] = value.text(context)
        return texts

    def parsed(self, reply: str, metadata: Mapping[str, Any]) -> Returned:
        """Return the score that the parser finds in a reply, with metadata."""
        return _with_metadata(self.name, self._parsed(reply), metadata)

    def _parsed(self, reply: str) -> Any:
        if self.parser is None:
            return default_parser(self.name, reply)
        try:
            return self.parser(*((self.name, reply) if _takes_name(self.parser) else (reply,)))
        except Exception as error:  # code of the user
            reason = f"the parser raised {type(error).__name__}: {error}"
            return not_judged(self.name, reason)


def _with_metadata(name: str, returned: Any, metadata: Mapping[str, Any]) -> Returned:
    """Return the result of a parser as a score with further metadata, if it is a score or a number."""
    if isinstance(returned, bool | int | float):
        return Score(name, returned, returned >= PASSING, metadata=dict(metadata))
    if isinstance(returned, Score):
        return Score(name, returned.score, returned.passed, returned.message, {**metadata, **returned.metadata})
    found: Returned = not_judged(name, "the parser found no score") if returned is None else returned
    return found


def total_record(records: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return metadata with the models of several completions, and the totals of their tokens and costs.

    The records are those of `Completion.record()`; without any, there is nothing to return.
    """
    given = list(records)
    if not given:
        return {}
    total: dict[str, Any] = {"model": ", ".join(dict.fromkeys(str(record.get("model")) for record in given))}
    for name in ("input_tokens", "output_tokens", "cost_usd", "estimated_cost_usd"):
        known = [record[name] for record in given if name in record]
        if known:
            total[name] = sum(known)
    return {"judge": total}


def _takes_name(parser: Parser) -> bool:
    """Return True if a parser takes the name and the reply, False if it takes the reply only."""
    try:
        parameters = inspect.signature(parser).parameters.values()
    except (TypeError, ValueError):  # functions in C
        return False
    positional = [one for one in parameters if one.kind in (one.POSITIONAL_ONLY, one.POSITIONAL_OR_KEYWORD)]
    required = [one for one in positional if one.default is one.empty]
    return len(required) > 1 or any(one.kind is one.VAR_POSITIONAL for one in parameters)


def _checked_parser(parser: object) -> Parser:
    if not callable(parser):
        raise ConfigurationError(f"`parser` must be a function of (name, reply) or (reply), got {preview(parser)}")
    return cast("Parser", parser)


def _checked_rubric(rubric: object) -> Mapping[str, object]:
    fields = as_object(rubric)
    if fields is None:
        raise ConfigurationError(f"`rubric` must be a mapping of names to descriptions, got {preview(rubric)}")
    return fields
