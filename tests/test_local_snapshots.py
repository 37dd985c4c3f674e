"""Snapshots of agents on the embedded platform: upload, versions, tags, references, and what is refused."""

from __future__ import annotations

import gzip
import json
import tarfile
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import func, select

from ashr_labs.bundles import pack_files, read_bundle
from ashr_labs.local import open_platform
from ashr_labs.local.store.schema import bundles
from support.local_api import Api, Place, database_with_tenants
from support.snapshots import archive, upload, uploaded

GOOD = {"name": "mine", "entrypoint": ["python3", "main.py"]}


@pytest.fixture(name="api")
def _api(place: Place) -> Iterator[Api]:
    with Api.opened(place) as api:
        yield api


@pytest.fixture(name="shared", scope="module")
def _shared() -> Iterator[Api]:
    with Api.opened() as api:
        yield api


def test_upload_makes_the_next_version(api: Api) -> None:
    """Versions count up for each name, and a record has everything that was sent."""
    auth = {"required_env": ["KEY"], "config_files": [{"path": "~/.x", "template": "{{ secrets.KEY }}"}]}
    first = uploaded(api, "support", {"main.py": "1"}, "python3", "main.py", runtime="cobol74", auth=auth, tag="v1")
    second = uploaded(api, "support", {"main.py": "2"})
    other = uploaded(api, "other", {"main.py": "1"})

    assert {
        "id": "snap_1",
        "name": "support",
        "version": 1,
        "tag": "v1",
        "tags": ["v1"],
        "storage_path": "/agents/support/v1",
        "runtime": "cobol74",
        "entrypoint": ["python3", "main.py"],
        "auth": auth,
    }.items() <= first.items()
    assert ("snap_2", 2, "", None) == (second["id"], second["version"], second["tag"], second["auth"])
    assert (1, first["digest"]) == (other["version"], other["digest"])
    assert pack_files({"main.py": b"1"}).digest == first["digest"]
    assert first["size_bytes"] == len(pack_files({"main.py": b"1"}).content)


def test_same_files_are_a_new_version_and_are_stored_once(place: Place) -> None:
    """However the files were packed, the bundle is stored once, until the last row that refers to it is deleted."""
    plain = archive(("./main.py", b"x"))
    with Api.opened(place) as api:
        made = [upload(api, content, GOOD).body for content in (plain, gzip.compress(gzip.decompress(plain), 1))]
        deployed = api.send("POST", "/api/agents", {"name": "host", "systemPrompt": "Be brief."})
        made.append(uploaded(api, "copy", {"CLAUDE.md": "Be brief."}))
        sizes = {one["digest"]: one["size_bytes"] for one in made}
        archives = [api.send("GET", f"/v1/snapshots/{one['id']}/bundle").content for one in made]
        for snapshot in ("mine@1", "copy@1"):
            assert 204 == api.send("DELETE", f"/v1/snapshots/{snapshot}").status

        assert [1, 2] == [one["version"] for one in made[:2]]
        assert 201 == deployed.status
        assert archives[0] == archives[1] == pack_files({"main.py": b"x"}).content
        assert [sizes[one["digest"]] for one in made] == [len(content) for content in archives]
        assert 2 == stored_bundles(api)
        assert "Be brief." == api.got("/api/agents/host/files/CLAUDE.md")["content"]
        api.send("DELETE", "/v1/snapshots/mine@2")
        api.send("DELETE", "/api/agents/host")
        assert 0 == stored_bundles(api)


def stored_bundles(api: Api) -> int:
    with api.platform._database.read() as connection:
        return connection.scalar(select(func.count()).select_from(bundles)) or 0


def test_references(api: Api) -> None:
    """An id, a digest, a name alone, with a version and with a tag each find their snapshot."""
    first = uploaded(api, "a.b-c_D", {"main.py": "1"}, tag="stable")
    second = uploaded(api, "a.b-c_D", {"main.py": "2"}, tag="next")
    again = uploaded(api, "other", {"main.py": "1"})
    name = "/v1/agents/a.b-c_D"
    found = {
        "/v1/snapshots/snap_1": first,
        f"/v1/snapshots/{second['digest']}": second,
        f"/v1/snapshots/{first['digest']}": again,
        "/v1/snapshots/a.b-c_D": second,
        "/v1/snapshots/a.b-c_D%401": first,
        "/v1/snapshots/a.b-c_D:stable": first,
        "/v1/snapshots/a.b-c_D:latest": second,
        f"{name}/latest": second,
        f"{name}/versions/1": first,
        f"{name}/tags/next": second,
        f"{name}/tags/latest": second,
    }

    assert found == {target: api.got(target) for target in found}


def test_tag_moves_to_the_newest_upload(api: Api) -> None:
    """A tag is on one snapshot of a name; other names have their own."""
    uploaded(api, "one", tag="stable")
    uploaded(api, "two", tag="stable")
    uploaded(api, "one", tag="stable")

    assert ["stable", ""] == [item["tag"] for item in api.got("/v1/agents/one/versions")["items"]]
    assert 2 == api.got("/v1/agents/one/tags/stable")["version"]
    assert 1 == api.got("/v1/agents/two/tags/stable")["version"]


def test_deleted_version_is_not_used_again(api: Api) -> None:
    """A deleted snapshot is gone with its tags; the next upload has the next number."""
    uploaded(api, tag="stable")
    uploaded(api)
    assert 204 == api.send("DELETE", "/v1/snapshots/snap_2").status
    assert 204 == api.send("DELETE", "/v1/snapshots/mine@1").status

    for target in ("latest", "versions", "versions/1", "tags/stable"):
        assert 404 == api.send("GET", f"/v1/agents/mine/{target}").status
    assert 404 == api.send("DELETE", "/v1/snapshots/snap_2").status
    assert 3 == uploaded(api)["version"]


@pytest.mark.parametrize("reference", ["mine", "mine:stable", "mine:latest"])
def test_deletion_needs_a_reference_that_stays(shared: Api, reference: str) -> None:
    """A reference that may mean another snapshot tomorrow deletes nothing."""
    uploaded(shared, tag="stable")
    answer = shared.send("DELETE", f"/v1/snapshots/{reference}")

    assert (422, True) == (answer.status, "by its id or version" in answer.body["error"])


def test_digest_of_several_snapshots_deletes_none(api: Api) -> None:
    """The error names the snapshots; the digest of one snapshot deletes it."""
    digest = uploaded(api)["digest"]
    uploaded(api)
    answer = api.send("DELETE", f"/v1/snapshots/{digest}")
    api.send("DELETE", "/v1/snapshots/snap_1")

    assert (409, True) == (answer.status, "snap_2, snap_1" in answer.body["error"])
    assert 204 == api.send("DELETE", f"/v1/snapshots/{digest}").status


def test_pages(api: Api) -> None:
    """Names are listed in order with their newest snapshot, versions newest first, each on one page."""
    for number in range(5):
        uploaded(api, f"agent-{number % 3}", {"main.py": str(number)})
    names = [(item["name"], item["version"]) for item in pages(api, "/v1/agents?limit=2")]
    for number in range(3):
        uploaded(api, "agent-0", {"main.py": f"more {number}"})
    versions = [item["version"] for item in pages(api, "/v1/agents/agent-0/versions?limit=2")]
    cursor = api.got("/v1/agents?limit=1")["next_cursor"]

    assert [("agent-0", 2), ("agent-1", 2), ("agent-2", 1)] == names
    assert [5, 4, 3, 2, 1] == versions
    assert 400 == api.send("GET", f"/v1/agents/agent-0/versions?cursor={cursor}").status
    assert 400 == api.send("GET", "/v1/agents?cursor=invented").status


def pages(api: Api, target: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    page = api.got(target)
    while page["next_cursor"]:
        items += page["items"]
        page = api.got(f"{target}&cursor={page['next_cursor']}")
    return items + page["items"]


def test_download_is_the_archive(api: Api) -> None:
    """The archive has the files, and a name for browsers."""
    uploaded(api, "mine", {"main.py": "x", "lib/a.py": "y"}, tag="t")
    answer = api.send("GET", "/v1/snapshots/mine:t/bundle")

    assert ["lib/a.py", "main.py"] == [member.path for member in read_bundle(answer.content).members]
    assert 'attachment; filename="mine-1.tar.gz"' == answer.headers["content-disposition"]


def test_repeated_upload_is_done_once(api: Api) -> None:
    """An upload with the same idempotency key gets the first answer, and makes no further version."""
    content = pack_files({"main.py": b""}).content
    body = (
        b'--x\r\ncontent-disposition: form-data; name="metadata"\r\n\r\n'
        + json.dumps(GOOD).encode()
        + b'\r\n--x\r\ncontent-disposition: form-data; name="bundle"; filename="b"\r\n\r\n'
        + content
        + b"\r\n--x--\r\n"
    )
    headers = {"content_type": "multipart/form-data; boundary=x", "idempotency_key": "k"}
    made = [api.send("POST", "/v1/agents", body, **headers).body for _ in range(2)]

    assert made[0] == made[1]
    assert 1 == len(api.got("/v1/agents/mine/versions")["items"])


def test_concurrent_uploads_and_deletions(place: Place) -> None:
    """Uploads of one name get numbers of their own; no bundle is deleted that another upload begins to use."""
    with Api.opened(place) as api:
        made: list[dict[str, Any]] = []

        def work() -> None:
            for number in range(6):
                one = uploaded(api, "mine", {"main.py": str(number % 2)})
                made.append(one)
                if number % 2:
                    assert 204 == api.send("DELETE", f"/v1/snapshots/{one['id']}").status

        threads = [threading.Thread(target=work) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        kept = api.got("/v1/agents/mine/versions")["items"]

        assert [*range(1, 19)] == sorted(one["version"] for one in made)
        assert 9 == len(kept)
        for one in kept:
            assert read_bundle(api.send("GET", f"/v1/snapshots/{one['id']}/bundle").content).digest == one["digest"]


def test_tenants_are_apart(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Each tenant has its own names, versions, tags and bundles."""
    keys = database_with_tenants(place := tmp_path_factory.mktemp("two") / "two.db")
    platform = open_platform(place)
    first, second = (Api(platform, key, number) for number, key in enumerate(keys, 1))
    theirs = uploaded(first, tag="stable")
    mine = uploaded(second)

    assert (1, theirs["digest"]) == (mine["version"], mine["digest"])
    assert 404 == second.send("GET", f"/v1/snapshots/{theirs['id']}").status
    assert 404 == second.send("GET", "/v1/agents/mine/tags/stable").status
    assert mine == second.got(f"/v1/snapshots/{theirs['digest']}")
    assert [mine] == second.got("/v1/agents")["items"]
    first.send("DELETE", f"/v1/snapshots/{theirs['id']}")
    assert 200 == second.send("GET", f"/v1/snapshots/{mine['id']}/bundle").status
    platform.close()


def special(name: str, kind: bytes, target: str = "") -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.type, member.linkname = kind, target
    return member


def bomb() -> bytes:
    """Return an archive of 300 KB with one file of 300 MB."""
    header = tarfile.TarInfo("zeros")
    header.size = 300 << 20
    return gzip.compress(header.tobuf()) + 300 * gzip.compress(bytes(1 << 20))


BAD_ARCHIVES = {
    "absolute name": (archive(("/etc/passwd", b"")), "must have a path relative to the bundle"),
    "name that leads out": (archive(("../x", b"")), "must stay in the bundle"),
    "link that leads out": (archive(special("x", tarfile.SYMTYPE, "../../etc")), "leads out of the bundle"),
    "absolute link": (archive(special("x", tarfile.SYMTYPE, "/etc/passwd")), "leads out of the bundle"),
    "hard link": (archive(special("x", tarfile.LNKTYPE, "/etc/passwd")), "is a hard link"),
    "device": (archive(special("x", tarfile.CHRTYPE)), "got a device"),
    "pipe": (archive(special("x", tarfile.FIFOTYPE)), "got a pipe"),
    "the same path twice": (archive(("a", b""), ("a", b"")), "is there twice"),
    "nothing": (archive(), "must have at least one file"),
    "no archive": (b"PK\x03\x04", "must be a tar archive that is compressed by gzip"),
    "cut off": (pack_files({"a": bytes(10_000)}).content[:-9], "must be a tar archive"),
}


@pytest.mark.parametrize("case", BAD_ARCHIVES)
def test_bad_archives_are_refused(shared: Api, case: str) -> None:
    """Each archive that must not be unpacked is refused with its member, and stores nothing."""
    content, message = BAD_ARCHIVES[case]
    before = shared.got("/v1/agents")
    answer = upload(shared, content, {**GOOD, "name": "bad"})

    assert (422, "bundle") == (answer.status, answer.body["path"]), answer.body
    assert message in answer.body["error"]
    assert before == shared.got("/v1/agents")


@pytest.mark.integration
def test_bomb_is_refused(shared: Api) -> None:
    """An archive that unpacks to more than the limit is refused before it is unpacked whole."""
    answer = upload(shared, bomb(), GOOD)

    assert 422 == answer.status
    assert "must have at most 268,435,456 bytes together" in answer.body["error"]


def test_upload_above_the_limit_is_refused(shared: Api) -> None:
    """A body above 33 MiB is refused as such, and an archive above 32 MiB by its own limit."""
    assert 413 == upload(shared, bytes(33 << 20), GOOD).status
    answer = upload(shared, bytes((32 << 20) + 1), GOOD)

    assert 422 == answer.status
    assert "a bundle must have at most 33,554,432 bytes" in answer.body["error"]


BAD_METADATA: dict[str, tuple[Any, int, str]] = {
    "no JSON": ("{", 400, "`metadata` must be JSON"),
    "no object": ("[]", 400, "`metadata` must be a JSON object"),
    "no name": ({"entrypoint": ["x"]}, 422, "name"),
    "name with a slash": ({**GOOD, "name": "a/b"}, 422, "name"),
    "name with a mark": ({**GOOD, "name": "a@3"}, 422, "name"),
    "name of an id": ({**GOOD, "name": "snap_12"}, 422, "has the form of an id"),
    "reserved tag": ({**GOOD, "tag": "latest"}, 422, "always means the newest version"),
    "unknown field": ({**GOOD, "entry_point": []}, 422, "entrypoint"),
    "entrypoint as a string": ({**GOOD, "entrypoint": "python main.py"}, 422, "entrypoint"),
    "empty entrypoint": ({**GOOD, "entrypoint": []}, 422, "entrypoint"),
    "blank program": ({**GOOD, "entrypoint": [" "]}, 422, "must begin with a program"),
    "program that is not there": ({**GOOD, "entrypoint": ["./run.sh"]}, 422, "'./run.sh' is not one of the files"),
    "program outside": ({**GOOD, "entrypoint": ["../run.sh"]}, 422, "'../run.sh' is not one of the files"),
    "program that cannot be run": ({**GOOD, "entrypoint": ["./main.py"]}, 422, "'./main.py' is not executable"),
    "variable with a blank": ({**GOOD, "auth": {"required_env": ["A B"]}}, 422, "required_env"),
    "unknown need": ({**GOOD, "auth": {"required": []}}, 422, "auth"),
    "config file outside": (
        {**GOOD, "auth": {"config_files": [{"path": "../x", "template": ""}]}},
        422,
        "auth.config_files[0]: `path` must be relative",
    ),
}


@pytest.mark.parametrize("case", BAD_METADATA)
def test_bad_metadata_is_refused(shared: Api, case: str) -> None:
    """Each fault is named with its field."""
    metadata, status, message = BAD_METADATA[case]
    answer = upload(shared, pack_files({"main.py": b""}).content, metadata)

    assert status == answer.status, answer.body
    assert message in answer.body["error"]


def test_large_requirements_are_refused(shared: Api) -> None:
    """The file that names packages has a limit of its own."""
    content = pack_files({"main.py": b"", "requirements.txt": b"x\n" * 60_000}).content
    answer = upload(shared, content, GOOD)

    assert (422, True) == (answer.status, "requirements.txt must have at most 100,000 bytes" in answer.body["error"])


def test_forms_that_are_not_an_upload_are_refused(shared: Api) -> None:
    """JSON, a form without an archive, and an archive in a text field are refused."""
    form = b'--x\r\ncontent-disposition: form-data; name="metadata"\r\n\r\n%s\r\n%s--x--\r\n'
    field = b'--x\r\ncontent-disposition: form-data; name="bundle"\r\n\r\ntext\r\n'
    kind = "multipart/form-data; boundary=x"
    good = json.dumps(GOOD).encode()

    assert 415 == shared.send("POST", "/v1/agents", GOOD, content_type="application/json").status
    assert 422 == shared.send("POST", "/v1/agents", form % (good, b""), content_type=kind).status
    assert 422 == shared.send("POST", "/v1/agents", form % (good, field), content_type=kind).status
