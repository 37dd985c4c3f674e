"""Clients of language models, for judges and other tools.

>>> from ashr_labs.llm import as_llm_client
>>> as_llm_client(lambda prompt: prompt.upper()).complete([{"role": "user", "content": "hello"}])
'HELLO'
"""

from ..errors import ModelError
from .cache import CompletionCache
from .client import OWN_MODEL, Clock, LLMClient, ModelClient
from .clients import (
    anthropic_client,
    as_llm_client,
    client_from_env,
    default_llm_client,
    gemini_client,
    openai_client,
    set_default_llm_client,
)
from .completion import Completion, Message, Schema
from .replies import json_objects
from .tally import Spending

__all__ = [
    "OWN_MODEL",
    "Clock",
    "Completion",
    "CompletionCache",
    "LLMClient",
    "Message",
    "ModelClient",
    "ModelError",
    "Schema",
    "Spending",
    "anthropic_client",
    "as_llm_client",
    "client_from_env",
    "default_llm_client",
    "gemini_client",
    "json_objects",
    "openai_client",
    "set_default_llm_client",
]
