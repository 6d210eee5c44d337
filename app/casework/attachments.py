"""Photographs and scans: checked, turned upright, made small enough for a thin line."""

from __future__ import annotations

from io import BytesIO
from typing import Final
from uuid import UUID

from PIL import Image, ImageOps, UnidentifiedImageError

from app.errors import Refused
from app.i18n import _
from app.models.attachments import Attachment
from app.models.contents import Content, keep_content
from app.models.store import Store

LONGEST_SIDE_PX: Final = 1600
_MOST_BYTES: Final = 40_000_000
_MOST_PIXELS: Final = 120_000_000


def attach_picture(
    store: Store, author: UUID, person: UUID, data: bytes, *, attachment_kind: str,
    caption: str | None = None,
) -> Attachment:  # fmt: skip
    """Keep a picture on a person's file, resized and without the camera's own notes.

    Args:
        data: A JPEG, PNG, WebP, TIFF, BMP or GIF file.

    Raises:
        Refused: It is not a picture we can read.
    """
    content, (width, height) = prepare_picture(data)
    # The bytes first: a record must not name what is not there.
    digest = keep_content(store, content)
    with store.write(author) as db:
        attachment = Attachment(
            person=person,
            attachment_kind=attachment_kind,
            caption=caption,
            digest=digest,
            media_type=content.media_type,
            size=len(content.data),
            width=width,
            height=height,
        )
        db.add(attachment)
    return attachment


def prepare_picture(data: bytes) -> tuple[Content, tuple[int, int]]:
    """Read, turn upright, shrink and re-encode a picture; place and camera are left out."""
    if len(data) > _MOST_BYTES:
        raise _not_a_picture()
    try:
        with Image.open(BytesIO(data)) as picture:
            if picture.width * picture.height > _MOST_PIXELS:
                raise _not_a_picture()
            upright = ImageOps.exif_transpose(picture).convert("RGB")
    except (UnidentifiedImageError, OSError, SyntaxError, Image.DecompressionBombError) as error:
        raise _not_a_picture() from error
    upright.thumbnail((LONGEST_SIDE_PX, LONGEST_SIDE_PX))
    encoded = BytesIO()
    upright.save(encoded, "JPEG", quality=82, optimize=True)
    return Content(encoded.getvalue(), "image/jpeg"), upright.size


def _not_a_picture() -> Refused:
    return Refused(
        "not_a_picture",
        _("This file is not a picture we can read. Choose a photograph or scan (JPEG, PNG)."),
        "digest",
        "attachment",
    )
