"""Media files of datasets: stored in the database, downloaded through signed URLs that expire."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections import Counter
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from sqlalchemy import select

from ..errors import AuthorizationError, ConflictError, NotFoundError
from .store.columns import add_row
from .store.schema import media

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy import Connection, RowMapping

    from ashr_labs_types import MediaUpload

__all__ = ["MEDIA_PATH", "MediaLinks", "download_headers", "media_for", "media_id_from_text", "store_media"]

MEDIA_PATH = "/media/"
"""URL path of downloads, followed by the id of the file."""


class MediaLinks:
    """Sign and verify URLs; each allows the download of one file until it expires."""

    def __init__(self, secret: bytes) -> None:
        # A derived key: no signature made here can be the digest of an API key.
        self._key = hmac.digest(secret, b"links to media", hashlib.sha256)

    def link(self, origin: str, media_id: int, expires: int) -> str:
        """Return a URL that is valid until `expires`, in seconds since the epoch."""
        return f"{origin}{MEDIA_PATH}{media_id}?expires={expires}&signature={self._signature(media_id, expires)}"

    def check(self, media_id: int, expires: str, signature: str, *, moment: float) -> None:
        """Verify the signature and expiry of a URL.

        Raises:
            AuthorizationError: The URL was not signed by this platform, or it has expired.
        """
        if not re.fullmatch("[0-9]{1,20}", expires) or not hmac.compare_digest(
            self._signature(media_id, int(expires)).encode(), signature.encode()
        ):
            raise AuthorizationError("the URL is not signed by this platform; ask for a new one")
        if moment >= int(expires):
            raise AuthorizationError("the URL has expired; ask for a new one")

    def read(self, connection: Connection, media_id: int) -> RowMapping:
        """Return a file.

        Raises:
            NotFoundError: It was deleted with its dataset.
        """
        row = connection.execute(select(media).where(media.c.id == media_id)).mappings().one_or_none()
        if row is None:
            raise NotFoundError(f"there is no file {media_id}")
        return row

    def _signature(self, media_id: int, expires: int) -> str:
        return hmac.new(self._key, f"{media_id}:{expires}".encode(), hashlib.sha256).hexdigest()


def media_id_from_text(number: str) -> int:
    """Return the file id that is written in a URL; 0, which is never an id, if there is none."""
    return int(number) if re.fullmatch("[1-9][0-9]{0,17}", number) else 0


def download_headers(row: Mapping[Any, Any]) -> dict[str, str]:
    """Return response headers that make browsers save the file instead of rendering it under our origin.

    Args:
        row: `media_type` and `name` of the file.
    """
    return {
        "content-type": row["media_type"],
        "content-disposition": f"attachment; filename*=UTF-8''{quote(row['name'], safe='')}",
        "content-security-policy": "sandbox",
        "x-content-type-options": "nosniff",
        "cache-control": "private",
    }


def store_media(connection: Connection, owner: Mapping[str, Any], given: Sequence[MediaUpload]) -> None:
    """Store the files of a new dataset.

    Args:
        connection: A writing connection.
        owner: Values of the columns for tenant, dataset and creation time.
        given: The files, validated against the contract.

    Raises:
        ConflictError: Two files have the same name.
    """
    repeated = [name for name, count in Counter(file["name"] for file in given).items() if count > 1]
    if repeated:
        raise ConflictError(f"create_dataset: media: names must be unique, got {repeated[0]!a} more than once")
    for file in given:
        content = base64.b64decode(file["content"])
        row = {"name": file["name"], "media_type": file["media_type"], "size_bytes": len(content), "content": content}
        add_row(connection, media, {**owner, **row})


def media_for(connection: Connection, dataset_ids: Iterable[int]) -> Sequence[RowMapping]:
    """Return the metadata of the files of datasets, without their content."""
    columns = (media.c.id, media.c.dataset_id, media.c.name, media.c.media_type, media.c.size_bytes)
    wanted = select(*columns).where(media.c.dataset_id.in_(dataset_ids)).order_by(media.c.id)
    return connection.execute(wanted).mappings().all()
