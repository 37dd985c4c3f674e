"""Rules of openapi.yaml and of everything that is derived from it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module, resources
from pathlib import Path
from typing import Any

import pytest
import yaml

import ashr_labs_types
from ashr_labs_api.models import Run
from ashr_labs_contract.operations import OPERATIONS
from contract import faults
from support.resource_server import ResourceServer
from support.scripted_server import Answer, ScriptedServer

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
EMBEDDED = [
    "create_dataset",
    "update_dataset",
    "delete_dataset",
    "create_api_key",
    "start_run",
    "append_run_tests",
    "finish_run",
    "cancel_run",
]


def operations() -> dict[str, dict[str, Any]]:
    return {
        path if path.startswith("/#") else f"{method.upper()} {path}": operation
        for path, item in CONTRACT["paths"].items()
        for method, operation in item.items()
    }


def nodes(node: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every object below a node, with its path."""
    if isinstance(node, dict):
        yield path, node
        for key, value in node.items():
            yield from nodes(value, f"{path}/{key}")
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from nodes(value, f"{path}/{index}")


def test_contract_is_valid() -> None:
    """The contract is OpenAPI 3.1, and uses only what can be derived from it."""
    assert [] == faults((ROOT / "openapi.yaml").read_text("utf-8"))


def test_contract_contains_every_documented_operation() -> None:
    """Nothing that the public platform answers is missing, and what only the embedded one answers is marked."""
    availability = {path: operation.get("x-ashr-availability") for path, operation in operations().items()}

    known = {f"/#{name}": None for name in DOCUMENTED} | {f"/#{name}": "embedded" for name in EMBEDDED}
    assert known == {path: kind for path, kind in availability.items() if path in known}


def test_responses_have_open_enums_and_no_constants() -> None:
    """A value that a later platform adds is still understood."""
    enums = {name for name, schema in SCHEMAS.items() if "enum" in schema}
    requests = {
        "RunPentestRequest",
        "GenerationOptions",
        "TestConfig",
        "PentestConfig",
        "SetLabelRequest",
    }  # sent, never answered

    closed = [
        path
        for path, node in nodes({name: schema for name, schema in SCHEMAS.items() if name not in requests})
        if str(node.get("$ref", "")).rpartition("/")[2] in enums and "/anyOf/" not in path
    ]
    constant = [path for path, node in nodes(SCHEMAS) if "const" in node and "Request/" not in path]

    assert [] == closed
    assert [] == constant


def test_every_operation_has_generated_module_and_types() -> None:
    """The generator left nothing out: a module for each operation, and a TypedDict for the request of each call."""
    for path, operation in operations().items():
        name = operation["operationId"]
        module = import_module(f"ashr_labs_api.api.{operation['tags'][0]}.{name}")
        request = "".join(part.capitalize() for part in name.split("_")) + "Request"

        is_stream = OPERATIONS[name].last_event is not None
        assert ({"sync", "asyncio"} if is_stream else {"sync_detailed", "asyncio_detailed"}) <= vars(module).keys()
        assert hasattr(ashr_labs_types, request) or not path.startswith("/#")


@pytest.mark.parametrize("payload", [{"my_score": 1}, {"tests": 3}, {"tests": [{"verdict": {"a": [None]}}]}, {}])
def test_endpoint_functions_keep_what_users_own(payload: dict[str, Any]) -> None:
    """A documented shape of a free-form object is a type only: any other object comes back unchanged."""
    record = {"id": 1, "created_at": "", "dataset": 2, "tenant": 3, "runner": None, "result": payload}

    assert payload == Run.from_dict(record).to_dict()["result"]


def test_packaged_contract_matches_openapi_yaml() -> None:
    """The platform validates against openapi.yaml itself."""
    packaged = json.loads(resources.files("ashr_labs_contract").joinpath("contract.json").read_text("utf-8"))

    assert packaged == CONTRACT


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Return a copy of what `make sdk` needs."""
    return copied(tmp_path)


@pytest.fixture(scope="module")
def extended(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy with more operations, from which everything has been derived."""
    copy = copied(tmp_path_factory.mktemp("extended"))
    document = json.loads(json.dumps(CONTRACT))
    operation = json.dumps(CONTRACT["paths"]["/#get_run"]).replace("get_run", "archive_run")
    document["paths"]["/#archive_run"] = json.loads(operation.replace("GetRunRequest", "ArchiveRunRequest"))
    document["paths"] |= yaml.safe_load(NEW_RESOURCES)
    document["components"]["schemas"] |= yaml.safe_load(NEW_SCHEMAS)
    (copy / "openapi.yaml").write_text(yaml.safe_dump(document, sort_keys=False, allow_unicode=True), "utf-8")

    done = generate(copy)
    assert (0, "") == (done.returncode, done.stderr)
    return copy


def copied(tmp_path: Path) -> Path:
    for folder in ("generated", "scripts"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    for file in ("openapi.yaml", "openapi-client.yaml", "pyproject.toml"):
        shutil.copy(ROOT / file, tmp_path / file)
    return tmp_path


def generate(copy: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "scripts/generate.py", *arguments]
    return subprocess.run(command, cwd=copy, capture_output=True, text=True, check=False)


def test_check_names_edited_and_stale_files(copy: Path) -> None:
    """`make check` names each edited, missing, additional and stale file, and no other: deriving is repeatable."""
    (copy / "generated/ashr_labs_api/client.py").write_text("# mine\n")
    (copy / "generated/ashr_labs_types/__init__.py").unlink()
    (copy / "generated/ashr_labs_api/extra.py").write_text("")
    contract = copy / "openapi.yaml"
    contract.write_text(contract.read_text("utf-8").replace("grading_error:", "grading_fault:"), "utf-8")

    done = generate(copy, "--check")

    assert 1 == done.returncode
    assert [
        "generated/ashr_labs_api/client.py",
        "generated/ashr_labs_api/extra.py",
        "generated/ashr_labs_api/models/run.py",
        "generated/ashr_labs_api/models/run_ended.py",
        "generated/ashr_labs_contract/contract.json",
        "generated/ashr_labs_types/__init__.py",
    ] == [line.partition(":")[0] for line in done.stdout.splitlines()]


def test_contract_alone_is_normalised_and_written(copy: Path) -> None:
    """`make openapi` writes the contract with plain line ends, and as JSON, and derives nothing else."""
    contract, document = copy / "openapi.yaml", copy / "generated/ashr_labs_contract/contract.json"
    text, before = contract.read_bytes(), document.read_bytes()
    contract.write_bytes(text.replace(b"\n", b" \r\n") + b"\n\n")
    document.unlink()
    (copy / "generated/ashr_labs_api/client.py").write_text("# mine\n")

    done = generate(copy, "--contract")

    assert (0, "", "") == (done.returncode, done.stdout, done.stderr)
    assert (text, before) == (contract.read_bytes(), document.read_bytes())
    assert "# mine\n" == (copy / "generated/ashr_labs_api/client.py").read_text()


def test_invalid_contract_prints_only_its_faults(copy: Path) -> None:
    """With faults in the contract nothing is derived; the output is their list."""
    contract = copy / "openapi.yaml"
    text = contract.read_text("utf-8").replace("operationId: get_run\n", "operationId: list_runs\n")
    contract.write_text(text.replace("x-ashr-idempotent: true", "x-ashr-idempotant: true", 1), "utf-8")

    done = generate(copy)

    assert 1 == done.returncode
    assert [str(fault) for fault in faults(contract.read_text("utf-8"))] == done.stderr.splitlines()
    assert "operation list_runs/operationId: `operationId` list_runs is used by /#get_run too" in done.stderr


NEW_SCHEMAS = """
    ArchiveRunRequest:
      type: object
      additionalProperties: false
      required: [function, run_id, why]
      properties:
        function: { type: string, const: archive_run, default: archive_run }
        run_id: { type: integer }
        why:
          oneOf:
            - { $ref: "#/components/schemas/Reason" }
            - { $ref: "#/components/schemas/Ticket" }
        class: { type: string }
        my-key: { type: array, items: { $ref: "#/components/schemas/Reason" } }
        1st: { type: [string, "null"] }
        $größe: { anyOf: [{ type: number }, { type: "null" }] }
        from: { type: string, format: date-time }
    Reason:
      type: object
      required: [text]
      properties: { text: { type: string } }
    Ticket:
      type: object
      required: [number]
      properties: { number: { type: integer } }
    Note:
      type: object
      required: [slug]
      properties: { slug: { type: string }, limit: { type: integer } }
    NoteForm:
      type: object
      additionalProperties: false
      required: [bundle]
      properties:
        bundle: { type: string, format: binary }
        metadata: { type: string }
"""
BODIES: list[dict[str, Any]] = [
    {"function": "archive_run", "run_id": 1, "why": {"text": "old"}, "class": "c", "my-key": [{"text": "a"}]},
    {"function": "archive_run", "run_id": 2, "why": {"number": 7}, "1st": None, "$größe": 1.5},
    {"function": "archive_run", "run_id": 3, "why": {"text": "x"}, "from": "2026-01-02T03:04:05+00:00", "$größe": None},
]
USE = """
import inspect, json, sys
from ashr_labs import AshrLabsClient
from ashr_labs_api.api.runs import archive_run
from ashr_labs_api.models import ArchiveRunRequest
from ashr_labs_contract.operations import OPERATIONS
from ashr_labs_types import ArchiveRunRequest as Shape

url, bodies = sys.argv[1], json.loads(sys.argv[2])
with AshrLabsClient("tp_0123456789abcdef0123456789abcdef", base_url=url) as client:
    for body in bodies:
        answer = archive_run.sync(client=client.api, body=ArchiveRunRequest.from_dict(body))
        assert type(answer).__name__ == "GetRunResponse" and answer.run.id == body["run_id"], answer
print(json.dumps([list(OPERATIONS["archive_run"]), sorted(Shape.__annotations__)]))
"""


def test_new_operation_becomes_typed_function(extended: Path) -> None:
    """After `make sdk` a new endpoint's function sends and reads all that its schemas allow."""
    server = ScriptedServer()
    run = {"created_at": "2026-01-02T03:04:05Z", "dataset": 1, "tenant": 3, "runner": 7, "result": {}}
    server.on("archive_run", lambda body: Answer.of({"status": "ok", "run": {"id": body["run_id"], **run}}))
    with server.running():
        used = subprocess.run(
            [sys.executable, "-c", USE, server.url, json.dumps(BODIES)],
            env={"PYTHONPATH": f"{extended / 'generated'}{os.pathsep}{ROOT}", "PATH": ""},
            capture_output=True,
            text=True,
            check=False,
        )
    assert "" == used.stderr
    row, shape = json.loads(used.stdout)

    assert BODIES == [asked.body for asked in server.asked if asked.body["function"] == "archive_run"]
    assert ["runs", True, None, "POST", "/#archive_run", "read", "application/json", None] == row
    assert ["$größe", "1st", "class", "from", "function", "my-key", "run_id", "why"] == shape


NEW_RESOURCES = """
  /v1/notes/{slug}:
    get:
      operationId: list_notes
      tags: [runs]
      summary: List notes.
      x-ashr-idempotent: true
      x-ashr-scope: read
      parameters:
        - { name: slug, in: path, required: true, schema: { type: string } }
        - { name: limit, in: query, required: false, schema: { type: integer } }
      responses:
        "200":
          description: The notes.
          content:
            application/json: { schema: { type: array, items: { $ref: "#/components/schemas/Note" } } }
        "4XX": { $ref: "#/components/responses/V1Refused" }
        "5XX": { $ref: "#/components/responses/V1Failed" }
    post:
      operationId: upload_note
      tags: [runs]
      summary: Upload a note.
      x-ashr-idempotent: false
      x-ashr-scope: write
      parameters:
        - { name: slug, in: path, required: true, schema: { type: string } }
      requestBody:
        required: true
        content:
          multipart/form-data: { schema: { $ref: "#/components/schemas/NoteForm" } }
      responses:
        "201":
          description: The note.
          content: { application/json: { schema: { $ref: "#/components/schemas/Note" } } }
        "4XX": { $ref: "#/components/responses/V1Refused" }
        "5XX": { $ref: "#/components/responses/V1Failed" }
  /v1/notes/{slug}/files/{path}:
    put:
      operationId: write_note_file
      tags: [runs]
      summary: Write a file.
      x-ashr-idempotent: true
      x-ashr-scope: write
      parameters:
        - { name: slug, in: path, required: true, schema: { type: string } }
        - { name: path, in: path, required: true, schema: { type: string }, x-ashr-slashes: true }
      requestBody:
        required: true
        content:
          application/x-yaml: { schema: { type: string, format: binary } }
      responses:
        "204": { description: It is written. }
        "4XX": { $ref: "#/components/responses/V1Refused" }
        "5XX": { $ref: "#/components/responses/V1Failed" }
    get:
      operationId: read_note_file
      tags: [runs]
      summary: Read a file.
      x-ashr-idempotent: true
      x-ashr-scope: read
      parameters:
        - { name: slug, in: path, required: true, schema: { type: string } }
        - { name: path, in: path, required: true, schema: { type: string }, x-ashr-slashes: true }
      responses:
        "200":
          description: The file.
          content: { application/octet-stream: { schema: { type: string, format: binary } } }
        "4XX": { $ref: "#/components/responses/V1Refused" }
        "5XX": { $ref: "#/components/responses/V1Failed" }
"""
USE_RESOURCES = """
import io, json, sys
from ashr_labs import AshrLabsClient, NotFoundError
from ashr_labs_api.api.runs import list_notes, read_note_file, upload_note, write_note_file
from ashr_labs_api.models import NoteForm
from ashr_labs_api.types import File

with AshrLabsClient("tp_0123456789abcdef0123456789abcdef", base_url=sys.argv[1] + "/base", max_retries=2) as client:
    [note] = list_notes.sync("a/b ?", client=client.api, limit=3)
    form = NoteForm(bundle=File(io.BytesIO(b"bytes"), "n.tar.gz", "application/gzip"), metadata="{}")
    made = upload_note.sync("n", client=client.api, body=form)
    written = write_note_file.sync_detailed("n", "x/y.yaml", client=client.api, body=File(io.BytesIO(b"a: 1")))
    read = read_note_file.sync("n", "x/y.yaml", client=client.api)
    try:
        read_note_file.sync("n", "missing", client=client.api)
    except NotFoundError as error:
        text = read.payload.read().decode()
        print(json.dumps([note.slug, note.limit, made.slug, written.status_code, text, str(error)]))
"""


def test_new_resources_become_typed_functions(extended: Path) -> None:
    """After `make sdk` the functions of new resources send and read parameters, forms, raw bodies and files."""
    answers = [(503, {"error": "later"}), [{"slug": "s", "limit": 3}], (201, {"slug": "s"}), (204, b""), b"a: 2"]
    with ResourceServer(*answers, (404, {"error": "no such file"})).running() as server:
        used = subprocess.run(
            [sys.executable, "-c", USE_RESOURCES, server.url],
            env={"PYTHONPATH": f"{extended / 'generated'}{os.pathsep}{ROOT}", "PATH": ""},
            capture_output=True,
            text=True,
            check=False,
        )
    assert "" == used.stderr

    assert ["s", 3, "s", 204, "a: 2", "[404] no such file"] == json.loads(used.stdout)
    assert [
        ("GET", "/base/v1/notes/a%2Fb%20%3F?limit=3"),
        ("GET", "/base/v1/notes/a%2Fb%20%3F?limit=3"),  # the first answer was a 503
        ("POST", "/base/v1/notes/n"),
        ("PUT", "/base/v1/notes/n/files/x%2Fy.yaml"),
        ("GET", "/base/v1/notes/n/files/x%2Fy.yaml"),
        ("GET", "/base/v1/notes/n/files/missing"),
    ] == [(method, path) for method, path, _, _ in server.requests]
    assert (True, "application/x-yaml", b"a: 1") == (
        server.requests[2].headers["content-type"].startswith("multipart/form-data; boundary="),
        server.requests[3].headers["content-type"],
        server.requests[3].body,
    )
    assert all(
        part in server.requests[2].body
        for part in (b'name="bundle"; filename="n.tar.gz"', b"bytes", b'name="metadata"')
    )
