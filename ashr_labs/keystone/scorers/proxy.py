"""The client of language models that `polarity-keystone` takes by default."""

from __future__ import annotations

from ...errors import ConfigurationError

__all__ = ["ParagonProxyClient"]


class ParagonProxyClient:
    """A client that cannot be made here: judges ask a model of yours.

    Args:
        api_key: Not used.

    Raises:
        ConfigurationError: Always, with what to configure instead.
    """

    def __init__(self, api_key: str | None = None) -> None:
        raise ConfigurationError(
            "ParagonProxyClient would send prompts to a server that you did not name; set ASHR_JUDGE_MODEL,"
            " ASHR_JUDGE_BASE_URL and ASHR_JUDGE_API_KEY, or call set_default_llm_client() with a client of yours"
        )
