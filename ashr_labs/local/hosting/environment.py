"""The variables of a session's processes: those of its agent, of its credential, and its own."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from ..._json import as_object
from ...errors import ValidationError
from ..boot.watch import SecretWatch
from ..store.credential_rows import find_credential
from ..store.raw_json import decode, encode

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

    from ..sealing import Sealing

__all__ = [
    "OF_AGENT",
    "SEALED",
    "SessionVariables",
    "check_variables",
    "credential_variables",
    "sealed_config",
    "sealed_values",
    "secret_watch",
    "session_config",
    "session_variables",
]

SEALED: Final = "sealedEnv"
"""The field of a session's configuration that has `extraEnv`, encrypted."""
OF_AGENT: Final = "agentEnv"
"""The field that has the variables of its agent, each value encrypted."""
_NAME = re.compile("[A-Za-z_][A-Za-z0-9_]{0,254}")
_MAX_VALUE = 100_000
_MIN_SECRET = 6
_MAX_VARIABLES = 200
_PLAIN = {
    "anthropic": "ANTHROPIC_API_KEY",
    "openai": "OPENAI_API_KEY",
    "custom": "ASH_CUSTOM_API_KEY",
    "bedrock": "AWS_BEARER_TOKEN_BEDROCK",
}
_BEDROCK = {
    "accessKeyId": "AWS_ACCESS_KEY_ID",
    "secretAccessKey": "AWS_SECRET_ACCESS_KEY",
    "sessionToken": "AWS_SESSION_TOKEN",
    "region": "AWS_REGION",
}
_SECRET_NAMES = frozenset(_PLAIN.values()) | {"AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"}


class SessionVariables(NamedTuple):
    """The variables of a session."""

    environment: dict[str, str]
    """All of them by name."""
    secrets: dict[str, str]
    """Those whose values are masked in what the session prints."""


def credential_variables(kind: str, key: str) -> dict[str, str]:
    """Return the variables that a credential stands for.

    Args:
        kind: `anthropic`, `openai`, `custom` or `bedrock`.
        key: The key. Of Bedrock it is an API key, or a JSON object with `accessKeyId`, `secretAccessKey`, and
            optionally `sessionToken` and `region`.

    Raises:
        ValidationError: It cannot be the value of a variable; the message does not show it.
    """
    found = {_PLAIN[kind]: key}
    if kind == "bedrock" and key.lstrip().startswith("{"):
        found = _bedrock_variables(key)
    if any("\0" in value for value in found.values()):
        raise ValidationError("`key` must not have NUL characters", response={"path": "key"})
    return found


def check_variables(given: Mapping[str, str], path: str) -> None:
    """Check variables that a caller names.

    Raises:
        ValidationError: There are too many, or a name or value cannot be one; the message does not show the value.
    """
    if len(given) > _MAX_VARIABLES:
        raise ValidationError(f"`{path}` must have at most {_MAX_VARIABLES} variables, got {len(given)}")
    for name, value in given.items():
        place = f"{path}.{name[:100]}"
        if not _NAME.fullmatch(name):
            raise ValidationError(
                f"the names in `{path}` must have letters, digits and `_`, and not begin with a digit, got "
                f"{name[:100]!r}",
                response={"path": place},
            )
        if "\0" in value or len(value) > _MAX_VALUE:
            raise ValidationError(
                f"`{place}` must have at most {_MAX_VALUE:,} characters and no NUL", response={"path": place}
            )


def sealed_values(sealing: Sealing, given: Mapping[str, str]) -> dict[str, str]:
    """Return variables with each value encrypted."""
    return {name: sealing.seal(value) for name, value in given.items()}


def sealed_config(sealing: Sealing, config: Mapping[str, Any]) -> dict[str, Any]:
    """Return the configuration of a session as it is stored, with its variables encrypted."""
    kept = {name: value for name, value in config.items() if name != "extraEnv"}
    return {**kept, SEALED: sealing.seal(encode(config["extraEnv"]))} if config.get("extraEnv") else kept


def session_config(agent: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the configuration of a new session: the options and variables of its agent, and what is given."""
    of_agent = {OF_AGENT: agent["environment"]} if agent["environment"] else {}
    return {**agent["defaults"], **given, **of_agent}


def session_variables(
    connection: Connection, sealing: Sealing, tenant_id: int, config: Mapping[str, Any]
) -> SessionVariables:
    """Return the variables of a session, read whenever its process starts.

    Those of its credential win over those of its agent, and its own over both.

    Raises:
        ValidationError: Its credential does not exist any more, or was encrypted with another key.
    """
    agent = {name: sealing.unseal(value) for name, value in config.get(OF_AGENT, {}).items()}
    own: dict[str, str] = decode(sealing.unseal(config[SEALED])) if SEALED in config else {}
    credential = _credential(connection, sealing, tenant_id, config["credentialId"]) if "credentialId" in config else {}
    secrets = {name: value for name, value in credential.items() if name in _SECRET_NAMES}
    return SessionVariables({**agent, **credential, **own}, secrets)


def secret_watch(secrets: Mapping[str, str]) -> SecretWatch:
    """Return what masks secrets in the output of a session, as they are and as JSON writes them."""
    escaped = {name: json.dumps(value)[1:-1] for name, value in secrets.items() if len(value) >= _MIN_SECRET}
    return SecretWatch(secrets, {name: text for name, text in escaped.items() if text != secrets[name]})


def _credential(connection: Connection, sealing: Sealing, tenant_id: int, credential_id: str) -> dict[str, str]:
    row = find_credential(connection, tenant_id, credential_id)
    if row is None:
        raise ValidationError(f"there is no credential {credential_id!r}", response={"path": "credentialId"})
    return credential_variables(row["type"], sealing.unseal(row["sealed_key"]))


def _bedrock_variables(key: str) -> dict[str, str]:
    try:
        given = as_object(json.loads(key)) or {}
    except (ValueError, RecursionError):
        given = {}
    if not {"accessKeyId", "secretAccessKey"} <= given.keys() <= _BEDROCK.keys() or not all(
        isinstance(value, str) for value in given.values()
    ):
        raise ValidationError(
            f"the `key` of Bedrock must be an API key, or a JSON object with {', '.join(_BEDROCK)}, of which the first "
            "two are required and all are texts",
            response={"path": "key"},
        )
    return {_BEDROCK[name]: str(value) for name, value in given.items()}
