"""Activities: what is done with organisations, who took part, and the experts they ask for."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget
from sqlalchemy.orm import Session

from app.casework.entry import add_record
from app.casework.verbs import usual_answers
from app.formats import day_text, number_text
from app.i18n import N_, _, isolate
from app.models.activities import Activity, Organisation
from app.models.choices import COUNTRIES
from app.models.experts import ExpertNeed
from app.models.record import Record
from app.models.store import Changed
from app.ui.entries import Block, Entry
from app.ui.forms import Form
from app.ui.inline_form import InlineForm
from app.ui.parts import button, chooses, column, row, say
from app.ui.screen import Screen, ScreenSpec, register_screen
from app.ui.screens.activities_file import (
    ActivityLine,
    NeedLine,
    experts_of,
    read_activities,
    read_needs,
    read_organisations,
)
from app.ui.screens.pages import ListPage, Pages
from app.ui.screens.participants import ParticipantsBlock
from app.ui.screens.record_page import RecordPage
from app.ui.tables import TRAILING, Column
from app.ui.widgets.pick import Offered
from app.ui.wording import facts

if TYPE_CHECKING:
    from app.ui.desk import Desk

_SHOWN: Final = frozenset(
    {"activity", "organisation", "participant_count", "expert_need", "assignment"}
)
_TITLES: Final = {
    "activity": N_("Activities"),
    "organisation": N_("Organisations"),
    "expert_need": N_("Experts asked for"),
}
_KINDS: Final[dict[str, type[Record]]] = {
    "activity": Activity, "organisation": Organisation, "expert_need": ExpertNeed,
}  # fmt: skip
# A verb of their own sets them.
_UNASKED: Final = {"activity": ("state",), "organisation": (), "expert_need": ("state",)}


class ActivitiesScreen(Screen):
    """Three lists, and one record of them with what belongs to it."""

    title = N_("Activities")

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._at = "activity"
        self.pages = Pages(desk.preferences.text_scale)
        self.lists: dict[str, ListPage[Any]] = {
            "activity": self._list(
                "activity", _activity_columns(), lambda: read_activities(desk.store),
                lambda line: line.activity.id, _("Add an activity"),
                _("No activity yet. Workshops, meetings and campaigns with organisations stand"
                  " here, with the number of people who took part."),
            ),
            "organisation": self._list(
                "organisation", _organisation_columns(), lambda: read_organisations(desk.store),
                lambda one: one.id, _("Add an organisation"),
                _("No organisation yet. Add those the office works with."),
            ),
            "expert_need": self._list(
                "expert_need", _need_columns(), lambda: read_needs(desk.store),
                lambda line: line.need.id, _("Add a need"),
                _("No institution asks for an expert yet."),
            ),
        }  # fmt: skip
        self.participants = ParticipantsBlock(desk)
        self.of_organisation = _OfOrganisation(desk)
        self.of_organisation.asked.connect(self._add_under)
        self.of_organisation.opened.connect(self._open)
        self.records = {
            "activity": self._page("activity", self.participants),
            "organisation": self._page("organisation", self.of_organisation),
            "expert_need": self._page("expert_need", None),
        }
        self.setLayout(column(self.pages))
        desk.changed.connect(self._changed)

    def _list(
        self, kind: str, columns: list[Column[Any]], read: Callable[[], list[Any]],
        id_of: Callable[[Any], UUID], add: str, empty: str,
    ) -> ListPage[Any]:  # fmt: skip
        made: ListPage[Any] = ListPage(
            self.desk, _(_TITLES[kind]), columns, read, empty=empty, add_label=add,
            hint=_("Any word of the list"), heading=self._heading(kind),
        )  # fmt: skip
        made.opened.connect(lambda line: self._open(kind, id_of(line)))
        made.added.connect(lambda: self.add(kind))
        self.pages.addWidget(made)
        return made

    def _heading(self, shown: str) -> QWidget:
        holder = QWidget()
        line = row(say(_(self.title), "heading1"), 3, spacing=2)
        for kind, title in _TITLES.items():
            choice = button(_(title), "choice", name=f"show-{kind}")
            chooses(choice, kind == shown)
            choice.clicked.connect(partial(self._choose, kind, shown))
            line.addWidget(choice)
        holder.setLayout(line)
        return holder

    def _choose(self, kind: str, stays: str, _on: bool = False) -> None:
        # Each list keeps its own heading: what was pressed there stays as it was.
        heading = self.lists[stays].findChild(QWidget, f"show-{stays}")
        if heading is not None:
            heading.setChecked(True)  # type: ignore[attr-defined]
        self.show_list(kind)

    def _page(self, kind: str, below: QWidget | None) -> RecordPage:
        made = RecordPage(
            self.desk, _KINDS[kind], self.pages, "activities",
            _("Back to the list"), below=below, offer=_offer, unasked=_UNASKED[kind],
        )  # fmt: skip
        made.left.connect(lambda: self.show_list(self._at))
        self.pages.addWidget(made)
        return made

    # -- the screen ----------------------------------------------------------------------------

    def arrive(self, **arguments: Any) -> None:
        """Show a list, a record, or take a form up that was begun.

        Args:
            arguments: ``kind``, of the list; ``about``, the id of a record; ``form``, the name of
                a form begun.
        """
        draft = str(arguments.get("form") or "")
        about = arguments.get("about")
        kind = str(arguments.get("kind") or draft.rpartition(".")[2] or self._at)
        if kind not in _KINDS:
            kind = self._at
        if about is None:
            self.show_list(kind)
            if draft == f"activities.{kind}":
                self.add(kind)
            return
        if draft == f"activities.{kind}":
            self._add_under(kind, about)
            return
        self._open(kind, about)
        self.records[kind].take_up(draft)

    def leave(self) -> None:
        """Keep what is being typed."""
        self.pages.leave()

    def show_list(self, kind: str) -> None:
        """Show one of the lists."""
        self._at = kind
        shown = self.lists[kind]
        shown.refresh()
        self.pages.setCurrentWidget(shown)
        shown.focus()

    def add(self, kind: str) -> None:
        """Open the form of a record of ``kind``."""
        self._ask(kind, None)

    def _add_under(self, kind: str, organisation: UUID) -> None:
        self._ask(kind, organisation)

    def _ask(self, kind: str, organisation: UUID | None) -> None:
        record = _KINDS[kind]
        with self.desk.store.read() as db:
            db.info.update(context=self.desk.store.context(), author=self.desk.user)
            parent = db.get(Organisation, organisation) if organisation is not None else None
            # Of those who belong to nobody, usual answers ask nothing of their parent.
            usual = usual_answers(db, record, parent)  # type: ignore[arg-type]
        if kind == "expert_need" and organisation is not None:
            usual["organisation"] = str(organisation)

        def save(db: Session, answers: dict[str, Any]) -> object:
            given = {name: answer for name, answer in answers.items() if answer is not None}
            return add_record(db, kind, {**_set_by_verbs(usual, kind), **given})

        form = InlineForm(
            self.desk, f"activities.{kind}",
            Form.of(self.desk, record, leaving_out=_UNASKED[kind]),
            title=_(record.title), save_label=_("Save"), save=save,
        )  # fmt: skip
        form.closed.connect(self._closed)
        form.saved.connect(lambda made: self._open(kind, made.id))
        self.pages.ask(form, organisation, usual)

    def _closed(self) -> None:
        shown = self.pages.currentWidget()
        if isinstance(shown, ListPage):
            shown.refresh()
            shown.focus()

    def _open(self, kind: str, record: UUID) -> None:
        page = self.records[kind]
        if not page.show_record(record):
            self.desk.say(_("This record is not on this computer."), "warning")
            self.show_list(kind)
            return
        self._at = kind
        self._fill_below(kind, record)
        self.pages.setCurrentWidget(page)
        page.focus()

    def _fill_below(self, kind: str, record: UUID) -> None:
        if kind == "activity":
            self.participants.show_activity(record)
        elif kind == "organisation":
            self.of_organisation.show_organisation(record)

    def _changed(self, changed: Changed) -> None:
        if not self.isVisible() or not changed.kinds & _SHOWN:
            return
        shown = self.pages.currentWidget()
        if isinstance(shown, ListPage):
            shown.refresh()
        elif isinstance(shown, RecordPage) and shown.record is not None:
            if changed.kinds - {"participant_count"}:
                shown.show_record(shown.record.id)
            self._fill_below(shown.kind.kind, shown.record.id)


class _OfOrganisation(QWidget):
    """What is done with one organisation, and what it asks for.

    Signals:
        asked: A record of a kind is to be added; carries the kind and the organisation.
        opened: One is opened; carries its kind and id.
    """

    asked = Signal(str, object)
    opened = Signal(str, object)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._organisation: UUID | None = None
        self.activities = Block(_("Activities"), self._add(_("Add an activity"), "activity"))
        self.needs = Block(_("Experts asked for"), self._add(_("Add a need"), "expert_need"))
        self.setLayout(column(self.activities, self.needs, spacing=4))

    def _add(self, words: str, kind: str) -> QWidget:
        made = button(words, "quiet")
        made.clicked.connect(lambda _on=False: self.asked.emit(kind, self._organisation))
        return made

    def show_organisation(self, organisation: UUID) -> None:
        """Show what belongs to an organisation."""
        self._organisation = organisation
        store = self._desk.store
        self.activities.fill(
            [
                Entry(
                    line.activity.name or "",
                    facts(
                        _day(line.activity), line.activity.shown("activity_kind"),
                        line.activity.shown("state"),
                    ),
                    partial(self.opened.emit, "activity", line.activity.id),
                )
                for line in read_activities(store, organisation)
            ],
            _("Nothing was done with this organisation yet."),
        )  # fmt: skip
        self.needs.fill(
            [
                Entry(
                    line.need.profile or "",
                    facts(COUNTRIES.label(line.need.country or ""), line.need.shown("state")),
                    partial(self.opened.emit, "expert_need", line.need.id),
                )
                for line in read_needs(store, organisation)
            ],
            _("It asks for no expert."),
        )


def _offer(db: Session, record: Record, name: str) -> Offered | None:
    if isinstance(record, ExpertNeed) and name == "case" and record.programme:
        return experts_of(db, record.programme)
    return None


def _set_by_verbs(usual: dict[str, Any], kind: str) -> dict[str, Any]:
    return {name: usual[name] for name in _UNASKED[kind] if name in usual}


def _day(activity: Activity) -> str:
    return day_text(activity.starts, "medium") if activity.starts else ""


def _activity_columns() -> list[Column[ActivityLine]]:
    return [
        Column(_("First day"), lambda line: _day(line.activity), 12),
        Column(_("Title"), lambda line: isolate(line.activity.name or "")),
        Column(_("Kind"), lambda line: line.activity.shown("activity_kind"), 18, yields=3),
        Column(_("Programme"), lambda line: isolate(line.activity.programme or ""), 13, yields=1),
        Column(_("Organisation"), lambda line: isolate(line.partner), 22, yields=2),
        Column(_("Place"), lambda line: isolate(line.activity.place or ""), 13, yields=4),
        Column(_("State"), lambda line: line.activity.shown("state"), 11),
        Column(
            _("People"), lambda line: isolate(number_text(line.taken)) if line.taken else "", 8,
            TRAILING,
        ),
    ]  # fmt: skip


def _organisation_columns() -> list[Column[Organisation]]:
    return [
        Column(_("Name"), lambda one: isolate(one.name or "")),
        Column(_("Kind"), lambda one: one.shown("organisation_kind"), 28),
        Column(_("Town"), lambda one: isolate(one.town or ""), 16, yields=1),
        Column(_("Country"), lambda one: one.shown("country"), 16, yields=3),
        Column(_("Person to ask for"), lambda one: isolate(one.contact_name or ""), 22, yields=2),
        Column(_("Telephone"), lambda one: isolate(one.shown("phone")), 17),
    ]


def _need_columns() -> list[Column[NeedLine]]:
    return [
        Column(_("Expertise sought"), lambda line: isolate(line.need.profile or "")),
        Column(_("Host institution"), lambda line: isolate(line.organisation), 28),
        Column(_("Country"), lambda line: line.need.shown("country"), 14),
        Column(_("Wanted from"), lambda line: line.need.shown("from_day"), 18, yields=1),
        Column(_("State"), lambda line: line.need.shown("state"), 22),
    ]


register_screen(
    ScreenSpec(
        name="activities",
        title=ActivitiesScreen.title,
        icon="ph.handshake",
        order=80,
        roles=frozenset({"counsellor", "supervisor", "protection", "finance", "hq", "admin"}),
        build=ActivitiesScreen,
    )
)
