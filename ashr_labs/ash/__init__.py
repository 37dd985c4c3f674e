"""The names of `ash_sdk` for code that was written for it: replace `ash_sdk` in its imports by `ashr_labs.ash`.

Example:
    >>> from ashr_labs.ash import AuthenticatedClient
    >>> from ashr_labs.ash.api.agents import get_api_agents
    >>> client = AuthenticatedClient(base_url="http://localhost:8787", token="tp_...")
    >>> agents = get_api_agents.sync(client=client)  # doctest: +SKIP
"""

from ashr_labs_api import AuthenticatedClient, Client

from .client import AshClient
from .errors import AshApiError

__all__ = ["AshApiError", "AshClient", "AuthenticatedClient", "Client"]
