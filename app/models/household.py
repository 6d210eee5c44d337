"""Who belongs to a person's household, and who would travel with them."""

from __future__ import annotations

from typing import ClassVar, Final
from uuid import UUID

from sqlalchemy.orm import Mapped

from app.i18n import N_
from app.models.choices import Coded
from app.models.fields import (
    P2,
    Merge,
    choice,
    country,
    flag,
    long_text,
    number,
    partial_date,
    reference,
    text,
)
from app.models.filing import Filed
from app.models.layout import Section
from app.models.persons import SEXES
from app.models.record import Record
from app.models.values import PartialDate

RELATIONS: Final = Coded(
    "household_relations",
    {
        "spouse": N_("Spouse or partner"),
        "child": N_("Child under 18"),
        "grown_child": N_("Grown son or daughter"),
        "parent": N_("Parent"),
        "sibling": N_("Brother or sister"),
        "grandparent": N_("Grandparent"),
        "grandchild": N_("Grandchild"),
        "other_relative": N_("Other relative"),
        "guardian": N_("Legal guardian"),
        "caregiver": N_("Caregiver, not a relative"),
        "not_related": N_("Not related"),
    },
)


class Household(Record):
    """How many people share a person's life, and where; one a file."""

    title = N_("Household")
    filed = Filed(
        "intake", 10, N_("Household"), N_("Describe the household"), N_("Nothing is noted yet.")
    )

    person: Mapped[UUID] = reference(N_("Person"), "person", required=True, root=True)
    women: Mapped[int | None] = number(N_("Women"), personal=P2, maximum=60)
    men: Mapped[int | None] = number(N_("Men"), personal=P2, maximum=60)
    girls: Mapped[int | None] = number(N_("Girls under 18"), personal=P2, maximum=60)
    boys: Mapped[int | None] = number(N_("Boys under 18"), personal=P2, maximum=60)
    is_head: Mapped[bool | None] = flag(N_("The person provides for the household"), personal=P2)
    is_single_parent: Mapped[bool | None] = flag(
        N_("Raises children alone"), personal=P2, merge=Merge.CAUTIOUS
    )
    remaining: Mapped[str | None] = long_text(
        N_("Who would stay in the country, and with whom"), personal=P2
    )

    sections: ClassVar = (
        Section(
            N_("Household"),
            (("women", "men"), ("girls", "boys"), ("is_head", "is_single_parent"), ("remaining",)),
        ),
    )


class HouseholdMember(Record):
    """One member of the family, travelling along or not. Their own file, if any, is linked."""

    title = N_("Family member")
    filed = Filed(
        "intake", 11, N_("Family and dependants"), N_("Add a family member"),
        N_("Nobody is listed. Children who travel along need to be."),
    )  # fmt: skip

    person: Mapped[UUID] = reference(N_("Person"), "person", required=True, root=True)
    name: Mapped[str | None] = text(
        N_("Name"), personal=P2, name=True, search=True, required=True, table=True,
        merge=Merge.ASK,
    )  # fmt: skip
    member: Mapped[UUID | None] = reference(N_("Their own file"), "person", personal=P2)
    relation: Mapped[str | None] = choice(
        N_("Relation to the person"), RELATIONS, personal=P2, required=True, table=True
    )
    sex: Mapped[str | None] = choice(N_("Sex"), SEXES, personal=P2, table=True)
    birth: Mapped[PartialDate | None] = partial_date(
        N_("Date of birth or age"), personal=P2, past=True, takes_age=True, table=True
    )
    nationality: Mapped[str | None] = country(N_("Nationality"), personal=P2)
    is_accompanying: Mapped[bool | None] = flag(
        N_("Travels along"), personal=P2, table=True, merge=Merge.ASK
    )
    is_dependant: Mapped[bool | None] = flag(N_("Depends on the person"), personal=P2)
    has_documents: Mapped[bool | None] = flag(N_("Has identity papers"), personal=P2)
    lives_in: Mapped[str | None] = country(N_("Lives in"), personal=P2)
    note: Mapped[str | None] = long_text(N_("Notes"), personal=P2)

    sections: ClassVar = (
        Section(
            N_("Family member"),
            (
                ("name", "relation"),
                ("sex", "birth"),
                ("nationality", "lives_in"),
                ("is_accompanying", "is_dependant"),
                ("has_documents", "member"),
                ("note",),
            ),
        ),
    )

    @property
    def summary(self) -> str:
        return f"{self.name or ''} · {self.shown('relation')}"
