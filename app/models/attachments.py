"""Photographs and scans: named by a record, kept by the digest of their content."""

from __future__ import annotations

from typing import ClassVar, Final
from uuid import UUID

from sqlalchemy.orm import Mapped

from app.i18n import N_
from app.models.choices import Coded
from app.models.fields import P1, P2, choice, content, number, reference, text
from app.models.layout import Section
from app.models.record import Record

ATTACHMENT_KINDS: Final = Coded(
    "attachment_kinds",
    {
        "photo": N_("Photograph of the person"),
        "document": N_("Scan of a document"),
        "consent": N_("Signed consent"),
        "form": N_("Signed form"),
        "other": N_("Other"),
    },
)


class Attachment(Record):
    """A picture that belongs to a person's file; its bytes travel apart from the records."""

    title = N_("Attachment")

    person: Mapped[UUID] = reference(N_("Person"), "person", required=True, root=True)
    attachment_kind: Mapped[str | None] = choice(
        N_("What it shows"), ATTACHMENT_KINDS, personal=P2, required=True, table=True
    )
    caption: Mapped[str | None] = text(N_("Caption"), personal=P2, table=True)
    digest: Mapped[str | None] = content(N_("Content"), personal=P1, required=True)
    media_type: Mapped[str | None] = text(N_("Format"), personal=P1, max_length=60, required=True)
    size: Mapped[int | None] = number(N_("Size in bytes"), personal=P1, required=True)
    width: Mapped[int | None] = number(N_("Width in pixels"), personal=P1)
    height: Mapped[int | None] = number(N_("Height in pixels"), personal=P1)

    sections: ClassVar = (
        Section(
            N_("Attachment"),
            (
                ("attachment_kind", "caption"),
                ("digest",),
                ("media_type", "size"),
                ("width", "height"),
            ),
        ),
    )

    @property
    def summary(self) -> str:
        return self.caption or self.shown("attachment_kind")
