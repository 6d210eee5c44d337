"""The form of a group session: who took part, then what was the same for all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QPushButton, QVBoxLayout, QWidget
from sqlalchemy import select

from app.casework.cases import ENDED
from app.casework.group_sessions import open_case_of
from app.casework.people import display_names
from app.casework.programmes import programme_of
from app.casework.training import members
from app.casework.training_calendar import OUT
from app.errors import Refused
from app.i18n import _, isolate, ngettext
from app.models.cases import Case
from app.models.programmes import TOPICS
from app.models.sessions import GroupSession
from app.models.training import TrainingGroup
from app.ui.drop_menu import show_caret
from app.ui.forms import Form, without
from app.ui.icons import icon
from app.ui.parts import button
from app.ui.screens.training_members import MemberSearch
from app.ui.theme import SPACE
from app.ui.widgets.flow import FlowLayout
from app.ui.widgets.pick import Offered
from app.ui.widgets.question import Remark
from app.ui.widgets.texts import label, placed

if TYPE_CHECKING:
    from app.ui.desk import Desk

PARTICIPANTS: Final = "participants"
TRAINING_GROUP: Final = "training_group"
_MOST_GROUPS: Final = 20


class PeopleChooser(QWidget):
    """Who took part: found by name, or everybody of a training group.

    Signals:
        edited: Somebody was added or taken out.
    """

    edited = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.cases: dict[str, str] = {}
        self.training_group: str | None = None
        self._count = label("", "caption")
        self.search = MemberSearch(desk, _("Who took part"), stays=True)
        self.search.chosen.connect(self.add)
        self.of_group = button(_("Everybody of a training group"))
        self._menu = QMenu(self.of_group)
        self._menu.aboutToShow.connect(self._offer_groups)
        self.of_group.setMenu(self._menu)
        show_caret(self.of_group, desk.theme)
        sign = icon("ph.warning-circle-fill", desk.theme, desk.theme.danger)
        self._refusal = Remark(sign.pixmap(QSize(16, 16)), "error")
        self._chips = QFrame()
        self._flow = FlowLayout(self._chips, gap=SPACE)
        head = QHBoxLayout()
        head.setSpacing(SPACE * 2)
        head.addWidget(label(_("Who took part"), wraps=False))
        head.addWidget(self._count, 1)
        head.addWidget(self.of_group)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE * 2)
        column.addLayout(head)
        for part in (self.search, self._chips, self._refusal):
            column.addWidget(part)
        self.search.open()

    def add(self, person: UUID) -> None:
        """Add somebody, with the open case their record will be of."""
        with self._desk.store.read() as db:
            case = open_case_of(db, person)
            name = display_names(db, [person]).get(person, [""])[0]
        if case is None:
            self.refuse(
                _("{name} has no open case. Open one in the file first.").format(name=isolate(name))
            )
            return
        self.cases[str(case)] = name
        self._changed()

    def add_group(self, group: UUID) -> None:
        """Add everybody who has a place in a training group and an open case."""
        left_out = 0
        with self._desk.store.read() as db:
            people = [one.person for one in members(db, group) if one.state not in OUT]
            names = display_names(db, people)
            for person in people:
                case = open_case_of(db, person)
                if case is None:
                    left_out += 1
                else:
                    self.cases[str(case)] = names.get(person, [""])[0]
        self.training_group = str(group)
        self._changed()
        if left_out:
            self.refuse(
                ngettext(
                    "{count} person of the group has no open case and is left out.",
                    "{count} people of the group have no open case and are left out.",
                    left_out,
                ).format(count=isolate(str(left_out)))
            )

    def load(self, cases: Sequence[str], training_group: str | None) -> None:
        """Show who took part, by case."""
        self.training_group = training_group
        with self._desk.store.read() as db:
            people = {
                str(case.id): case.person
                for case in db.scalars(select(Case).where(Case.id.in_([UUID(c) for c in cases])))
            }
            names = display_names(db, people.values())
        self.cases = {case: names.get(people[case], [""])[0] for case in cases if case in people}
        self._show()

    def refuse(self, sentence: str) -> None:
        """Say what is wrong; an empty sentence takes it back."""
        self._refusal.say(sentence)

    def _offer_groups(self) -> None:
        self._menu.clear()
        with self._desk.store.read() as db:
            groups = db.scalars(
                select(TrainingGroup)
                .where(TrainingGroup.voided.is_(None))
                .order_by(TrainingGroup.starts.desc())
                .limit(_MOST_GROUPS)
            ).all()
        for group in groups:
            self._menu.addAction(placed(group.summary)).triggered.connect(
                lambda _on=False, group=group: self.add_group(group.id)
            )
        if not groups:
            self._menu.addAction(_("No training group yet.")).setEnabled(False)

    def _remove(self, case: str) -> None:
        self.cases.pop(case, None)
        self._changed()
        self.search.line.setFocus()

    def _changed(self) -> None:
        self.refuse("")
        self._show()
        self.edited.emit()

    def _show(self) -> None:
        while (item := self._flow.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        for case, name in self.cases.items():
            chip = QPushButton(placed(name or _("No name yet")))
            chip.setProperty("role", "chip")
            chip.setIcon(icon("ph.x", self._desk.theme))
            chip.setToolTip(_("Take out"))
            chip.setAccessibleName(_("Take {name} out").format(name=isolate(name)))
            chip.setAutoDefault(False)
            chip.clicked.connect(lambda _on=False, case=case: self._remove(case))
            self._flow.addWidget(chip)
        self._chips.setVisible(bool(self.cases))
        self._chips.updateGeometry()
        count = len(self.cases)
        self._count.setText(
            placed(
                ngettext("{count} person", "{count} people", count).format(
                    count=isolate(str(count))
                )
                if count
                else ""
            )
        )


class GroupSessionForm(Form):
    """Participants beside the questions of ``GroupSession``.

    Its answers hold ``participants``, the ids of their cases, as one more answer.
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__(
            desk,
            GroupSession.fields,
            without(GroupSession.sections, ["counsellor", TRAINING_GROUP]),
            offered={"topics": _topics(desk)},
        )
        self.people = PeopleChooser(desk)
        self.people.edited.connect(self.edited)
        layout = self.layout()
        assert isinstance(layout, QVBoxLayout)
        layout.insertWidget(0, self.people)

    def answers(self) -> dict[str, Any]:
        """Give what has been answered."""
        return {**super().answers(), **{n: a for n, a in self._chosen().items() if a}}

    def asked(self) -> dict[str, Any]:
        """Give every question asked with its answer."""
        return {**super().asked(), **self._chosen()}

    def load(self, answers: Mapping[str, Any]) -> None:
        """Show answers."""
        super().load(answers)
        self.people.load(answers.get(PARTICIPANTS, ()), answers.get(TRAINING_GROUP))

    def show_refusals(self, refusals: Sequence[Refused]) -> list[Refused]:
        """Say each refusal at its question."""
        mine = [refused for refused in refusals if refused.field == PARTICIPANTS]
        self.people.refuse(" ".join(refused.message for refused in mine))
        shown = super().show_refusals(refusals)
        if mine and not shown:
            self.focus_first()
        return [*mine, *shown]

    def focus_first(self) -> None:
        """Bring the keyboard to the search for people."""
        self.people.search.line.setFocus()

    def _chosen(self) -> dict[str, Any]:
        return {
            PARTICIPANTS: list(self.people.cases) or None,
            TRAINING_GROUP: self.people.training_group,
        }


def _topics(desk: Desk) -> Offered:
    """Offer the topics of the programmes the office has open cases in."""
    with desk.store.read() as db:
        codes = db.scalars(
            select(Case.programme).where(Case.voided.is_(None), Case.state.not_in(ENDED)).distinct()
        )
        topics = [t for code in sorted(filter(None, codes)) for t in programme_of(db, code).topics]
    return [(topic, TOPICS.label(topic)) for topic in dict.fromkeys(topics)]
