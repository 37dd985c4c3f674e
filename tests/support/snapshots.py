"""Uploads of agents in tests."""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Mapping
from typing import Any

from ashr_labs.bundles import pack_files
from ashr_labs.client._forms import FormFile, form_body
from ashr_labs.local.exchange import PlatformResponse
from support.local_api import Api

__all__ = ["archive", "upload", "uploaded"]


def upload(api: Api, content: bytes, metadata: Mapping[str, Any] | str, **headers: str) -> PlatformResponse:
    """Send an archive with its metadata, and return whatever comes back."""
    text = metadata if isinstance(metadata, str) else json.dumps(metadata)
    body, kind = form_body({"metadata": text}, {"bundle": FormFile("a.tar.gz", "application/gzip", content)})
    return api.send("POST", "/v1/agents", body, content_type=kind, **headers)


def uploaded(
    api: Api, name: str = "mine", files: Mapping[str, str] | None = None, *entrypoint: str, **metadata: Any
) -> dict[str, Any]:
    """Upload files, which must be taken, and return the snapshot."""
    content = pack_files({path: text.encode() for path, text in (files or {"main.py": ""}).items()}).content
    given = {"name": name, "entrypoint": list(entrypoint or ("python3", "main.py")), **metadata}
    answer = upload(api, content, given)
    assert 201 == answer.status, answer.body
    found: dict[str, Any] = answer.body
    return found


def archive(*members: tarfile.TarInfo | tuple[str, bytes]) -> bytes:
    """Return a compressed archive of files and of other members."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as tar:
        for member in members:
            if isinstance(member, tarfile.TarInfo):
                tar.addfile(member)
                continue
            header = tarfile.TarInfo(member[0])
            header.size = len(member[1])
            tar.addfile(header, io.BytesIO(member[1]))
    return out.getvalue()
