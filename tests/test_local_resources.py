"""Requests for resources: paths, methods, scopes, parameters and bodies, against a contract of their own."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ashr_labs.errors import AshrLabsError, BadRequestError, NotFoundError, ValidationError
from ashr_labs.local.contract import Contract
from ashr_labs.local.exchange import PlatformRequest
from ashr_labs.local.failures import RefusedError, error_body
from ashr_labs.local.multipart import Upload
from ashr_labs.local.resources import Resources

BINARY = {"type": "string", "format": "binary"}


def parameter(name: str, kind: str, place: str = "query", *, required: bool = False, **limits: Any) -> dict[str, Any]:
    return {"name": name, "in": place, "required": required, "schema": {"type": kind, **limits}}


def operation(
    name: str, *parameters: dict[str, Any], body: dict[str, Any] | None = None, **more: Any
) -> dict[str, Any]:
    described = {"operationId": name, "parameters": list(parameters), "responses": {"200": {}}, **more}
    return described if body is None else {**described, "requestBody": {"required": True, "content": body}}


def named(schema: str) -> dict[str, Any]:
    return {"schema": {"$ref": f"#/components/schemas/{schema}"}}


RUN_ID = parameter("run_id", "integer", "path", required=True, minimum=1)
NOTE = {
    "type": "object",
    "additionalProperties": False,
    "required": ["text"],
    "properties": {"text": {"type": "string"}, "pages": {"type": "integer"}},
}
FORM = {
    "type": "object",
    "additionalProperties": False,
    "required": ["metadata", "bundle"],
    "properties": {"metadata": {"type": "string"}, "bundle": BINARY},
}
PATHS: dict[str, dict[str, Any]] = {
    "/v1/runs/{run_id}": {
        "get": operation(
            "get_run", RUN_ID, parameter("limit", "integer"), parameter("part", "number"), parameter("all", "boolean")
        ),
        "put": operation("add_note", RUN_ID, body={"application/json": named("Note")}),
        "patch": operation("upload", RUN_ID, body={"multipart/form-data": named("Form")}),
        "post": operation(
            "put_spec", RUN_ID, body={"application/x-yaml": {"schema": BINARY}}, **{"x-ashr-max-bytes": 20}
        ),
    },
    "/api/runs/{run_id}": {"put": operation("add_lenient", RUN_ID, body={"application/json": named("Note")})},
}
CONTRACT = Contract({"paths": PATHS, "components": {"schemas": {"Note": NOTE, "Form": FORM}}})
RESOURCES = Resources(
    CONTRACT, [(name, described["method"], described["path"]) for name, described in CONTRACT.operations.items()]
)


def parsed(method: str, target: str, body: bytes = b"", media_type: str = "") -> dict[str, Any]:
    path, _, query = target.partition("?")
    request = PlatformRequest(method, path, query, {"content-type": media_type}, body)
    resource, in_path = RESOURCES.find(request)
    return resource.parameters(request, in_path)


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("/v1/runs/7", {"run_id": 7}),
        ("/v1/runs/7?limit=3&part=0.5&all=true", {"run_id": 7, "limit": 3, "part": 0.5, "all": True}),
        ("/v1/runs/7?limit=%2D3&all=false&part=1e3", {"run_id": 7, "limit": -3, "part": 1000.0, "all": False}),
        ("/v1/runs/%37", {"run_id": 7}),
    ],
)
def test_parameters_have_the_types_of_the_contract(target: str, expected: dict[str, Any]) -> None:
    """Texts of path and query become the numbers and booleans that the contract asks for."""
    assert expected == parsed("GET", target)
    assert expected == parsed("HEAD", target)


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("/v1/runs/x", 'get_run: run_id: "x" is not of type "integer"'),
        ("/v1/runs/0", "get_run: run_id: 0 is less than the minimum of 1"),
        ("/v1/runs/9223372036854775808", "does not fit into 64 bits"),
        ("/v1/runs/7?limit=", 'get_run: limit: "" is not of type "integer"'),
        ("/v1/runs/7?limit=1_0", 'get_run: limit: "1_0" is not of type "integer"'),
        ("/v1/runs/7?part=nan", 'get_run: part: "nan" is not of type "number"'),
        ("/v1/runs/7?all=1", 'get_run: all: "1" is not of type "boolean"'),
        ("/v1/runs/7?limit=1&limit=2", "get_run: limit is given twice"),
        ("/v1/runs/7?limt=1", "get_run: limt: unknown parameter; did you mean 'limit'?"),
        ("/v1/runs/7?run_idd=1", "get_run: run_idd: unknown parameter; did you mean 'run_id'?"),
    ],
)
def test_invalid_parameters_are_refused_by_name(target: str, message: str) -> None:
    """A parameter that is wrong, unknown or given twice is refused with its name."""
    with pytest.raises(ValidationError) as raised:
        parsed("GET", target)

    assert message in str(raised.value)


@pytest.mark.parametrize("query", ["%ff=1", "&".join(f"a{number}=1" for number in range(200))])
def test_unreadable_query_is_a_bad_request(query: str) -> None:
    """A query that is not UTF-8 or has too many fields cannot be read."""
    with pytest.raises(BadRequestError, match="get_run: the query cannot be read"):
        parsed("GET", f"/v1/runs/7?{query}")


@pytest.mark.parametrize(
    ("body", "media_type", "expected"),
    [
        (b'{"text": "a", "pages": 2.0}', "application/json; charset=utf-8", {"run_id": 7, "text": "a", "pages": 2}),
        (b'{"text": "a"}', "", {"run_id": 7, "text": "a"}),
        (b"", "", "add_note: the body must be a JSON object, got an empty one"),
        (b"[]", "", "the body must be a JSON object"),
        (b'{"text": 3}', "", 'add_note: text: 3 is not of type "string"'),
        (b'{"text": "a", "page": 1}', "", "add_note: page: unknown parameter; did you mean 'pages'?"),
        (b'{"text": "a"}', "text/plain", "content-type must be application/json, got text/plain"),
    ],
)
def test_json_body_is_validated(body: bytes, media_type: str, expected: dict[str, Any] | str) -> None:
    """The fields of a JSON body join the parameters; what is missing, wrong or unknown is refused by name."""
    if isinstance(expected, dict):
        assert expected == parsed("PUT", "/v1/runs/7", body, media_type)
        return
    with pytest.raises(AshrLabsError) as raised:
        parsed("PUT", "/v1/runs/7", body, media_type)
    assert expected in str(raised.value)


def test_unknown_fields_are_ignored_below_api() -> None:
    """Below `/api` unknown parameters are ignored, and cannot take the place of those in the path."""
    request = PlatformRequest("PUT", "/api/runs/7", "x=1", {}, b'{"text": "a", "run_id": 8, "more": 1}')
    resource, in_path = RESOURCES.find(request)
    ignored: list[str] = []

    assert {"run_id": 7, "text": "a"} == resource.parameters(request, in_path, ignored)
    assert ["x", "more", "run_id"] == ignored


def test_raw_body_arrives_as_bytes() -> None:
    """A body of another media type than JSON arrives as it is, up to the operation's limit."""
    expected = {"run_id": 7, "body": b"id: \xff\n", "media_type": "application/x-yaml"}

    assert expected == parsed("POST", "/v1/runs/7", b"id: \xff\n", "application/x-yaml")
    assert expected == parsed("POST", "/v1/runs/7", b"id: \xff\n")
    with pytest.raises(RefusedError, match="at most 20 bytes"):
        parsed("POST", "/v1/runs/7", b"x" * 21, "application/x-yaml")


def form(*parts: tuple[str, bytes], end: bytes = b"--b--\r\n") -> bytes:
    joined = b"".join(
        b"--b\r\nContent-Disposition: form-data; %s\r\n\r\n%s\r\n" % (head.encode(), content) for head, content in parts
    )
    return joined + end


METADATA = ('name="metadata"', json.dumps({"name": "ü"}).encode())
BUNDLE = ('name="bundle"; filename="a b.tar.gz"', bytes(range(256)) * 100)


def test_form_arrives_as_fields_and_files() -> None:
    """Texts of a form arrive as strings, and files with their name, type and bytes."""
    given = parsed("PATCH", "/v1/runs/7", form(METADATA, BUNDLE), "multipart/form-data; boundary=b")

    bundle = Upload("a b.tar.gz", "application/octet-stream", BUNDLE[1])
    assert {"run_id": 7, "metadata": METADATA[1].decode(), "bundle": bundle} == given


@pytest.mark.parametrize(
    ("body", "media_type", "message"),
    [
        (form(METADATA, BUNDLE), "multipart/form-data", "must be multipart/form-data"),
        (form(METADATA, BUNDLE), "multipart/form-data; boundary=c", "must be multipart/form-data"),
        (form(METADATA, BUNDLE, end=b""), "multipart/form-data; boundary=b", "ends before its last boundary"),
        (form(METADATA, METADATA, BUNDLE), "multipart/form-data; boundary=b", "a name of its own, got 'metadata'"),
        (form(("x=1", b""), BUNDLE), "multipart/form-data; boundary=b", "a name of its own, got ''"),
        (form(*[(f'name="a{n}"', b"") for n in range(1001)]), "multipart/form-data; boundary=b", "at most 1,000 parts"),
        (
            form(('name="metadata"', b"\xff"), BUNDLE),
            "multipart/form-data; boundary=b",
            "must be UTF-8 in a text field",
        ),
        (form(METADATA), "multipart/form-data; boundary=b", "bundle"),
        (form(METADATA, BUNDLE, ('name="tagg"', b"")), "multipart/form-data; boundary=b", "tagg: unknown parameter"),
        (b"", "multipart/form-data; boundary=b", "must be multipart/form-data"),
    ],
)
def test_invalid_forms_are_refused(body: bytes, media_type: str, message: str) -> None:
    """A form that is cut off, repeats itself, or lacks or adds a field is refused with the reason."""
    with pytest.raises(AshrLabsError) as raised:
        parsed("PATCH", "/v1/runs/7", body, media_type)

    assert message in str(raised.value)


def test_unknown_paths_and_methods_are_refused() -> None:
    """An unknown path is not found, and another method is refused with those that the path has."""
    with pytest.raises(NotFoundError):
        RESOURCES.find(PlatformRequest("GET", "/v1/nothing"))
    with pytest.raises(RefusedError) as raised:
        RESOURCES.find(PlatformRequest("DELETE", "/v1/runs/7"))

    assert (405, {"allow": "GET, HEAD, PATCH, POST, PUT"}) == (raised.value.status, raised.value.headers)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/v1/x", {"error": "no", "code": "not_found", "path": "a"}),
        ("/api/x", {"error": "no", "statusCode": 404, "path": "a"}),
        ("/", {"status": "error", "message": "no", "path": "a"}),
        ("/v1x", {"status": "error", "message": "no", "path": "a"}),
    ],
)
def test_error_bodies_are_those_of_the_path(path: str, expected: dict[str, Any]) -> None:
    """Each kind of path has the form of error that its clients read."""
    assert expected == error_body(path, 404, "no", {"path": "a"})
