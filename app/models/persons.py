"""A person, the names they go by, the papers they hold and how to reach them."""

from __future__ import annotations

from typing import ClassVar, Final
from uuid import UUID

from sqlalchemy.orm import Mapped

from app.i18n import N_
from app.models.choices import Coded
from app.models.fields import (
    P2,
    P3,
    Merge,
    choice,
    countries,
    country,
    flag,
    languages,
    long_text,
    number,
    partial_date,
    phone,
    place,
    reference,
    text,
)
from app.models.fields import language as language_question
from app.models.layout import Section
from app.models.record import Record
from app.models.reference import OCCUPATIONS
from app.models.values import PartialDate

SEXES: Final = Coded(
    "sexes", {"F": N_("Female"), "M": N_("Male"), "X": N_("Other (X)"), "U": N_("Unknown")}
)
BIRTH_SOURCES: Final = Coded(
    "birth_sources",
    {
        "document": N_("Seen on a document"),
        "declared": N_("Declared by the person"),
        "estimated": N_("Estimated by the counsellor"),
    },
)
MARITAL: Final = Coded(
    "marital_statuses",
    {
        "single": N_("Single"),
        "married": N_("Married"),
        "partner": N_("Living with a partner"),
        "separated": N_("Separated"),
        "divorced": N_("Divorced"),
        "widowed": N_("Widowed"),
    },
)
# The levels 0 to 8 of ISCED 2011, and what people answer that is no one level of it.
EDUCATION: Final = Coded(
    "education_levels",
    {
        "none": N_("No schooling"),
        "religious": N_("Religious school only"),
        "early_childhood": N_("Nursery school"),  # 0
        "primary": N_("Primary school"),  # 1
        "lower_secondary": N_("Lower secondary school"),  # 2
        "upper_secondary": N_("Upper secondary school"),  # 3
        "vocational": N_("Vocational training"),
        "post_secondary": N_("Course after secondary school, not university"),  # 4
        "short_cycle": N_("Short higher course (two years)"),  # 5
        "bachelor": N_("Bachelor’s degree"),  # 6
        "master": N_("Master’s degree"),  # 7
        "doctorate": N_("Doctorate"),  # 8
        "tertiary": N_("University or higher school"),  # 5 to 8
    },
)
LEGAL_STATUSES: Final = Coded(
    "legal_statuses",
    {
        "irregular": N_("Irregular situation"),
        "regularised_2014": N_("Regularised in the 2014 campaign"),
        "asylum_seeker": N_("Asylum seeker"),
        "refugee": N_("Refugee"),
        "complementary": N_("Other protection"),
        "stateless": N_("Stateless person"),
        "labour": N_("Worker with a permit"),
        "student": N_("Student"),
        "family": N_("Family member"),
        "visitor": N_("Visitor"),
        "national": N_("National"),
        "unknown": N_("Unknown"),
    },
)
NAME_KINDS: Final = Coded(
    "name_kinds",
    {
        "legal": N_("As on the document"),
        "used": N_("Name used"),
        "alias": N_("Other name"),
        "maiden": N_("Maiden name"),
        "father": N_("Father's name"),
        "mother": N_("Mother's name"),
    },
)
IDENTIFIER_KINDS: Final = Coded(
    "identifier_kinds",
    {
        "passport": N_("Passport"),
        "laissez_passer": N_("Laissez-passer"),
        "cin": N_("National identity card"),
        "consular_card": N_("Consular card"),
        "unhcr": N_("UNHCR certificate"),
        "birth_certificate": N_("Birth certificate"),
        "residence_permit": N_("Residence permit"),
        "other": N_("Other document"),
    },
)
HOLDERS: Final = Coded(
    "document_holders",
    {
        "self": N_("The person"),
        "iom": N_("IOM"),
        "embassy": N_("Embassy or consulate"),
        "employer": N_("Employer"),
        "other": N_("Somebody else"),
    },
)
CONTACT_KINDS: Final = Coded(
    "contact_kinds",
    {
        "own": N_("Own telephone"),
        "whatsapp": N_("WhatsApp"),
        "family": N_("Family member"),
        "friend": N_("Friend"),
        "emergency": N_("In an emergency"),
    },
)
# From least to most protective: concurrent answers keep the more careful one.
CALL_SAFETY: Final = Coded(
    "call_safety",
    {
        "yes": N_("Yes"),
        "sms_only": N_("Messages only"),
        "no": N_("No, never call"),
    },
)


class Person(Record):
    """Someone the office counsels, or a member of their family."""

    title = N_("Person")

    sex: Mapped[str | None] = choice(
        N_("Sex"), SEXES, personal=P2, merge=Merge.ASK, required=True, table=True,
        help=N_("As on the document"), hxl="#beneficiary+sex",
    )  # fmt: skip
    birth: Mapped[PartialDate | None] = partial_date(
        N_("Date of birth or age"), personal=P2, past=True, takes_age=True, merge=Merge.ASK,
        table=True,
        help=N_("Day, month or year as far as known; or the age. Leave empty when unknown."),
        hxl="#date+birth",
    )  # fmt: skip
    birth_source: Mapped[str | None] = choice(
        N_("How the date is known"), BIRTH_SOURCES, personal=P2
    )
    birthplace: Mapped[str | None] = text(N_("Place of birth"), personal=P2)
    birth_country: Mapped[str | None] = country(N_("Country of birth"), personal=P2)
    nationalities: Mapped[frozenset[str] | None] = countries(
        N_("Nationality"), personal=P2, merge=Merge.ASK, required=True, table=True,
        help=N_("Unknown and stateless are answers"), hxl="#country+origin+v_iso2",
    )  # fmt: skip
    marital_status: Mapped[str | None] = choice(N_("Marital status"), MARITAL, personal=P2)
    children: Mapped[int | None] = number(N_("Number of children"), personal=P2, maximum=40)
    main_language: Mapped[str | None] = language_question(
        N_("Language understood best"), personal=P2, table=True
    )
    languages: Mapped[frozenset[str] | None] = languages(N_("Other languages spoken"), personal=P2)
    needs_interpreter: Mapped[bool | None] = flag(
        N_("Needs an interpreter"), personal=P2, merge=Merge.CAUTIOUS
    )
    reads: Mapped[bool | None] = flag(N_("Can read and write"), personal=P2)
    education: Mapped[str | None] = choice(N_("Education"), EDUCATION, personal=P2)
    occupation_code: Mapped[str | None] = choice(N_("Kind of occupation"), OCCUPATIONS, personal=P2)
    occupation: Mapped[str | None] = text(N_("Trade or occupation"), personal=P2)
    legal_status: Mapped[str | None] = choice(
        N_("Legal status in the country"), LEGAL_STATUSES, personal=P3, merge=Merge.ASK
    )
    arrived: Mapped[PartialDate | None] = partial_date(
        N_("Arrival in the country"), personal=P2, past=True
    )
    place_code: Mapped[str | None] = place(N_("Area of stay"), personal=P2)
    town: Mapped[str | None] = text(N_("Town or district of stay"), personal=P2)
    heard_from: Mapped[str | None] = text(N_("How the person heard of the programme"), personal=P2)
    note: Mapped[str | None] = long_text(N_("Notes"), personal=P3)

    sections: ClassVar = (
        Section(
            N_("Identity"),
            (
                ("sex", "nationalities"),
                ("birth", "birth_source"),
                ("birthplace", "birth_country"),
                ("marital_status", "children"),
            ),
        ),
        Section(
            N_("Languages"),
            (("main_language", "needs_interpreter"), ("languages", "reads")),
        ),
        Section(
            N_("Situation"),
            (
                ("legal_status", "arrived"),
                ("place_code", "town"),
                ("occupation_code", "occupation"),
                ("education", "heard_from"),
                ("note",),
            ),
        ),
    )


class PersonName(Record):
    """One name of a person, in one script. A single name is a name: no family name is required."""

    title = N_("Name")

    person: Mapped[UUID] = reference(N_("Person"), "person", required=True, root=True)
    name_kind: Mapped[str | None] = choice(
        N_("Kind of name"), NAME_KINDS, personal=P2, required=True
    )
    given_names: Mapped[str | None] = text(
        N_("Given names"), personal=P2, name=True, search=True, merge=Merge.ASK, table=True,
        hxl="#contact+name+given",
    )  # fmt: skip
    family_name: Mapped[str | None] = text(
        N_("Family name"), personal=P2, name=True, search=True, merge=Merge.ASK, table=True,
        hxl="#contact+name+family",
    )  # fmt: skip

    sections: ClassVar = (Section(N_("Name"), (("name_kind",), ("given_names", "family_name"))),)

    @property
    def full(self) -> str:
        """Given names and family name, in the order they are read."""
        return full_name(self.given_names, self.family_name)

    @property
    def summary(self) -> str:
        return self.full


def full_name(given_names: str | None, family_name: str | None) -> str:
    """Give given names and family name, in the order they are read."""
    return " ".join(part for part in (given_names, family_name) if part)


class PersonIdentifier(Record):
    """A document a person holds, or should hold."""

    title = N_("Document")

    person: Mapped[UUID] = reference(N_("Person"), "person", required=True, root=True)
    identifier_kind: Mapped[str | None] = choice(
        N_("Kind of document"), IDENTIFIER_KINDS, personal=P2, required=True, table=True
    )
    number: Mapped[str | None] = text(
        N_("Number"), personal=P2, max_length=60, search=True, merge=Merge.ASK, required=True,
        table=True,
    )  # fmt: skip
    issuer: Mapped[str | None] = country(N_("Country of issue"), personal=P2)
    issued: Mapped[PartialDate | None] = partial_date(N_("Issued on"), personal=P2, past=True)
    expires: Mapped[PartialDate | None] = partial_date(N_("Valid until"), personal=P2, table=True)
    holder: Mapped[str | None] = choice(N_("Who holds the original"), HOLDERS, personal=P2)
    is_verified: Mapped[bool | None] = flag(N_("Original seen"), personal=P2)

    sections: ClassVar = (
        Section(
            N_("Document"),
            (
                ("identifier_kind", "number"),
                ("issuer", "issued"),
                ("expires", "holder"),
                ("is_verified",),
            ),
        ),
    )

    @property
    def summary(self) -> str:
        return f"{self.shown('identifier_kind')} {self.number or ''}".strip()


class Contact(Record):
    """A way to reach a person, and whether it is safe to use it."""

    title = N_("Contact")

    person: Mapped[UUID] = reference(N_("Person"), "person", required=True, root=True)
    contact_kind: Mapped[str | None] = choice(
        N_("Whose number"), CONTACT_KINDS, personal=P2, table=True
    )
    name: Mapped[str | None] = text(N_("Name of the contact"), personal=P2, name=True)
    number: Mapped[str | None] = phone(
        N_("Telephone"), personal=P2, search=True, table=True, required=True
    )
    safe_to_call: Mapped[str | None] = choice(
        N_("Is it safe to call?"), CALL_SAFETY, personal=P2, merge=Merge.CAUTIOUS, table=True
    )
    is_shared: Mapped[bool | None] = flag(N_("Shared with others"), personal=P2)

    sections: ClassVar = (
        Section(
            N_("Contact"),
            (("number", "contact_kind"), ("name",), ("safe_to_call", "is_shared")),
        ),
    )

    @property
    def summary(self) -> str:
        return self.shown("number")
