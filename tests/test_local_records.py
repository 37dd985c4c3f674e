"""Datasets of records on the embedded platform: versions, tags, pages and limits."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ashr_labs.local import open_platform
from support.local_api import Api, Place


@pytest.fixture(name="api")
def _api(place: Place) -> Generator[Api]:
    platform = open_platform(place, now=lambda: 1_767_225_600.0)
    yield Api(platform, platform.bootstrap())
    platform.close()


def created(api: Api, *records: dict[str, Any], name: str = "refunds") -> str:
    answer = api.send("POST", "/v1/datasets", {"name": name})
    assert answer.status == 201
    path = f"/v1/datasets/{answer.body['id']}"
    if records:
        added(api, path, *records)
    return path


def added(api: Api, path: str, *records: dict[str, Any], **options: Any) -> dict[str, Any]:
    answer = api.send("POST", f"{path}/records", {"records": records, **options})
    assert answer.status == 200, answer.body
    body: dict[str, Any] = answer.body
    return body


def inputs(api: Api, path: str, query: str = "") -> list[Any]:
    return [record["input"] for record in api.got(f"{path}/records{query}")]


def test_records_round_trip(api: Api) -> None:
    """Inputs and expectations of any JSON type come back as they were sent, and what was not given is left out."""
    path = created(api, {"input": {"q": "a\x00b"}, "expected": None, "metadata": {"k": [1]}, "tags": ["b", "a", "a"]})
    added(api, path, {"input": None}, {"input": 0, "id": "mine"})

    first, second, third = api.got(f"{path}/records")
    assert ({"q": "a\x00b"}, None, {"k": [1]}, ["a", "b"]) == tuple(
        first[name] for name in ("input", "expected", "metadata", "tags")
    )
    assert {"id": second["id"], "input": None, "metadata": {}, "tags": [], "version": 3} == second
    assert "mine" == third["id"]
    dataset = api.got(path)
    assert ("refunds", "", 3, 3, "2026-01-01T00:00:00.000000Z") == tuple(
        dataset[name] for name in ("name", "description", "version", "record_count", "created_at")
    )


def test_each_version_stays_readable(api: Api) -> None:
    """A version has the records that it had when it was the newest one."""
    path = created(api, {"input": 1, "id": "a"}, {"input": 2, "id": "b"})
    added(api, path, {"input": 3})
    assert 204 == api.send("DELETE", f"{path}/records/a").status
    assert {"added": 1, "skipped": 0, "version": 5} == added(api, path, {"input": 4, "id": "a"}, replace=True)

    found = [inputs(api, path, f"?version={version}") for version in (1, 2, 3, 4, 5)]
    assert [[], [1, 2], [1, 2, 3], [2, 3], [4]] == found
    assert [4] == inputs(api, path)
    missing = api.send("GET", f"{path}/records?version=6")
    assert (404, True) == (missing.status, "the newest one is 5" in missing.body["error"])


def test_records_with_an_id_that_is_there_are_skipped(api: Api) -> None:
    """The same records a second time add nothing and make no version; of equal ids in one request the first counts."""
    path = created(api)
    rows: list[dict[str, Any]] = [{"input": 1, "id": "a"}, {"input": 2, "id": "a"}, {"input": 3}]
    assert {"added": 2, "skipped": 1, "version": 2} == added(api, path, *rows)
    assert {"added": 0, "skipped": 1, "version": 2} == added(api, path, {"input": 9, "id": "a"})
    assert {"added": 0, "skipped": 0, "version": 2} == added(api, path)

    assert [1, 3] == inputs(api, path)


@pytest.mark.parametrize(
    ("tags", "found"),
    [
        ("pro", [1, 2]),
        ("pro,eu", [2]),
        ("eu,pro", [2]),
        ("Pro", []),
        ("pr", []),
        ("%5C", []),
        ("a%22b", [3]),
        ("", [1, 2, 3]),
    ],
)
def test_tags_select_records_that_have_all_of_them(api: Api, tags: str, found: list[int]) -> None:
    """Several tags select what has all of them; a part of a tag, or other case, selects nothing."""
    path = created(
        api,
        {"input": 1, "tags": ["pro"]},
        {"input": 2, "tags": ["eu", "pro"]},
        {"input": 3, "tags": ['a"b', "production"]},
    )

    assert found == inputs(api, path, f"?tags={tags}")


def test_pages_follow_the_last_id_while_records_are_removed(api: Api) -> None:
    """Pages of a version have each record once, although the record that the next page begins after is removed."""
    path = created(api, *({"input": number, "id": str(number)} for number in range(7)))
    found: list[Any] = []
    after = ""
    while page := api.got(f"{path}/records?version=2&limit=3{after}"):
        found += [record["input"] for record in page]
        api.send("DELETE", f"{path}/records/{page[-1]['id']}")
        after = f"&after={page[-1]['id']}"

    assert list(range(7)) == found
    assert [0, 1, 3, 4] == inputs(api, path)


def test_large_records_are_read_in_pages(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """All records at once have a limit of their size, and the refusal says how to read them."""
    path = created(api, *({"input": str(number) * 7_000_000} for number in range(3)))

    refused = api.send("GET", f"{path}/records")
    assert (422, True) == (refused.status, "in pages with `limit` and `after`" in refused.body["error"])
    [first, second] = api.got(f"{path}/records?limit=10")
    [third] = api.got(f"{path}/records?limit=10&after={second['id']}")
    assert ["0", "1", "2"] == [one["input"][0] for one in (first, second, third)]
    monkeypatch.setattr("ashr_labs.local.operations.records._MAX_RECORDS", 3)
    refused = api.send("POST", f"{path}/records", {"records": [{"input": 1}]})
    assert (422, True) == (refused.status, "at most 3 records" in refused.body["error"])
    assert 3 == len(api.got(f"{path}/records?limit=1")) + 2 == api.got(path)["record_count"]


def test_datasets_are_listed_newest_first_and_found_by_name(api: Api) -> None:
    """Several datasets may have one name; a name selects them, and pages follow the last id."""
    paths = [created(api, name=name) for name in ("a", "b", "a")]
    ids = [path.rpartition("/")[2] for path in reversed(paths)]

    assert ids == [one["id"] for one in api.got("/v1/datasets")]
    assert [ids[0], ids[2]] == [one["id"] for one in api.got("/v1/datasets?name=a")]
    assert ids[1:] == [one["id"] for one in api.got(f"/v1/datasets?before={ids[0]}")]
    assert 204 == api.send("DELETE", paths[0]).status
    assert 404 == api.send("GET", f"{paths[0]}/records").status
    assert ids[:2] == [one["id"] for one in api.got("/v1/datasets")]


@pytest.mark.parametrize(
    ("method", "target", "body", "status", "text"),
    [
        ("POST", "", {"records": [{"inptu": 1}]}, 422, "'inptu' was unexpected"),
        ("POST", "", {"records": [{"expected": 1}]}, 422, "records[0]"),
        ("POST", "", {"records": [{"input": 1, "tags": ["a,b"]}]}, 422, "records[0].tags[0]"),
        ("POST", "", {"records": [{"input": 1, "tags": "ab"}]}, 422, "records[0].tags"),
        ("POST", "", {"records": [{"input": 1, "metadata": []}]}, 422, "records[0].metadata"),
        ("POST", "", {"records": [{"input": 1}] * 10_001}, 422, "records"),
        ("POST", "", {"records": [{"input": 1, "id": "a\x00"}]}, 422, "cannot be stored"),
        ("POST", "", {"rows": []}, 422, "rows"),
        ("GET", "?after=none", None, 422, "must be the id of a record of the dataset"),
        ("GET", "?version=0", None, 422, "version"),
        ("GET", "?tag=a", None, 422, "tag"),
        ("DELETE", "/none", None, 404, "there is no record 'none'"),
    ],
)
def test_wrong_requests_are_refused_by_name(
    api: Api, method: str, target: str, body: Any, status: int, text: str
) -> None:
    """A wrong request changes nothing, and its error has the path of what is wrong."""
    path = created(api)
    answer = api.send(method, f"{path}/records{target}", body)

    assert (status, True) == (answer.status, text in answer.body["error"]), answer.body
    assert 1 == api.got(path)["version"]


@given(changes=st.lists(st.tuples(st.booleans(), st.sets(st.sampled_from("abcde"), max_size=4)), max_size=6))
def test_versions_are_those_of_a_model(changes: list[tuple[bool, set[str]]]) -> None:
    """After any changes every version has the records that a list of sets says."""
    with Api.opened() as api:
        path = created(api)
        model: list[list[str]] = [[]]
        for is_replaced, keys in changes:
            before = [] if is_replaced else model[-1]
            after = [*before, *sorted(keys - {*before})]
            if after != before or (is_replaced and model[-1]):
                model.append(after)
            added(api, path, *({"input": key, "id": key} for key in sorted(keys)), replace=is_replaced)

        assert model == [inputs(api, path, f"?version={version}") for version in range(1, len(model) + 1)]
        assert len(model) == api.got(path)["version"]
