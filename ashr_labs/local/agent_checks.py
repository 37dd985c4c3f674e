"""The needs of an agent, checked before its sandbox is booted. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from .._format import counted
from ..errors import ConfigurationError, ValidationError
from ..snapshots import AgentAuth
from ..specs.references import SECRET_REFERENCE

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from ..specs import Spec

__all__ = ["REQUIREMENTS", "AgentNeeds", "UploadedAgent", "check_config_path", "prepared_spec", "requirements"]

REQUIREMENTS: Final = "requirements.txt"
"""The file that names the packages of an agent."""
_MAX_REQUIREMENTS: Final = 200
_REQUIREMENT: Final = re.compile(
    r"[A-Za-z0-9][A-Za-z0-9._-]*(\[[A-Za-z0-9._, -]*\])? *([<>=!~]=?=?[ A-Za-z0-9.*+!_,<>=~-]*)?"
)
"""As `setup.packages` of a spec has them."""
_OWN_VARIABLES: Final = frozenset(
    prefix + name for prefix in ("ASHR_LABS_", "KEYSTONE_") for name in ("API_KEY", "BASE_URL", "SANDBOX_ID")
)
"""The variables that each sandbox has."""


@dataclass(frozen=True, slots=True)
class AgentNeeds:
    """The needs of a snapshot, without its files."""

    name: str
    version: int
    auth: AgentAuth = field(default_factory=AgentAuth)
    requirements: str = ""
    """The text of its requirements.txt; empty if it has none."""

    def __str__(self) -> str:
        return f"the snapshot {self.name!r}, version {self.version},"


@dataclass(frozen=True, slots=True)
class UploadedAgent:
    """A snapshot with its files."""

    needs: AgentNeeds
    entrypoint: tuple[str, ...]
    """A program and its arguments."""
    bundle: bytes = field(repr=False)
    runtime: str = ""
    """Such as `python3.12`; empty for whatever the sandbox has."""


def prepared_spec(spec: Spec, agent: AgentNeeds, secrets: Collection[str], *, installs_packages: bool) -> Spec:
    """Return the spec to boot for an agent: with the packages of its `requirements.txt`.

    Args:
        spec: The spec.
        agent: The needs of the agent.
        secrets: The names of the secrets that are given in addition to those of the spec.
        installs_packages: Whether the platform installs packages.

    Raises:
        ValidationError: A variable or a secret that the agent needs is missing, or its packages cannot be installed;
            the message names them.
    """
    declared = {secret.name for secret in spec.secrets if secret.scope in (None, "agent")}
    known = declared | set(secrets)
    given: Collection[str] = () if spec.agent is None else spec.agent.env
    _check_there(
        agent, "`auth.required_env`", agent.auth.required_env, known | {*spec.setup.env, *given} | _OWN_VARIABLES
    )
    _check_there(agent, "`auth.config_files`", _referenced(agent.auth), known)
    packages = requirements(agent)
    if packages and not installs_packages:
        raise ValidationError(
            f"{agent} needs {counted(len(packages), 'package')} of its {REQUIREMENTS}, and this platform installs "
            f"none: {', '.join(packages)}; set ASHR_SANDBOX_PACKAGES, or upload the agent with its packages"
        )
    setup = replace(spec.setup, packages=tuple(dict.fromkeys([*spec.setup.packages, *packages])))
    return replace(spec, setup=setup)


def requirements(agent: AgentNeeds) -> tuple[str, ...]:
    """Return the packages of the agent's `requirements.txt`.

    Raises:
        ValidationError: A line is not a name with versions, such as `requests>=2.32`.
    """
    found = tuple(_packages(agent, agent.requirements))
    if len(found) > _MAX_REQUIREMENTS:
        raise ValidationError(f"{REQUIREMENTS} of {agent} must name at most {_MAX_REQUIREMENTS} packages")
    return found


def check_config_path(path: str) -> None:
    """Check the path of a config file.

    Raises:
        ConfigurationError: It is neither relative nor in the home folder, or leads out of it.
    """
    parts = path.removeprefix("~/").split("/")
    if path.startswith("/") or not {"", ".", "..", "~"}.isdisjoint(parts) or "\0" in path:
        raise ConfigurationError(
            f"`path` must be relative to the agent's files, or begin with `~/` for its home folder, without `..`, "
            f"got {path!r}"
        )


def _referenced(auth: AgentAuth) -> list[str]:
    names = (name for file in auth.config_files for name in SECRET_REFERENCE.findall(file.template))
    return list(dict.fromkeys(names))


def _check_there(agent: AgentNeeds, place: str, names: Collection[str], known: Collection[str]) -> None:
    if missing := [name for name in names if name not in known]:
        raise ValidationError(
            f"{agent} needs {counted(len(missing), 'variable')} of its {place}, which must be given in `secrets`: "
            f"{', '.join(missing)}",
            response={"path": "secrets"},
        )


def _packages(agent: AgentNeeds, text: str) -> Iterator[str]:
    for number, line in enumerate(text.splitlines(), 1):
        wanted = re.sub(r"(^|\s)#.*", "", line).strip()
        if not wanted:
            continue
        if not _REQUIREMENT.fullmatch(wanted):
            raise ValidationError(
                f"line {number} of {REQUIREMENTS} of {agent} must be a package with versions, such as "
                f"requests>=2.32, got {wanted[:100]!r}"
            )
        yield wanted
