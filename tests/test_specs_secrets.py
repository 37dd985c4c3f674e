"""Secrets that a spec declares, taken from the user's machine."""

from __future__ import annotations

from pathlib import Path

import pytest

from ashr_labs import ConfigurationError, SpecError
from ashr_labs.specs import collect_declared_secrets, collect_declared_secrets_from_file, resolve_source

ENV = {"A": "a", "lower": "l", "EMPTY": ""}

FILES: list[tuple[str, dict[str, str]]] = [
    ("id: x\nsecrets:\n  - A\n", {"A": "a"}),
    ("secrets:\n- A # the key\n- lower\n", {"A": "a", "lower": "l"}),
    ("secrets: # keys\n  - {name: A}\n", {"A": "a"}),
    ("secrets:\n  - name: B\n    source: env:A # renamed\n", {"B": "a"}),
    ('"secrets": ["A", EMPTY, MISSING]\n', {"A": "a"}),
    ("secrets:\n  - {name: A, source: dashboard}\n  - {name: lower, from: generated}\n", {}),
    ("id: x\n", {}),
    ("secrets:\n", {}),
]


@pytest.mark.parametrize(("text", "expected"), FILES)
def test_declared_secrets_are_found_in_any_form_of_yaml(text: str, expected: dict[str, str], tmp_path: Path) -> None:
    """Lists, comments, quoted keys and lower-case names are read; the platform's and empty ones are left out."""
    path = tmp_path / "spec.yaml"
    path.write_text(text)

    assert expected == collect_declared_secrets_from_file(path, ENV)


def test_files_are_read_without_surrounding_space(tmp_path: Path) -> None:
    """A file's text is the value; an absent or binary one has none."""
    (tmp_path / "key").write_text(" k\n")
    (tmp_path / "binary").write_bytes(b"\xff\xfe")

    assert "k" == resolve_source("K", f"file:{tmp_path / 'key'}")
    assert None is resolve_source("K", f"file:{tmp_path / 'none'}")
    assert None is resolve_source("K", f"file:{tmp_path / 'binary'}")
    assert None is resolve_source("K", "file:~no-such-user-at-all/key")


def test_a_command_runs_only_where_it_is_allowed(tmp_path: Path) -> None:
    """Reading a spec starts no process unless the caller allows it, for all commands or for this one."""
    mark = tmp_path / "ran"
    source = f"command:touch {mark} && echo ' s '"
    with pytest.raises(ConfigurationError, match="allow_commands=True"):
        collect_declared_secrets({"secrets": [{"name": "K", "source": source}]})
    with pytest.raises(ConfigurationError, match="allow it"):
        resolve_source("K", source, allow_commands=lambda name, command: False)

    assert not mark.exists()
    asked: list[tuple[str, str]] = []
    assert "s" == resolve_source("K", source, allow_commands=lambda *given: asked.append(given) or True)
    assert [("K", source.removeprefix("command:"))] == asked
    assert {} == collect_declared_secrets({"secrets": [{"name": "K", "source": "command:false"}]}, allow_commands=True)


@pytest.mark.parametrize("source", ["vault", "env:", "file:", "command:", "dashboard:x", ""])
def test_other_sources_are_refused(source: str) -> None:
    """A source that is not known is an error with the known ones."""
    with pytest.raises(ConfigurationError, match="must be env, env:NAME, file:PATH"):
        resolve_source("K", source, {})


@pytest.mark.parametrize("entry", [3, None, {"nam": "A"}, {"name": 3}])
def test_an_entry_without_a_name_is_refused(entry: object) -> None:
    """An entry is never skipped."""
    with pytest.raises(ConfigurationError, match="a secret must be"):
        collect_declared_secrets({"secrets": [entry]})


def test_a_file_that_is_not_a_mapping_is_refused(tmp_path: Path) -> None:
    """A file that is not YAML, or not a mapping, is an error that names it."""
    path = tmp_path / "spec.yaml"
    path.write_text("- a")
    with pytest.raises(ConfigurationError, match=r"spec\.yaml must be a YAML mapping"):
        collect_declared_secrets_from_file(path)
    path.write_text("{")
    with pytest.raises(SpecError, match="must be YAML"):
        collect_declared_secrets_from_file(path)
