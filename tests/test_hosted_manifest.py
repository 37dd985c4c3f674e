"""`agent.toml`: what it may say, and the message for what it may not."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ashr_labs.errors import ConfigurationError, ValidationError
from ashr_labs.local.hosting.inside.model_names import chosen
from ashr_labs.local.hosting.launching import launch_of
from ashr_labs.local.hosting.manifest import Manifest, read_manifest
from ashr_labs.local.settings import Settings


def read(text: str, *, has_instructions: bool = False) -> Manifest:
    return read_manifest(text.encode(), has_instructions=has_instructions)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('command = "python3 a.py"', Manifest(("sh", "-c", "python3 a.py"))),
        ('command = ["python3", "a.py"]', Manifest(("python3", "a.py"))),
        ('entry = "a:b"\nturn_seconds = 5', Manifest(entry="a:b", turn_seconds=5)),
        ('entry = "pkg.agent:make.answer"', Manifest(entry="pkg.agent:make.answer")),
        (
            'entry = "a:b"\npackages = ["langgraph>=1.2,<2", "x[y]==1"]\n'
            '[network]\nallow = ["*.example.com", "10.0.0.5:80"]',
            Manifest(entry="a:b", packages=("langgraph>=1.2,<2", "x[y]==1"), allow=("*.example.com", "10.0.0.5:80")),
        ),
    ],
)
def test_keys_of_a_manifest(text: str, expected: Manifest) -> None:
    """Each key is read, and a manifest survives being stored."""
    manifest = read(text)

    assert expected == manifest
    assert manifest == Manifest.from_record(manifest.record())


def test_model_of_an_agent_with_instructions() -> None:
    """An agent with instructions names its model and where that is."""
    manifest = read('model = "m"\nbase_url = "http://10.0.0.5:8000/v1/"', has_instructions=True)

    assert Manifest(model="m", base_url="http://10.0.0.5:8000/v1") == manifest
    assert Manifest() == read("", has_instructions=True)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("entry =", "agent.toml cannot be read: Invalid value (at"),
        ("\xff", "an agent without `command` and `entry`|agent.toml cannot be read"),
        ('\ncomand = "x"', "agent.toml, line 2: `comand` is not a key that is known; did you mean 'command'?"),
        (
            "zzz = 1",
            "`zzz` is not a key that is known; known are command, entry, model, base_url, packages,",
        ),
        (
            'entry = "a"',
            "line 1: `entry` must be the module and the name of a function or an object, such as agent:answer",
        ),
        ('entry = "a:b()"', "got 'a:b()'|got \"a:b()\""),
        ("entry = 3", "`entry` must be"),
        ("command = []", "`command` must be a line for a shell or a list of texts, got []"),
        ('command = ["a", 3]', "`command` must be a line for a shell or a list of texts"),
        ('command = "a"\nentry = "a:b"', "line 2: `entry` cannot be given together with `command`"),
        (
            'entry = "a:b"\nmodel = "m"',
            "line 2: `model` is for agents with instructions only, and this one has `entry`",
        ),
        (
            'model = "m"',
            "without `command` and `entry` in agent.toml must have its instructions in CLAUDE.md or AGENTS.md",
        ),
        ('entry = "a:b"\npackages = ["--index-url=x"]', "line 2: `packages[0]` must be a Python requirement"),
        ('entry = "a:b"\npackages = "x"', "`packages` must be a list"),
        (
            'entry = "a:b"\nturn_seconds = 0',
            "`turn_seconds` must be a number of seconds from 1 to 86400, got 0",
        ),
        (
            'entry = "a:b"\n[network]\nalow = []',
            "line 3: `network.alow` is not a key that is known; did you mean 'allow'?",
        ),
        ('entry = "a:b"\n\n[network]\nallow = ["a.b", "http://x/"]', "line 4: `network.allow[1]` must be a host"),
        ('entry = "a:b"\nnetwork.allow = ["*"]', "line 2: `network.allow[0]` must be a host"),
        ('entry = "a:b"\nnetwork = 3', "line 2: `network` must be a table, got 3"),
    ],
)
def test_faults_of_a_manifest(text: str, message: str) -> None:
    """A fault is refused with its line, its key, and what would be right."""
    with pytest.raises(ValidationError) as refused:
        read(text)

    assert any(one in refused.value.message for one in message.split("|")), refused.value.message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('base_url = "http://x"', "`base_url` needs `model`"),
        ('model = "m"\nbase_url = "ftp://x"', "`base_url`"),
        ('model = "m"\nbase_url = "https://user:pass@x/"', "`base_url`"),
        ('model = ""', "`model` must be the name of a model"),
    ],
)
def test_faults_of_a_model(text: str, message: str) -> None:
    """The URL of a model is checked, and shows no password."""
    with pytest.raises(ValidationError) as refused:
        read(text, has_instructions=True)

    assert message in refused.value.message
    assert "pass@" not in refused.value.message


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(text: str) -> None:
    """Whatever a file contains, it is a manifest or is refused in words."""
    with suppress(ValidationError):
        found = read(text, has_instructions=True)

        assert found == Manifest.from_record(found.record())


@pytest.mark.parametrize(
    ("manifest", "model", "variables", "expected"),
    [
        (Manifest(), None, {}, ("", ())),
        (Manifest(model="claude-x"), None, {}, ("https://api.anthropic.com", ("api.anthropic.com",))),
        (Manifest(model="claude-x"), "gpt-5", {}, ("https://api.openai.com/v1", ("api.openai.com",))),
        (Manifest(model="claude-x"), "scripted", {}, ("", ())),
        (
            Manifest(model="m", base_url="http://10.0.0.5:8000/v1", allow=("a.b",)),
            "other",
            {},
            ("http://10.0.0.5:8000/v1", ("a.b", "10.0.0.5:8000")),
        ),
        (
            Manifest(model="claude-x"),
            None,
            {"ANTHROPIC_BASE_URL": "https://proxy.example.com/"},
            ("https://proxy.example.com", ("proxy.example.com",)),
        ),
        (Manifest(command=("x",), allow=("a.b",)), "gpt-5", {}, ("", ("a.b",))),
        (Manifest(entry="a:b"), "gpt-5", {}, ("", ())),
    ],
)
def test_model_and_hosts_of_a_session(
    manifest: Manifest, model: str | None, variables: dict[str, str], expected: tuple[str, tuple[str, ...]]
) -> None:
    """The session's model precedes the agent's; hosts are those that are allowed, and the host of the model."""
    launch = launch_of(manifest, model, variables, Settings(agent_private_addresses=True))

    start = launch.start or {}
    assert expected == (start.get("model", {}).get("base_url", ""), launch.hosts)


def test_model_of_the_settings() -> None:
    """An agent without a model has the operator's, with its URL; a loopback address is reached through the proxy."""
    settings = Settings(agent_model="local", agent_base_url="http://127.0.0.1:11434/v1")

    launch = launch_of(Manifest(), None, {}, settings)

    assert launch.start is not None
    assert chosen("local", "http://127.0.0.1:11434/v1").record() == launch.start["model"]
    assert ("127.0.0.1:11434",) == launch.hosts
    assert {"NO_PROXY": "localhost", "no_proxy": "localhost"} == launch.environment


def test_packages_need_the_consent_of_the_operator() -> None:
    """Without a folder for packages, an agent with packages is refused."""
    with pytest.raises(ValidationError, match="--allow-install"):
        launch_of(Manifest(entry="a:b", packages=("x",)), None, {}, Settings())


@pytest.mark.parametrize(
    ("manifest", "variables"),
    [
        (Manifest(command=("x",), allow=("a.b", "127.0.0.1:5432")), {}),
        (Manifest(entry="a:b", allow=("169.254.169.254",)), {}),
        (Manifest(model="m", base_url="http://10.0.0.5:8000/v1"), {}),
        (Manifest(model="m", base_url="http://[::1]:8000/v1"), {}),
        (Manifest(model="m"), {"OPENAI_BASE_URL": "http://192.168.0.1/v1"}),
    ],
)
def test_private_addresses_need_the_consent_of_the_operator(manifest: Manifest, variables: dict[str, str]) -> None:
    """A tenant cannot reach the network of the platform, unless its operator allows it."""
    with pytest.raises(ValidationError, match="ASHR_AGENT_PRIVATE_ADDRESSES=allow"):
        launch_of(manifest, None, variables, Settings())

    settings = Settings.from_env({"ASHR_AGENT_PRIVATE_ADDRESSES": "allow"})
    assert launch_of(manifest, None, variables, settings).hosts
    with pytest.raises(ConfigurationError, match="must be `allow` or empty, got 'yes'"):
        Settings.from_env({"ASHR_AGENT_PRIVATE_ADDRESSES": "yes"})
