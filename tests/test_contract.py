"""Rules of openapi.yaml and of everything that is derived from it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module, resources
from pathlib import Path
from typing import Any

import pytest
import yaml
from openapi_spec_validator import validate

import ashr_labs_types
from ashr_labs_contract.operations import OPERATIONS

ROOT = Path(__file__).resolve().parent.parent
CONTRACT: dict[str, Any] = yaml.safe_load((ROOT / "openapi.yaml").read_text("utf-8"))
SCHEMAS: dict[str, dict[str, Any]] = CONTRACT["components"]["schemas"]
DOCUMENTED = [
    "init",
    "keep_alive",
    "get_dataset",
    "list_datasets",
    "create_run",
    "get_run",
    "list_runs",
    "delete_run",
    "create_request",
    "get_request",
    "list_requests",
    "list_api_keys",
    "revoke_api_key",
    "list_agents",
    "create_agent",
    "update_agent",
    "delete_agent",
    "get_agent_datasets",
    "set_dataset_agent",
    "get_sdk_notes",
    "ingest_observability_trace",
    "list_observability_traces",
    "get_observability_trace",
    "get_observability_analytics",
    "get_observability_errors",
    "get_observability_tool_errors",
    "run_pentest",
]
EMBEDDED = ["create_dataset", "update_dataset", "delete_dataset", "create_api_key"]


def operations() -> dict[str, dict[str, Any]]:
    return {path: item["post"] for path, item in CONTRACT["paths"].items()}


def nodes(node: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every object below a node, with its path."""
    if isinstance(node, dict):
        yield path, node
        for key, value in node.items():
            yield from nodes(value, f"{path}/{key}")
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from nodes(value, f"{path}/{index}")


def test_the_contract_is_a_valid_openapi_document() -> None:
    """The contract follows OpenAPI 3.1."""
    validate(CONTRACT)


def test_the_contract_holds_every_documented_operation_and_the_embedded_ones() -> None:
    """Nothing that the public platform answers is missing, and what only the embedded one answers is marked."""
    availability = {path: operation.get("x-ashr-availability") for path, operation in operations().items()}

    assert {f"/#{name}": None for name in DOCUMENTED} | {f"/#{name}": "embedded" for name in EMBEDDED} == availability


@pytest.mark.parametrize("path", CONTRACT["paths"])
def test_each_operation_follows_the_rules(path: str) -> None:
    """An operation's path, id, request and `function` carry one name; it has a tag, a summary and errors."""
    operation = operations()[path]
    name = operation["operationId"]
    schema = SCHEMAS[operation["requestBody"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]]

    assert f"/#{name}" == path
    assert {"type": "string", "const": name, "default": name} == schema["properties"]["function"]
    assert "function" in schema["required"]
    assert isinstance(operation["x-ashr-idempotent"], bool)
    assert operation["summary"].endswith(".")
    assert operation["tags"][0] in {tag["name"] for tag in CONTRACT["tags"]}
    assert {"200", "400", "401", "403", "422", "429", "5XX"} <= operation["responses"].keys()


def test_every_shape_has_a_name() -> None:
    """No object or enum is inline: the generated code would invent names for it."""
    inline = [
        path
        for path, node in nodes(SCHEMAS)
        if path.count("/") > 1 and (node.get("type") == "object" or "enum" in node) and not path.endswith("/properties")
    ]

    assert [] == inline


def test_requests_carry_no_defaults_but_their_function() -> None:
    """A bare call sends only what the user gave."""
    defaults = [path for path, node in nodes(SCHEMAS) if "default" in node and "const" not in node]

    assert [] == [path for path in defaults if not path.endswith("/properties")]


def test_answers_have_open_enums_and_no_constants() -> None:
    """A value that a later platform adds is still understood."""
    enums = {name for name, schema in SCHEMAS.items() if "enum" in schema}
    requests = {"RunPentestRequest", "GenerationOptions", "TestConfig", "PentestConfig"}  # sent, never answered

    closed = [
        path
        for path, node in nodes({name: schema for name, schema in SCHEMAS.items() if name not in requests})
        if str(node.get("$ref", "")).rpartition("/")[2] in enums and "/anyOf/" not in path
    ]
    constant = [path for path, node in nodes(SCHEMAS) if "const" in node and "Request/" not in path]

    assert [] == closed
    assert [] == constant


def test_every_operation_has_its_generated_module_and_types() -> None:
    """The generator left nothing out: a module and a TypedDict for each operation's request."""
    for operation in operations().values():
        name = operation["operationId"]
        module = import_module(f"ashr_labs_api.api.{operation['tags'][0]}.{name}")
        request = "".join(part.capitalize() for part in name.split("_")) + "Request"

        assert {"sync", "sync_detailed", "asyncio", "asyncio_detailed"} <= vars(module).keys()
        assert hasattr(ashr_labs_types, request)
        assert name in OPERATIONS


def test_the_packaged_contract_is_the_contract() -> None:
    """The platform validates against openapi.yaml itself."""
    packaged = json.loads(resources.files("ashr_labs_contract").joinpath("contract.json").read_text("utf-8"))

    assert packaged == CONTRACT


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Return a copy of what `make sdk` needs."""
    for folder in ("generated", "scripts"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    for file in ("openapi.yaml", "openapi-client.yaml", "pyproject.toml"):
        shutil.copy(ROOT / file, tmp_path / file)
    return tmp_path


def generate(copy: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "scripts/generate.py", *arguments]
    return subprocess.run(command, cwd=copy, capture_output=True, text=True, check=False)


def contents(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def test_deriving_again_changes_no_byte(copy: Path) -> None:
    """`make sdk` on an unchanged contract leaves `generated/` as it is."""
    before = contents(copy / "generated")

    assert (0, "") == ((done := generate(copy)).returncode, done.stderr)
    assert before == contents(copy / "generated")


def test_the_check_fails_when_generated_was_edited(copy: Path) -> None:
    """`make check` names an edited, a missing and an additional file."""
    (copy / "generated/ashr_labs_api/client.py").write_text("# mine\n")
    (copy / "generated/ashr_labs_types/__init__.py").unlink()
    (copy / "generated/ashr_labs_api/extra.py").write_text("")

    done = generate(copy, "--check")

    assert 1 == done.returncode
    for name in ("ashr_labs_api/client.py", "ashr_labs_types/__init__.py", "ashr_labs_api/extra.py"):
        assert f"generated/{name}" in done.stdout


def test_the_check_fails_when_generated_is_stale(copy: Path) -> None:
    """`make check` sees a contract that was changed alone."""
    contract = copy / "openapi.yaml"
    contract.write_text(contract.read_text("utf-8").replace("grading_error:", "grading_fault:"), "utf-8")

    done = generate(copy, "--check")

    assert 1 == done.returncode
    assert "generated/" in done.stdout


def test_a_new_operation_becomes_a_typed_function_with_nothing_else_to_touch(copy: Path) -> None:
    """Adding an operation to openapi.yaml and running the generator is all that a new endpoint needs."""
    contract = copy / "openapi.yaml"
    text = contract.read_text("utf-8")
    start, end = text.index("  /#get_run:"), text.index("  /#list_runs:")
    operation = text[start:end].replace("get_run", "archive_run").replace("GetRunRequest", "ArchiveRunRequest")
    schema = (
        "    ArchiveRunRequest:\n"
        "      type: object\n"
        "      required: [function, run_id, reason]\n"
        "      properties:\n"
        "        function: { type: string, const: archive_run, default: archive_run }\n"
        "        run_id: { type: integer }\n"
        "        reason: { type: string }\n"
    )
    text = text.replace("  /#list_runs:", operation + "  /#list_runs:", 1)
    contract.write_text(text.replace("    GetRunRequest:\n", schema + "    GetRunRequest:\n", 1), "utf-8")

    assert 0 == generate(copy).returncode
    use = (
        "import inspect, json\n"
        "from ashr_labs_api.api.runs import archive_run\n"
        "from ashr_labs_api.models import ArchiveRunRequest\n"
        "from ashr_labs_contract.operations import OPERATIONS\n"
        "print(json.dumps([ArchiveRunRequest(run_id=1, reason='old').to_dict(), list(OPERATIONS['archive_run']),"
        " str(inspect.signature(archive_run.sync).parameters['body'].annotation)]))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", use],
        env={"PYTHONPATH": str(copy / "generated"), "PATH": ""},
        capture_output=True,
        text=True,
        check=True,
    )
    body, row, annotation = json.loads(done.stdout)

    assert {"function": "archive_run", "run_id": 1, "reason": "old"} == body
    assert ["runs", True, None] == row
    assert "ArchiveRunRequest" in annotation
