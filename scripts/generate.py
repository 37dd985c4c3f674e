"""Derive everything under `generated/` from `openapi.yaml`; with `--check`, fail when it is stale or was edited.

With `--contract`, only the contract is checked, normalised and written as JSON.

Faults of the contract come first, in one list with operation and line; nothing is derived then. What is derived:

- `ashr_labs_api/`: typed endpoint functions and attrs models, for direct calls;
- `ashr_labs_types/`: the same schemas as TypedDicts, for the client that answers plain dicts;
- `ashr_labs_contract/operations.py`: what the client must know of each operation before it sends one;
- `ashr_labs_contract/contract.json`: the contract itself, for the platform, which validates requests against it;
- `ashr_labs_contract/dataset.schema.json`: the JSON Schema of dataset files, for editors.
"""

from __future__ import annotations

import argparse
import filecmp
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from contract import faults
from contract_nodes import METHODS, STREAM, resolved
from endpoint_streams import write_stream

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).resolve().parent.parent
CONTRACT = ROOT / "openapi.yaml"
GENERATED = ROOT / "generated"
HEADER = '"""{summary}\n\nDerived from `openapi.yaml` by `make sdk`; do not edit.\n"""\n'
HIDDEN_FIELDS = {
    "    token: str\n": "    token: str = field(repr=False)\n",
    'kw_only=True, alias="headers")': 'kw_only=True, alias="headers", repr=False)',
    'kw_only=True, alias="cookies")': 'kw_only=True, alias="cookies", repr=False)',
}
"""Lines of the generated clients, and what they become."""
TABLE = """from typing import NamedTuple


class Operation(NamedTuple):
    \"""One operation of the API.\"""

    tag: str
    idempotent: bool
    \"""Whether a repeated call changes nothing, so that it may be retried.\"""
    availability: str | None
    \"""`hosted` or `embedded` where it exists on that platform only.\"""
    method: str
    path: str
    \"""A fragment for a call; `{{+name}}` stands for the rest of a path, slashes included.\"""
    scope: str | None
    \"""The scope that the key needs, or `any`; None where no key is needed.\"""
    media_type: str | None
    \"""Of the answer; None if it has no content.\"""
    last_event: str | None = None
    \"""The type of the event that completes a stream.\"""


OPERATIONS: dict[str, Operation] = {{{rows}}}
"""


def main() -> int:
    """Write the derived packages, or compare them with what is there."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="change nothing; exit with 1 when anything differs")
    parser.add_argument("--contract", action="store_true", help="write only the contract: normalised, and as JSON")
    given = parser.parse_args()
    text = CONTRACT.read_text("utf-8")
    if found := faults(text):
        print(*found, sep="\n", file=sys.stderr)
        return 1
    if given.contract and not given.check:
        CONTRACT.write_text(normalised(text), "utf-8")
    packages = ["ashr_labs_contract"] if given.contract else [*PACKAGES]
    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder)
        derive(fresh, packages)
        if not given.check:
            replace(fresh, packages)
            return 0
        different = differences(fresh, packages)
    for path in different:
        print(f"{path}: is not what openapi.yaml gives; run `make sdk` and edit only the contract")
    return 1 if different else 0


def normalised(text: str) -> str:
    """Return the contract with line feeds as line ends, no spaces before them, and one at the end."""
    return "\n".join(line.rstrip() for line in text.splitlines()).rstrip() + "\n"


def derive(target: Path, packages: Sequence[str]) -> None:
    """Derive packages from the contract into the folder `target`."""
    contract: dict[str, Any] = yaml.safe_load(CONTRACT.read_text("utf-8"))
    for package in packages:
        (target / package).mkdir()
        (target / package / "py.typed").touch()
        PACKAGES[package](target / package, contract)


def write_endpoints(package: Path, contract: dict[str, Any]) -> None:
    """Write the endpoint functions and attrs models."""
    run(
        *("openapi-python-client", "generate", "--path", str(CONTRACT), "--meta", "none", "--overwrite"),
        *("--config", str(ROOT / "openapi-client.yaml"), "--output-path", str(package), "--fail-on-warning"),
    )
    modules = {path.relative_to(package).as_posix() for path in (package / "api").rglob("*.py")}
    missing = [
        f"openapi.yaml: operation {operation['operationId']}: the generator wrote no function for it"
        for operation in operations(contract)
        if f"api/{operation['tags'][0]}/{operation['operationId']}.py" not in modules
    ]
    if missing:
        raise SystemExit("\n".join(missing))
    for operation in operations(contract):
        if stream := success(operation).get("content", {}).get(STREAM):
            write_stream(package / "api" / operation["tags"][0] / f"{operation['operationId']}.py", stream)
    hide_secrets(package / "client.py")
    import_unset(package / "api")


def hide_secrets(module: Path) -> None:
    """Keep the token, headers and cookies of the generated clients out of their `repr`."""
    text = module.read_text("utf-8")
    for field, hidden in HIDDEN_FIELDS.items():
        if field not in text:
            raise SystemExit(f"{module.name}: the generator wrote no line {field.strip()!r}")
        text = text.replace(field, hidden)
    module.write_text(text, "utf-8")


def import_unset(folder: Path) -> None:
    """Import `Unset` where a function may be called without a body: the generator does not, for several media types."""
    for module in folder.rglob("*.py"):
        text = module.read_text("utf-8")
        if "| Unset" in text and ", Unset\n" not in text:
            module.write_text(re.sub(r"(?m)^(from \.\.\.types import .*Response)$", r"\1, Unset", text), "utf-8")


def operations(contract: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the operations in the order of the contract, each with its `method` and `path`."""
    return [
        {**operation, "method": method.upper(), "path": path}
        for path, item in contract["paths"].items()
        for method, operation in item.items()
        if method in METHODS
    ]


def write_contract(package: Path, contract: dict[str, Any]) -> None:
    """Write the contract as JSON, and the table of its operations."""
    (package / "__init__.py").write_text(HEADER.format(summary="The contract of the API as data."), "utf-8")
    (package / "contract.json").write_text(json.dumps(contract, indent=1, ensure_ascii=False) + "\n", "utf-8")
    schema = json.dumps(dataset_schema(contract), indent=1, ensure_ascii=False)
    (package / "dataset.schema.json").write_text(f"{schema}\n", "utf-8")
    (package / "operations.py").write_text(operations_module(contract), "utf-8")
    run("ruff", "format", "--isolated", "--no-cache", "--quiet", "--line-length=120", str(package))


def dataset_schema(contract: dict[str, Any]) -> dict[str, Any]:
    """Return the JSON Schema of dataset files, with no keys but those that are read: editors mark misspelt ones."""
    schemas: dict[str, Any] = json.loads(json.dumps(contract["components"]["schemas"]))
    needed = ["DatasetSource"]
    for name in needed:
        found = re.findall(r"#/components/schemas/(\w+)", json.dumps(schemas[name]))
        needed += sorted(set(found) - set(needed))
    for name, further in (("Scenario", ("id", "name")), ("Action", ("id", "description", "metadata"))):
        schemas[name]["properties"] |= {key: {} for key in further}
    schemas["ExpectedResponse"]["properties"]["metadata"] = {}
    for name in ("Scenario", "Action", "ExpectedResponse"):
        schemas[name]["additionalProperties"] = False
    actor = schemas["Action"]["properties"]["actor"]
    actor["anyOf"] = [{"enum": ["user", "agent", "environment"]}, {"type": actor.pop("type")}]
    source = {"$ref": "#/components/schemas/DatasetSource"}
    wrapper = {
        "type": "object",
        "required": ["dataset_source"],
        "properties": {"name": {"type": "string"}, "description": {"type": "string"}, "dataset_source": source},
    }
    document = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Dataset of Ashr Labs",
        "description": "Derived from `openapi.yaml` by `make sdk`; do not edit.",
        "if": {"required": ["dataset_source"]},
        "then": wrapper,
        "else": source,
        "$defs": {name: schemas[name] for name in needed},
    }
    text = json.dumps(document).replace("#/components/schemas/", "#/$defs/")
    return dict(json.loads(text))


def write_types(package: Path, contract: dict[str, Any]) -> None:
    """Write the TypedDicts."""
    source = package / "schemas.json"
    source.write_text(json.dumps(for_types(contract)), "utf-8")
    module = package / "__init__.py"
    run(
        *("datamodel-codegen", "--input", str(source), "--input-file-type", "openapi", "--output", str(module)),
        *("--output-model-type", "typing.TypedDict", "--target-python-version", "3.11", "--openapi-scopes", "schemas"),
        *("--enum-field-as-literal", "all", "--use-union-operator", "--use-standard-collections"),
        *("--use-schema-description", "--use-inline-field-description", "--disable-timestamp"),
    )
    source.unlink()
    header = HEADER.format(summary="The shapes of the API as TypedDicts.")
    # From 3.11 on, the language's own TypedDict does, so users need not install typing_extensions for it.
    text = module.read_text("utf-8").replace("from typing_extensions import TypedDict", "from typing import TypedDict")
    module.write_text(header + text, "utf-8")
    run("ruff", "format", "--isolated", "--no-cache", "--quiet", "--line-length=120", str(package))


def for_types(contract: dict[str, Any]) -> dict[str, Any]:
    """Return the contract as the TypedDicts want it.

    Plain maps are written out where they are used: they become `dict[str, X]`, not a class. Free-form objects with a
    documented schema refer to it; the endpoint functions keep them as they are.
    """
    schemas: dict[str, Any] = contract["components"]["schemas"]
    maps = {name: schema for name, schema in schemas.items() if is_map(schema)}

    def inlined(node: Any) -> Any:
        if isinstance(node, list):
            return [inlined(item) for item in node]
        if not isinstance(node, dict):
            return node
        if "x-ashr-shape" in node:
            described = {key: node[key] for key in ("description",) if key in node}
            return {"$ref": f"#/components/schemas/{node['x-ashr-shape']}", **described}
        name = str(node.get("$ref", "")).removeprefix("#/components/schemas/")
        if name in maps:
            return inlined(maps[name] | {key: value for key, value in node.items() if key != "$ref"})
        # A TypedDict can say "no other keys" only from Python 3.15 on.
        return {key: inlined(value) for key, value in node.items() if (key, value) != ("additionalProperties", False)}

    kept = {name: inlined(schema) for name, schema in schemas.items() if name not in maps}
    return {"openapi": contract["openapi"], "info": contract["info"], "paths": {}, "components": {"schemas": kept}}


def is_map(schema: dict[str, Any]) -> bool:
    """Return True if a schema describes an object only by the type of its values."""
    return schema.get("type") == "object" and "properties" not in schema and bool(schema.get("additionalProperties"))


def operations_module(contract: dict[str, Any]) -> str:
    """Return the source of the table of operations."""
    rows = [
        f'"{operation["operationId"]}": Operation({operation["tags"][0]!r}, {operation["x-ashr-idempotent"]}, '
        f"{operation.get('x-ashr-availability')!r}, {operation['method']!r}, {template(operation, contract)!r}, "
        f"{operation.get('x-ashr-scope')!r}, {media_type(operation)!r}{last_event(operation)}),"
        for operation in operations(contract)
    ]
    return HEADER.format(summary="What the client must know of each operation before it sends one.") + TABLE.format(
        rows="".join(rows)
    )


def template(operation: dict[str, Any], contract: dict[str, Any]) -> str:
    """Return the path of an operation; `{+name}` stands for the rest of it, slashes included."""
    path: str = operation["path"]
    for given in operation.get("parameters", []):
        parameter = resolved(given, "parameters", contract)
        if isinstance(parameter, dict) and parameter.get("x-ashr-slashes"):
            path = path.replace(f"{{{parameter['name']}}}", f"{{+{parameter['name']}}}")
    return path


def media_type(operation: dict[str, Any]) -> str | None:
    """Return the media type of the answer; None if there is no content."""
    return next(iter(success(operation).get("content", {})), None)


def last_event(operation: dict[str, Any]) -> str:
    """Return the further argument of a stream in the table of operations."""
    stream = success(operation).get("content", {}).get(STREAM)
    return f", {stream['x-ashr-last-event']!r}" if stream else ""


def success(operation: dict[str, Any]) -> dict[str, Any]:
    """Return the response of a success."""
    return next(response for status, response in operation["responses"].items() if status.startswith("2"))


def run(*command: str) -> None:
    """Run a tool of this environment; show its output only if it fails, with the operations that it is about."""
    folder = Path(sys.executable).parent
    environment = os.environ | {"PATH": f"{folder}{os.pathsep}{os.environ.get('PATH', '')}"}
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        output = done.stdout + done.stderr
        names = {"".join(found) for found in re.findall(r"\bapi/\w+/(\w+)\.py|POST /#(\w+)|([A-Z]+ /\w\S+)", output)}
        about = ", ".join(f"operation {name}" for name in sorted(names))
        raise SystemExit(f"openapi.yaml: {about or 'contract'}: {command[0]} failed\n{output}")


PACKAGES = {
    "ashr_labs_api": write_endpoints,
    "ashr_labs_types": write_types,
    "ashr_labs_contract": write_contract,
}
"""The derived packages, and the functions that write them."""


def replace(fresh: Path, packages: Sequence[str]) -> None:
    """Put the fresh packages in the place of the old ones."""
    for package in packages:
        shutil.rmtree(GENERATED / package, ignore_errors=True)
        shutil.copytree(fresh / package, GENERATED / package)


def differences(fresh: Path, packages: Sequence[str]) -> list[str]:
    """Return the paths below `generated/` that differ from the fresh ones, or exist on one side only."""
    names = sorted({str(path) for root in (fresh, GENERATED) for path in files_below(root)})
    if len(packages) < len(PACKAGES):
        names = [name for name in names if Path(name).parts[0] in packages]
    return [
        f"generated/{name}"
        for name in names
        if not (
            (fresh / name).exists()
            and (GENERATED / name).exists()
            and filecmp.cmp(fresh / name, GENERATED / name, shallow=False)
        )
    ]


def files_below(root: Path) -> list[Path]:
    """Return the relative paths of the files below a folder, without what Python leaves there."""
    return [path.relative_to(root) for path in root.rglob("*") if path.is_file() and "__pycache__" not in path.parts]


if __name__ == "__main__":
    sys.exit(main())
