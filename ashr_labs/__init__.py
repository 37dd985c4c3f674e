"""Test AI agents against scenarios, and see what they do in production.

The names in `__all__` are public, and so are the modules `comparators`, `errors`, `eval`, `generation`, `grading`,
`hosting`, `importing`, `instrumentation`, `keystone`, `llm`, `local`, `otel`, `prompts`, `results`, `run_builder`,
`scorers`, `tracing` and `types`. Each is imported on first use.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from . import ash as ash
    from . import comparators as comparators
    from . import errors as errors
    from . import eval as eval  # noqa: A004 - the subpackage has the name of a builtin
    from . import generation as generation
    from . import grading as grading
    from . import hosting as hosting
    from . import importing as importing
    from . import instrumentation as instrumentation
    from . import keystone as keystone
    from . import llm as llm
    from . import local as local
    from . import otel as otel
    from . import prompts as prompts
    from . import results as results
    from . import run_builder as run_builder
    from . import scorers as scorers
    from . import specs as specs
    from . import tracing as tracing
    from . import types as types
    from ._unset import UNSET
    from .client._async import AsyncAshrLabsClient
    from .client._async._sandboxes import AsyncSandbox
    from .client._options import Timeout
    from .client._responses import RawResponse
    from .client._sync import AshrLabsClient
    from .client._sync._sandboxes import Sandbox
    from .comparators import (
        compare_args_structural,
        compare_tool_args,
        extract_tool_args,
        fuzzy_str_match,
        strip_markdown,
        text_similarity,
        tokenize,
    )
    from .errors import (
        APIConnectionError,
        APITimeoutError,
        AshrLabsError,
        AuthenticationError,
        AuthorizationError,
        BadRequestError,
        ConfigurationError,
        ConflictError,
        DatasetError,
        MissingAPIKeyError,
        ModelError,
        NotFoundError,
        PollTimeoutError,
        RateLimitError,
        ResponseFormatError,
        ScorerError,
        ServerError,
        SpecError,
        StreamInterruptedError,
        TurnFailedError,
        ValidationError,
    )
    from .eval import (
        Agent,
        AgentReply,
        AsyncAgent,
        Eval,
        EvalRunner,
        HostedAgent,
        Message,
        RunOptions,
        SandboxEnvironment,
        aeval,
        current_environment,
        repeat_metrics,
        rescore,
    )
    from .grading import grade
    from .instrumentation import auto_instrument, observe, uninstrument, wrap
    from .prompts import Prompt
    from .results import compare
    from .run_builder import RunBuilder, TestBuilder
    from .specs import SandboxSpec
    from .tracing import (
        ContextThreadPoolExecutor,
        Generation,
        Span,
        ToolInvocation,
        Trace,
        current_span,
        keep_context,
        mask_personal_data,
        tool,
        tool_hook,
        traced,
    )

__all__ = [
    "UNSET",
    "APIConnectionError",
    "APITimeoutError",
    "Agent",
    "AgentReply",
    "AshrLabsClient",
    "AshrLabsError",
    "AsyncAgent",
    "AsyncAshrLabsClient",
    "AsyncSandbox",
    "AuthenticationError",
    "AuthorizationError",
    "BadRequestError",
    "ConfigurationError",
    "ConflictError",
    "ContextThreadPoolExecutor",
    "DatasetError",
    "Eval",
    "EvalRunner",
    "Generation",
    "HostedAgent",
    "Message",
    "MissingAPIKeyError",
    "ModelError",
    "NotFoundError",
    "PollTimeoutError",
    "Prompt",
    "RateLimitError",
    "RawResponse",
    "ResponseFormatError",
    "RunBuilder",
    "RunOptions",
    "Sandbox",
    "SandboxEnvironment",
    "SandboxSpec",
    "ScorerError",
    "ServerError",
    "Span",
    "SpecError",
    "StreamInterruptedError",
    "TestBuilder",
    "Timeout",
    "ToolInvocation",
    "Trace",
    "TurnFailedError",
    "ValidationError",
    "aeval",
    "auto_instrument",
    "compare",
    "compare_args_structural",
    "compare_tool_args",
    "current_environment",
    "current_span",
    "extract_tool_args",
    "fuzzy_str_match",
    "grade",
    "keep_context",
    "mask_personal_data",
    "observe",
    "repeat_metrics",
    "rescore",
    "strip_markdown",
    "text_similarity",
    "tokenize",
    "tool",
    "tool_hook",
    "traced",
    "uninstrument",
    "wrap",
]

_HOMES = {
    "_unset": ["UNSET"],
    "client._async": ["AsyncAshrLabsClient"],
    "client._async._sandboxes": ["AsyncSandbox"],
    "client._options": ["Timeout"],
    "client._responses": ["RawResponse"],
    "client._sync": ["AshrLabsClient"],
    "client._sync._sandboxes": ["Sandbox"],
    "comparators": [
        "compare_args_structural",
        "compare_tool_args",
        "extract_tool_args",
        "fuzzy_str_match",
        "strip_markdown",
        "text_similarity",
        "tokenize",
    ],
    "errors": [name for name in __all__ if name.endswith("Error")],
    "eval": [
        "Agent",
        "AgentReply",
        "AsyncAgent",
        "Eval",
        "EvalRunner",
        "HostedAgent",
        "Message",
        "RunOptions",
        "SandboxEnvironment",
        "aeval",
        "current_environment",
        "repeat_metrics",
        "rescore",
    ],
    "grading": ["grade"],
    "instrumentation": ["auto_instrument", "observe", "uninstrument", "wrap"],
    "prompts": ["Prompt"],
    "results": ["compare"],
    "run_builder": ["RunBuilder", "TestBuilder"],
    "specs": ["SandboxSpec"],
    "tracing": [
        "ContextThreadPoolExecutor",
        "Generation",
        "Span",
        "ToolInvocation",
        "Trace",
        "current_span",
        "keep_context",
        "mask_personal_data",
        "tool",
        "tool_hook",
        "traced",
    ],
}
_MODULES = frozenset(
    {
        "ash",
        "comparators",
        "errors",
        "eval",
        "generation",
        "grading",
        "hosting",
        "importing",
        "instrumentation",
        "keystone",
        "llm",
        "local",
        "otel",
        "prompts",
        "results",
        "run_builder",
        "scorers",
        "specs",
        "tracing",
        "types",
    }
)
_HOME_OF = {name: module for module, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> object:
    if name == "__version__":
        version: str = import_module("._version", __name__).__version__
        return version
    if name in _MODULES:
        return import_module(f".{name}", __name__)  # which keeps it as an attribute of this package
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(import_module(f".{_HOME_OF[name]}", __name__), name)
    if isinstance(value, type):
        value.__module__ = __name__  # tracebacks, help() and pickles name the public place
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*__all__, *_MODULES, "__version__"})
