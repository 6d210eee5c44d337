"""A person's file opened to another office or a partner: which parts, for what, until when."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import ClassVar, Final
from uuid import UUID

from sqlalchemy.orm import Mapped

from app.i18n import N_
from app.models.choices import Coded
from app.models.fields import P1, P2, Merge, choice, choices, day, long_text, reference, text
from app.models.filing import Filed
from app.models.layout import Section
from app.models.record import Record, kind_named, kinds
from app.models.types import Reference

PURPOSES: Final = Coded(
    "share_purposes",
    {
        "referral": N_("To help with something; the file stays ours"),
        "transfer": N_("They take the person over"),
    },
)
PARTS: Final = Coded(
    "file_parts",
    {
        "identity": N_("Names, papers and consents"),
        "contact": N_("Telephone and address"),
        "family": N_("Family"),
        "history": N_("Migration and screening"),
        "counselling": N_("Cases and counselling"),
        "training": N_("Training and business"),
        "grants": N_("Plan, assistance and grants"),
        "travel": N_("Travel"),
        "health": N_("Health"),
        "follow_up": N_("Follow-up and feedback"),
        "protection": N_("Protection"),
        "papers": N_("Scanned papers"),
    },
)

ALWAYS: Final = frozenset({"person", "file_share"})
"""Record kinds that go with any part: without them nobody knows whose part it is, or why."""
_OF_SECTION: Final = {
    "intake": "history",
    "overview": "counselling",
    "cases": "counselling",
    "consents": "identity",
    "counselling": "counselling",
    "protection": "protection",
    "training": "training",
    "plan": "grants",
    "travel": "travel",
    "follow_up": "follow_up",
    "papers": "papers",
}
"""Part that the records of a section of the file go with, unless ``_APART`` says otherwise."""
_APART: Final = {
    "person_name": "identity",
    "person_identifier": "identity",
    "consent": "identity",
    "contact": "contact",
    "household": "family",
    "household_member": "family",
    "case": "counselling",
    "appointment": "counselling",
    "enrolment": "training",
    "medical_assessment": "health",
    "protection_record": "protection",
    "protection_clearance": "protection",
    "attachment": "papers",
}


def is_in_files(kind: str) -> bool:
    """Tell whether records of a kind are part of a person's file."""
    return kind in _parts_by_kind()


def part_of(kind: str) -> str | None:
    """Give the part of a person's file that records of a kind go with.

    None for those that go with every part, and for those that go with the whole file only.
    """
    return _parts_by_kind().get(kind)


@cache
def _parts_by_kind() -> dict[str, str | None]:
    found: dict[str, str | None] = {}
    for kind, record in kinds().items():
        chain = [kind, *_parents(kind)]
        if chain[-1] != "person":
            continue
        filed = record.filed
        of_section = None if filed is None else _OF_SECTION.get(filed.section)
        found[kind] = (
            None
            if kind in ALWAYS
            else _APART.get(kind)
            or of_section
            or next((_APART[parent] for parent in chain[1:] if parent in _APART), None)
        )
    return found


def kinds_in(parts: frozenset[str]) -> frozenset[str] | None:
    """Give the record kinds that go with parts of a file; None for the whole file (no parts).

    A record goes with those it hangs from: a grant is nothing without its case.
    """
    if not parts:
        return None
    found = {kind for kind, part in _parts_by_kind().items() if part in parts}
    return ALWAYS | found.union(*map(_parents, found))


def writable(opened: frozenset[str] | None) -> frozenset[str] | None:
    """Give the kinds that may be written by those to whom kinds of a file are open.

    What is only there for others to hang from is read. None for the whole file.
    """
    if opened is None:
        return None
    parts = _parts_by_kind()
    whole = set(PARTS.codes()) - {part for kind, part in parts.items() if kind not in opened}
    found = {kind for kind, part in parts.items() if part in whole}
    return frozenset(found | ({"person"} if "identity" in whole else set()))


def _parents(kind: str) -> list[str]:
    """List what records of a kind hang from, the nearest first."""
    found: list[str] = []
    record = kind_named(kind)
    while record.root_field is not None:
        type_ = record.fields[record.root_field].type
        assert isinstance(type_, Reference)
        record = kind_named(type_.kind)
        found.append(record.kind)
    return found


class FileShare(Record):
    """One opening of a person's file; headquarters gives the file to them while it lasts."""

    title = N_("Opened to another office")
    filed = Filed(
        "counselling", 40, N_("Opened to others"), "", N_("Only this office has this file."),
        day="shared_on", set_by_verbs=("closed_on", "closing_reason"),
    )  # fmt: skip

    person: Mapped[UUID] = reference(N_("Person"), "person", required=True, root=True)
    to_scope: Mapped[str | None] = text(
        N_("Code of the office or partner"), personal=P2, max_length=8, required=True, table=True,
        merge=Merge.ASK, help=N_("2 to 8 letters or digits, such as TNG"),
    )  # fmt: skip
    purpose: Mapped[str | None] = choice(
        N_("What for"), PURPOSES, personal=P2, required=True, table=True, merge=Merge.ASK
    )
    parts: Mapped[frozenset[str] | None] = choices(
        N_("Parts of the file"), PARTS, personal=P2, merge=Merge.ASK, table=True,
        help=N_("None chosen: the whole file"),
    )  # fmt: skip
    referral: Mapped[UUID | None] = reference(N_("Referral"), "referral")
    shared_on: Mapped[date | None] = day(
        N_("Opened on"), personal=P1, past=True, required=True, table=True
    )
    reason: Mapped[str | None] = long_text(N_("Why"), personal=P2)
    closed_on: Mapped[date | None] = day(N_("Closed on"), personal=P1, past=True, table=True)
    closing_reason: Mapped[str | None] = long_text(N_("Why it was closed"), personal=P2)

    sections: ClassVar = (
        Section(
            N_("Opened to another office"),
            (
                ("to_scope", "purpose"),
                ("parts",),
                ("referral", "shared_on"),
                ("reason",),
                ("closed_on",),
                ("closing_reason",),
            ),
        ),
    )

    @property
    def summary(self) -> str:
        return f"{self.to_scope or ''} · {self.shown('purpose')}"
