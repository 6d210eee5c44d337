"""What registration asks, section by section, and how its answers become records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QLabel
from sqlalchemy.orm import Session

from app.casework.likely_duplicates import Sought
from app.casework.people import register
from app.errors import Refused
from app.i18n import N_, _
from app.models.fields import Field
from app.models.layout import Section
from app.models.persons import Contact, Person, PersonIdentifier, PersonName
from app.models.record import Record
from app.models.values import PartialDate
from app.ui.forms import Form, without
from app.ui.icons import icon
from app.ui.widgets.page import SectionBox, SectionPage
from app.ui.widgets.repeats import Repeats
from app.ui.widgets.texts import label

if TYPE_CHECKING:
    from app.ui.desk import Desk

_QUICK_OF_PERSON: Final = ("sex", "birth", "nationalities")
_NAME: Final = ("given_names", "family_name")


def _quick_fields() -> dict[str, Field]:
    asked = [
        *(PersonName.fields[name] for name in _NAME),
        *(Person.fields[name] for name in _QUICK_OF_PERSON),
        Contact.fields["number"],
    ]
    # Nothing but a name is needed today: what is left open is kept as unknown.
    return {field.name: replace(field, required=False) for field in asked}


QUICK: Final = Section(
    N_("Quick registration"),
    (("given_names", "family_name"), ("sex", "birth"), ("nationalities", "number")),
)
ARABIC: Final = Section(N_("Name in Arabic script"), (_NAME,))


class RegistrationForms(QObject):
    """The forms of a registration, put on a page.

    Signals:
        edited: An answer changed.
    """

    edited = Signal()

    def __init__(self, desk: Desk, page: SectionPage) -> None:
        super().__init__(page)
        self._desk = desk
        self.quick = Form(desk, _quick_fields(), [QUICK])
        self.arabic = Form(desk, PersonName.fields, [ARABIC])
        self.person: dict[str, Form] = {}
        remove = icon("ph.trash", desk.theme)
        self.names = Repeats(
            lambda: Form.of(desk, PersonName, leaving_out=["person"]), _("Add a name"), remove
        )
        self.contacts = Repeats(
            lambda: Form.of(desk, Contact, leaving_out=["person"]),
            _("Add a telephone number"),
            remove,
        )
        self.documents = Repeats(
            lambda: Form.of(desk, PersonIdentifier, leaving_out=["person"]),
            _("Add a document"),
            remove,
        )
        self._put(page, "quick", _("Quick registration"), self.quick)
        names = self._put(page, "names", _("Other names"), self.arabic)
        names.body.insertWidget(0, _heading(_("Name in Arabic script")))
        names.body.addWidget(self.names)
        for section in without(Person.sections, _QUICK_OF_PERSON):
            form = Form(desk, Person.fields, [section])
            self.person[section.title] = form
            self._put(page, section.title, _(section.title), form)
        self._put(page, "contacts", _("Other contacts"), self.contacts)
        self._put(page, "documents", _("Documents"), self.documents)
        for part in self._parts():
            part.edited.connect(self.edited)

    def _put(self, page: SectionPage, name: str, title: str, content: Form | Repeats) -> SectionBox:
        box = page.add(SectionBox(name, title))
        box.body.addWidget(content)
        return box

    def _parts(self) -> list[Form | Repeats]:
        return [
            self.quick, self.arabic, self.names, *self.person.values(), self.contacts,
            self.documents,
        ]  # fmt: skip

    # -- as one ----------------------------------------------------------------------------

    def answers(self) -> dict[str, Any]:
        """Give everything typed, as the draft keeps it; empty when nothing has been."""
        whole = {
            "quick": self.quick.answers(),
            "arabic": self.arabic.answers(),
            "person": {k: v for form in self.person.values() for k, v in form.answers().items()},
            "names": self.names.answers(),
            "contacts": self.contacts.answers(),
            "documents": self.documents.answers(),
        }
        return {part: answers for part, answers in whole.items() if answers}

    def load(self, answers: Mapping[str, Any]) -> None:
        """Show what a draft kept."""
        self.quick.load(answers.get("quick", {}))
        self.arabic.load(answers.get("arabic", {}))
        for form in self.person.values():
            form.load(answers.get("person", {}))
        self.names.load(answers.get("names", []))
        self.contacts.load(answers.get("contacts", []))
        self.documents.load(answers.get("documents", []))

    def check(self) -> bool:
        """Look at every answer; the first that cannot stand gets the keyboard."""
        wrong = [part for part in self._parts() if not part.check()]
        if wrong:
            wrong[0].check()  # the last one looked at took the keyboard
        return not wrong

    def progress(self) -> dict[str, str]:
        """Say by section how many of its questions are answered."""
        told: dict[str, str] = {}
        forms = {"quick": [self.quick], **{k: [f] for k, f in self.person.items()}}
        for name, listed in forms.items():
            done = sum(len(form.answers()) for form in listed)
            asked = sum(len(form.questions) for form in listed)
            told[name] = _("{done}/{all}").format(done=done, all=asked) if done else ""
        for name, repeats in (("contacts", self.contacts), ("documents", self.documents)):
            told[name] = str(len(repeats.answers()) or "")
        names = len(self.names.answers()) + bool(self.arabic.answers())
        told["names"] = str(names or "")
        return told

    def sought(self) -> Sought:
        """Give what is known so far, to look for the same person on file."""
        quick, arabic = self.quick.answers(), self.arabic.answers()
        others = [(a.get("name_kind"), _full(a)) for a in self.names.answers()]
        names = [_full(quick), _full(arabic)]
        names += [full for kind, full in others if kind not in {"father", "mother"}]
        numbers = [quick.get("number"), *(a.get("number") for a in self.contacts.answers())]
        return Sought(
            names=tuple(name for name in names if name),
            fathers=tuple(full for kind, full in others if kind == "father" and full),
            phones=tuple(str(number) for number in numbers if number),
            birth=_date(quick.get("birth")),
            nationalities=frozenset(quick.get("nationalities") or ()),
        )

    def save(self, db: Session) -> Person:
        """Register the person.

        Raises:
            Refused: There is no name, or an answer breaks a rule.
        """
        quick, person = self.quick.answers(), self.answers().get("person", {})
        about = {name: quick.get(name) for name in _QUICK_OF_PERSON if quick.get(name)}
        names = [{name: quick[name] for name in _NAME if quick.get(name)}, self.arabic.answers()]
        number = quick.get("number")
        own = [{"number": number, "contact_kind": "own"}] if number else []
        return register(
            db,
            {"sex": "U", "nationalities": ["XXX"], **about, **person},
            names=[*(name for name in names if name), *self.names.answers()],
            contacts=[*own, *self.contacts.answers()],
            identifiers=self.documents.answers(),
        )

    def show_refusals(self, refusals: list[Refused]) -> list[Refused]:
        """Show each refusal at its question; gives those that have no question here."""
        left = []
        for refused in refusals:
            forms = [form for kind, form in self._by_kind() if refused.kind in (kind, None)]
            if not any(form.show_refusals([refused]) for form in forms):
                left.append(refused)
        return left

    def _by_kind(self) -> list[tuple[str, Form]]:
        kinds: list[tuple[type[Record], list[Form]]] = [
            (PersonName, [self.quick, *self.names.forms]),
            (Person, [self.quick, *self.person.values()]),
            (Contact, [self.quick, *self.contacts.forms]),
            (PersonIdentifier, self.documents.forms),
        ]
        return [(record.kind, form) for record, forms in kinds for form in forms]


def _heading(text: str) -> QLabel:
    return label(text, "caption")


def _full(answers: Mapping[str, Any]) -> str:
    return " ".join(str(answers[name]) for name in _NAME if answers.get(name))


def _date(value: Any) -> PartialDate | None:
    try:
        return PartialDate(value)
    except (TypeError, ValueError):
        return None
