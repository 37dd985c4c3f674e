"""Downloads of media files through signed URLs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..exchange import Attachment
from ..media import download_headers, media_id_from_text
from .registry import Context, operation

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["download_media"]


@operation("download_media")
def download_media(context: Context, params: Mapping[str, str]) -> Attachment:
    """Return the content of a file if the signature of its URL is valid."""
    media_id = media_id_from_text(params["media_id"])
    expires, signature = params.get("expires", ""), params.get("signature", "")
    context.links.check(media_id, expires, signature, moment=context.moment)
    row = context.links.read(context.connection, media_id)
    return Attachment(row["content"], download_headers(row))
