"""Faults of the contract are found before anything is derived from it, each with its operation, path and line."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import yaml

from contract import faults

ERRORS = {status: {"$ref": "#/components/responses/Failed"} for status in ("400", "401", "403", "422", "429", "5XX")}


def reference(name: str) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": f"#/components/schemas/{name}"}}}


CONTRACT: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "Small", "version": "1"},
    "tags": [{"name": "runs"}],
    "paths": {
        "/#get_run": {
            "post": {
                "operationId": "get_run",
                "tags": ["runs"],
                "summary": "Get a run.",
                "x-ashr-idempotent": True,
                "x-ashr-scope": "read",
                "parameters": [{"$ref": "#/components/parameters/Key"}],
                "requestBody": {"required": True, "content": reference("GetRunRequest")},
                "responses": {"200": {"description": "The run.", "content": reference("Run")}, **ERRORS},
            }
        }
    },
    "components": {
        "parameters": {"Key": {"name": "Idempotency-Key", "in": "header", "schema": {"type": "string"}}},
        "responses": {"Failed": {"description": "No.", "content": reference("Run")}},
        "schemas": {
            "GetRunRequest": {
                "type": "object",
                "additionalProperties": False,
                "required": ["function", "id"],
                "properties": {
                    "function": {"type": "string", "const": "get_run", "default": "get_run"},
                    "id": {"oneOf": [{"type": "integer"}, {"type": "string"}]},
                },
            },
            "Run": {
                "type": "object",
                "properties": {"id": {"type": "integer"}, "status": {"anyOf": [{"type": "string"}, {"type": "null"}]}},
            },
        },
    },
}
OPERATION = CONTRACT["paths"]["/#get_run"]["post"]


def with_operation(**changes: Any) -> Callable[[dict[str, Any]], None]:
    """Return a change of the operation; None removes a key."""

    def change(document: dict[str, Any]) -> None:
        operation = document["paths"]["/#get_run"]["post"]
        operation.update(changes)
        for key in [key for key, value in operation.items() if value is None]:
            del operation[key]

    return change


def with_path(name: str, item: Any) -> Callable[[dict[str, Any]], None]:
    return lambda document: document["paths"].update({name: item})


def with_item(**changes: Any) -> Callable[[dict[str, Any]], None]:
    return lambda document: document["paths"]["/#get_run"].update(changes)


def with_schema(name: str, schema: Any) -> Callable[[dict[str, Any]], None]:
    return lambda document: document["components"]["schemas"].update({name: schema})


def with_property(name: str, schema: Any) -> Callable[[dict[str, Any]], None]:
    return lambda document: document["components"]["schemas"]["Run"]["properties"].update({name: schema})


RESOURCE: dict[str, Any] = {
    "operationId": "read_run",
    "tags": ["runs"],
    "summary": "Read a run.",
    "x-ashr-idempotent": True,
    "x-ashr-scope": "read",
    "parameters": [{"name": "run_id", "in": "path", "required": True, "schema": {"type": "integer"}}],
    "responses": {
        "200": {"description": "The run.", "content": reference("Run")},
        "4XX": {"$ref": "#/components/responses/Failed"},
        "5XX": {"$ref": "#/components/responses/Failed"},
    },
}


def with_resource(
    path: str = "/v1/runs/{run_id}", method: str = "get", /, **changes: Any
) -> Callable[[dict[str, Any]], None]:
    """Return the addition of a resource, with changes of its operation."""
    return with_path(path, {method: {**RESOURCE, **changes}})


def with_body(media: str, schema: dict[str, Any]) -> Callable[[dict[str, Any]], None]:
    return with_resource("/v1/runs/{run_id}", "put", requestBody={"content": {media: {"schema": schema}}})


def in_query(schema: dict[str, Any], **keys: Any) -> list[Any]:
    return [*RESOURCE["parameters"], {"name": "limit", "in": "query", "schema": schema, **keys}]


def found(change: Callable[[dict[str, Any]], Any]) -> list[str]:
    document = copy.deepcopy(CONTRACT)
    change(document)
    return [f"{fault.place}: {fault.message}" for fault in faults(yaml.safe_dump(document, sort_keys=False))]


def test_valid_contract_has_no_faults() -> None:
    """Supported keywords are accepted, `oneOf`, nullable values and header parameters included."""
    assert [] == found(lambda _: None)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (with_operation(operationId=None), "operation POST /#get_run: `operationId` is missing"),
        (
            with_path("/#other", {"post": OPERATION}),
            "operation get_run/operationId: `operationId` get_run is used by /#get_run too",
        ),
        (with_operation(operationId="get-run"), "operation get-run/operationId: `operationId` must be a name such as"),
        (with_operation(operationId="class"), "operation class/operationId: `operationId` must be a name such as"),
        (with_operation(tags=None), "operation get_run/tags: `tags` must be a list of one tag, got None"),
        (with_operation(tags=["rums"]), "operation get_run/tags: tag `rums` is not among the `tags` of the document"),
        (with_operation(summary=None), "operation get_run: `summary` must be a sentence, got None"),
        (with_operation(**{"x-ashr-idempotent": None}), "operation get_run: `x-ashr-idempotent` must be true or false"),
        (
            with_operation(**{"x-ashr-availabilty": "embedded"}),
            "operation get_run/x-ashr-availabilty: `x-ashr-availabilty` is not supported; did you mean `x-ashr-avail",
        ),
        (
            with_property("result", {"$ref": "#/components/schemas/JsonObject", "x-ashr-shape": "RunResults"}),
            "schema Run/properties/result/x-ashr-shape: `RunResults` is not a schema of this document",
        ),
        (with_operation(callbacks={}), "operation get_run/callbacks: `callbacks` is not supported"),
        (with_operation(servers=[]), "operation get_run/servers: `servers` is not supported"),
        (with_operation(security=[]), "operation get_run/security: `security` is not supported; a call has none"),
        (with_operation(**{"x-ashr-scope": "all"}), "operation get_run: `x-ashr-scope` must be the scope that a key"),
        (
            with_operation(parameters=[{"name": "id", "in": "query", "schema": {"type": "integer"}}]),
            "operation get_run/parameters/0: a parameter in query is not supported; put it into the request",
        ),
        (with_operation(requestBody=None), "operation get_run/requestBody: must be there with `required: true`"),
        (
            with_operation(requestBody={"required": True, "content": {"multipart/form-data": {"schema": {}}}}),
            "operation get_run/requestBody/content/multipart/form-data: `multipart/form-data` is not supported",
        ),
        (
            with_operation(requestBody={"required": True, "content": reference("Run")}),
            "schema Run: `function` must be required and be { type: string, const: get_run, default: get_run }",
        ),
        (
            with_schema("GetRunRequest", {"type": "object"}),
            "schema GetRunRequest: a request must have `additionalProperties: false`",
        ),
        (
            with_operation(responses={200: OPERATION["responses"]["200"], **ERRORS}),
            "operation get_run/responses: response 200 is missing (write the status in quotes)",
        ),
        (
            with_operation(responses={**OPERATION["responses"], "404": {"$ref": "#/components/responses/None"}}),
            "operation get_run/responses/404: `#/components/responses/None` is not a response",
        ),
        (with_item(parameters=[]), "path /#get_run/parameters: `parameters` of a path is not supported"),
        (with_item(servers=[]), "path /#get_run/servers: `servers` of a path is not supported"),
        (with_item(get=OPERATION), "operation get_run: only POST is supported"),
        (with_item(**{"x-note": 1, "summary": "Fine."}), None),
        (
            with_path("/#run_by_id", {"post": OPERATION | {"operationId": "run_of_id"}}),
            "operation run_of_id: the path must be `/#run_of_id`, got `/#run_by_id`",
        ),
        (with_path("/#empty", {}), "path /#empty: must have `post`"),
        (with_schema("my run", {"type": "string"}), "schema my run: a schema must have a name such as `RunResult`"),
        (with_schema("List", {"type": "string"}), "schema List: `List` is a name of the generated code"),
        (with_schema("RUN", {"type": "string"}), "schema RUN: differs from `Run` by its capital letters only"),
        (with_schema("Level", {"enum": ["a-b", "a_b"]}), "schema Level/enum: two values would have the same name"),
        (
            with_schema("Level", {"enum": [1, "a"]}),
            "schema Level/enum: must be a list of strings or a list of integers",
        ),
        (with_property("of", {"$ref": "#/components/schemas/Rum"}), "schema Run/properties/of/$ref: `#/components/sch"),
        (with_property("of", {"$ref": "other.yaml#/X"}), "schema Run/properties/of/$ref: `other.yaml#/X` is not a"),
        (with_property("of", {"type": "strng"}), "schema Run/properties/of/type: `strng` is not a type"),
        (with_property("of", {"type": "object"}), "schema Run/properties/of: objects and enums must have a name"),
        (with_property("of", {"not": {}}), "schema Run/properties/of/not: `not` is not supported"),
        (with_property("of", {"nullable": True}), "schema Run/properties/of/nullable: `nullable` is not supported; it"),
        (
            with_property("of", {"maxLenght": 3}),
            "schema Run/properties/of/maxLenght: `maxLenght` is not supported; did",
        ),
        (with_property("of", {"default": 3}), "schema Run/properties/of/default: is not supported"),
        (with_property("of", {"pattern": "["}), "schema Run/properties/of/pattern: is not a regular expression"),
        (with_property("of", 7), "schema Run/properties/of: must be an object that describes a schema, got 7"),
        (with_property("ID", {}), "schema Run/properties/ID: `ID` and `id` would have the same name in Python"),
        (with_property("to_dict", {}), "schema Run/properties/to_dict: `to_dict` is a method of the generated model"),
        (with_property("$", {}), "schema Run/properties/$: '$' cannot be made a name in Python"),
        (lambda document: document.update(openapi="3.0.3"), "openapi: must be 3.1, got 3.0.3"),
        (lambda document: document.update(webhooks={}), "webhooks: `webhooks` is not supported"),
        (lambda document: document.pop("info"), "info: must be an object"),
        (lambda document: document["components"].update(links={}), "components/links: `links` is not supported"),
        (lambda document: document["info"].pop("version"), 'info: "version" is a required property'),
    ],
)
def test_fault_is_reported_with_location(change: Callable[[dict[str, Any]], Any], expected: str | None) -> None:
    """Each fault is reported with the operation or schema, the path inside of it, and what to do."""
    messages = found(change)

    assert [] == messages if expected is None else any(message.startswith(expected) for message in messages), messages


BINARY = {"type": "string", "format": "binary"}
RUN = {"$ref": "#/components/schemas/Run"}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (with_resource(), None),
        (with_resource(security=[], **{"x-ashr-scope": None, "x-ashr-max-bytes": 1000}), None),
        (with_resource(parameters=in_query({"type": "boolean"})), None),
        (with_resource(responses={**RESOURCE["responses"], "204": {"description": "Nothing."}}), None),
        (with_body("application/x-yaml", BINARY), None),
        (
            with_resource(
                "/v1/runs/{run_id}/files/{path}",
                parameters=[
                    *RESOURCE["parameters"],
                    {
                        "name": "path",
                        "in": "path",
                        "required": True,
                        "schema": {"type": "string"},
                        "x-ashr-slashes": True,
                    },
                ],
            ),
            None,
        ),
        (with_resource("/runs/{run_id}"), "path /runs/{run_id}: must be `/#OPERATION`, or a path such as"),
        (with_resource("/v1/Runs/{run_id}"), "path /v1/Runs/{run_id}: must be `/#OPERATION`, or a path such as"),
        (with_resource("/v1/runs/{run_id}/"), "path /v1/runs/{run_id}/: must be `/#OPERATION`, or a path such as"),
        (
            with_resource("/v1/runs/{id}"),
            "operation read_run: the parameters in the path must be ['id'], got ['run_id']",
        ),
        (
            with_resource(**{"x-ashr-scope": None}),
            "operation read_run: `x-ashr-scope` must be the scope that a key needs",
        ),
        (with_resource(**{"x-ashr-max-bytes": 0}), "operation read_run/x-ashr-max-bytes: must be a positive number"),
        (with_resource(security=[{"other": []}]), "operation read_run/security: must be [] for an operation without a"),
        (
            with_resource(parameters=in_query({"type": "array"})),
            "operation read_run/parameters/1: a parameter must be a string",
        ),
        (
            with_resource(parameters=in_query({"type": "string"}, explode=True)),
            "operation read_run/parameters/1/explode: `explode` is not supported",
        ),
        (
            with_resource(parameters=in_query({"type": "string"}, **{"x-ashr-slashes": True})),
            "operation read_run/parameters/1: `x-ashr-slashes` must be true, for the last parameter",
        ),
        (with_body("application/json", BINARY), "operation read_run/requestBody/content/application/json: the schema"),
        (with_body("text/plain", RUN), "operation read_run/requestBody/content/text/plain: the schema must be { type"),
        (with_body("multipart/form-data", RUN), "schema Run: a request must have `additionalProperties: false`"),
        (
            with_resource(
                "/v1/runs/{id}",
                "put",
                parameters=[{**RESOURCE["parameters"][0], "name": "id"}],
                requestBody={"content": reference("Run")},
            ),
            "schema Run: `id` is a parameter of /v1/runs/{id} too; they need different names",
        ),
        (
            with_resource(responses={"200": RESOURCE["responses"]["200"]}),
            "operation read_run/responses: response 4XX is",
        ),
        (
            with_resource(responses={"4XX": {}, "5XX": {}}),
            "operation read_run/responses: a response such as 200 is missing",
        ),
        (
            with_resource(responses={**RESOURCE["responses"], "200": {"description": "No content."}}),
            "operation read_run/responses/200: a response must have `content`, and 204 none",
        ),
        (
            lambda document: (
                with_resource()(document),
                with_resource("/v1/runs/{run}", operationId="other")(document),
            ),
            "path /v1/runs/{run}: matches the same requests as `/v1/runs/{run_id}`; join them",
        ),
    ],
)
def test_fault_of_a_resource_is_reported_with_location(
    change: Callable[[dict[str, Any]], Any], expected: str | None
) -> None:
    """Paths, parameters, bodies and answers of resources have rules of their own."""
    messages = found(change)

    assert [] == messages if expected is None else any(message.startswith(expected) for message in messages), messages


def test_all_faults_are_listed_with_line_numbers() -> None:
    """Every fault is reported at once, at its line, in the order of the lines."""
    text = yaml.safe_dump(CONTRACT, sort_keys=False)
    text = text.replace("operationId: get_run", "operationId: get run").replace(
        "title: Small", "title: Small\n  title: S"
    )
    text = text.replace("summary: Get a run.", "summery: Get a run.")

    listed = [str(fault) for fault in faults(text)]

    lines = [
        line + 1 for line, content in enumerate(text.splitlines()) if "Id: get run" in content or "title: S" in content
    ]
    assert f"openapi.yaml:{lines[1]}: info/title: `title` is given twice, first in line {lines[0]}" == listed[0]
    assert any(message.startswith(f"openapi.yaml:{lines[2]}: operation get run/operationId: ") for message in listed)
    assert listed == sorted(listed, key=lambda message: int(message.split(":")[1]))
    assert any("`summery` is not supported; did you mean `summary`?" in message for message in listed)


def test_invalid_yaml_is_a_fault() -> None:
    """A syntax error is reported with its line."""
    [fault] = faults("openapi: 3.1.0\npaths: {\n")

    assert str(fault).startswith("openapi.yaml:3: file: cannot be read as YAML")


def places(node: Any) -> Iterator[list[Any]]:
    """Yield the way to every node below one."""
    for key, value in node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ():
        yield [key]
        yield from ([key, *rest] for rest in places(value))


@pytest.mark.parametrize("value", [None, 7, "text", [], {}, [None], {"a": 1}], ids=str)
def test_damaged_contract_gives_list_of_faults(value: Any) -> None:
    """Whatever replaces a part of the contract, the check returns a list and raises nothing."""
    for way in places(CONTRACT):
        document = copy.deepcopy(CONTRACT)
        node = document
        for key in way[:-1]:
            node = node[key]
        node[way[-1]] = value

        assert isinstance(faults(yaml.safe_dump(document)), list), way
