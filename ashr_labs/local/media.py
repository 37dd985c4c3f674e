"""Files of datasets: kept in the database, read through URLs that are signed and expire."""

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
from .store.schema import media
from .store.writing import add_row

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy import Connection, RowMapping

    from ashr_labs_types import MediaUpload

__all__ = ["MEDIA_PATH", "MediaLinks", "headers_of", "media_number", "media_of", "store_media"]

MEDIA_PATH = "/media/"
"""Where media is read: this and the number of the file."""


class MediaLinks:
    """Make and check URLs that let anybody read one file until they expire."""

    def __init__(self, secret: bytes) -> None:
        # A key of its own: nothing that is signed here can stand for an API key's digest.
        self._key = hmac.digest(secret, b"links to media", hashlib.sha256)

    def link(self, origin: str, media_id: int, expires: int) -> str:
        """Return a URL that works until `expires`, in seconds since 1970."""
        return f"{origin}{MEDIA_PATH}{media_id}?expires={expires}&signature={self._signature(media_id, expires)}"

    def check(self, media_id: int, expires: str, signature: str, *, moment: float) -> None:
        """Make sure that a URL was made here and still works.

        Raises:
            AuthorizationError: It was not, or it does not.
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
            NotFoundError: It went with its dataset.
        """
        row = connection.execute(select(media).where(media.c.id == media_id)).mappings().one_or_none()
        if row is None:
            raise NotFoundError(f"there is no file {media_id}")
        return row

    def _signature(self, media_id: int, expires: int) -> str:
        return hmac.new(self._key, f"{media_id}:{expires}".encode(), hashlib.sha256).hexdigest()


def media_number(path: str) -> int:
    """Return the number of the file that a URL's path names; 0, which no file has, where it names none."""
    number = path.removeprefix(MEDIA_PATH)
    return int(number) if re.fullmatch("[1-9][0-9]{0,17}", number) else 0


def headers_of(row: RowMapping) -> dict[str, str]:
    """Return the headers that a file is sent with: to be saved, never to be run by a browser as a page of ours."""
    return {
        "content-type": row["media_type"],
        "content-disposition": f"attachment; filename*=UTF-8''{quote(row['name'], safe='')}",
        "content-security-policy": "sandbox",
        "x-content-type-options": "nosniff",
        "cache-control": "private",
    }


def store_media(connection: Connection, owner: Mapping[str, Any], given: Sequence[MediaUpload]) -> None:
    """Keep the files of a new dataset.

    Args:
        connection: A writing one.
        owner: The tenant, the dataset and the moment, as columns.
        given: The files, as the contract allows them.

    Raises:
        ConflictError: Two of them have one name.
    """
    twice = [name for name, count in Counter(file["name"] for file in given).items() if count > 1]
    if twice:
        raise ConflictError(f"create_dataset: media: the name {twice[0]!a} is there more than once")
    for file in given:
        content = base64.b64decode(file["content"])
        row = {"name": file["name"], "media_type": file["media_type"], "size_bytes": len(content), "content": content}
        add_row(connection, media, {**owner, **row})


def media_of(connection: Connection, dataset_ids: Iterable[int]) -> Sequence[RowMapping]:
    """Return what is known of the files of datasets, without their bytes."""
    columns = (media.c.id, media.c.dataset_id, media.c.name, media.c.media_type, media.c.size_bytes)
    wanted = select(*columns).where(media.c.dataset_id.in_(dataset_ids)).order_by(media.c.id)
    return connection.execute(wanted).mappings().all()
