"""A person's file: their cases, opened, ended, and where they may go."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.casework.cases import NextState, advance, disputed_states, open_case, state_label
from app.casework.files import parent_of
from app.casework.verbs import Verb, usual_answers
from app.errors import SanadError
from app.formats import day_text
from app.i18n import N_, _, is_right_to_left, isolate
from app.models.cases import Case, CaseTransition
from app.models.drafts import Draft
from app.models.fields import Field
from app.models.layout import Section
from app.models.record import Record
from app.ui.drop_menu import Entries
from app.ui.forms import Form
from app.ui.inline_form import InlineForm
from app.ui.screens.case_moves import move_entries
from app.ui.screens.filed_card import FiledCard
from app.ui.screens.filed_forms import verb_form
from app.ui.screens.person_file import reading
from app.ui.screens.person_section import FileSection, about_person, stamps
from app.ui.theme import SPACE
from app.ui.widgets.texts import label

if TYPE_CHECKING:
    from app.ui.desk import Desk
    from app.ui.screens.person_file import PersonFile

_ASKED_TO_OPEN: Final = Section(
    N_("Case"), (("programme", "priority"), ("return_country", "return_place"))
)
_CLOSING: Final = "person.close_case"
_BY_A_MOVE: Final = frozenset({"withdraw", "hold", "resume", "close", "reopen"})
"""Verbs that the moves of the case do here, with what is missing for each."""


class CasesSection(FileSection):
    """Cases of a person."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, "cases")
        self.button(_("Open a case"), self.add, "ph.plus")
        self.adding = self.hold(
            InlineForm(
                desk, "person.case", Form(desk, Case.fields, [_ASKED_TO_OPEN]),
                title=_("Open a case"), save_label=_("Open the case"),
                save=about_person(self, _open),
            )
        )  # fmt: skip
        self.cards: dict[UUID, CaseCard] = {}
        self._cards = QVBoxLayout()
        self._cards.setSpacing(SPACE * 3)
        self._empty = label(_("No case yet. Open one when the person joins a programme."), "quiet")
        self.body.addWidget(self.adding)
        self.body.addLayout(self._cards)
        self.body.addWidget(self._empty)

    def add(self) -> None:
        """Open the form of a case; the country of return is often that of nationality."""
        if self.file is None:
            return
        person = self.file.person
        with self.desk.store.read() as db:
            answers = usual_answers(db, Case, person)
        self.adding.open(person.id, answers, "programme")

    def refresh(self, file: PersonFile) -> None:
        """Show the cases, the latest first."""
        kept = {case.id for case in file.cases}
        for gone in [card for card in self.cards if card not in kept]:
            card = self.cards.pop(gone)
            self._cards.removeWidget(card)
            card.go()
        for place, case in enumerate(file.cases[::-1]):
            card = self.cards.get(case.id) or CaseCard(self, case, is_line=False)
            self.cards[case.id] = card
            if self._cards.indexOf(card) != place:
                self._cards.insertWidget(place, card)
            card.show_record(case, file)
        self._empty.setVisible(not file.cases)

    def move_on(self, case: UUID, state: str) -> None:
        """Move a case, or ask for the reason first; what is missing is explained."""
        self.catch_up()
        card = self.cards.get(case)
        if card is not None:
            card.move_on(state)

    def take_up(self, draft: Draft) -> bool:
        """Go on with a move of a case begun, or a correction."""
        self.catch_up()
        return any(card.take_up(draft) for card in self.cards.values())


class CaseCard(FiledCard):
    """A case with its moves so far and those it may make."""

    def depends_on(self, record: Record, file: PersonFile) -> object:
        """A case's card shows its moves, done and possible."""
        steps = [(s.state, [m.rule for m in s.missing]) for s in file.steps.get(record.id, [])]
        return super().depends_on(record, file), steps, stamps(_moves_of(file, record.id))

    def body(self, record: Record, file: PersonFile) -> QWidget | None:
        """List the moves, the latest first."""
        moves = _moves_of(file, record.id)
        if not moves:
            return None
        whole = QWidget()
        whole.setAccessibleName(_("Moves"))
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for move in moves[::-1]:
            column.addWidget(label(_told(move), "caption"))
        return whole

    def more_entries(self, file: PersonFile) -> Entries:
        """List where the case may go beside its regular step."""
        steps = file.steps.get(self.record.id, [])
        entries = move_entries(steps, self._section.desk.roles, self.move_on)
        if any(step.state == "withdrawn" for step in steps):
            entries.insert(0, (_("Withdraw"), partial(self.move_on, "withdrawn")))
        return entries

    def move_on(self, state: str) -> None:
        """Move the case, or ask for the reason first; what is missing is explained."""
        step = self._step(state)
        if step is not None and step.needs_reason and not step.missing:
            self._ask_reason(step)
            return
        desk = self._section.desk
        try:
            with desk.store.write(desk.user) as db:
                advance(db, db.get_one(Case, self.record.id), state)
        except SanadError as error:
            desk.explain(error)
            return
        desk.say(_("The case is in the state “{state}”.").format(state=state_label(state)))

    def verbs(self, file: PersonFile) -> list[Verb]:
        """List what is done with a case beside moving it."""
        return [verb for verb in super().verbs(file) if verb.name not in _BY_A_MOVE]

    def do(self, verb: Verb) -> None:
        """Do something with the case; of disputed states only those are offered."""
        file = self._section.file
        if file is None or verb.name != "settle_state":
            super().do(verb)
            return
        with reading(self._section.desk) as db:
            states = disputed_states(db, db.get_one(Case, self.record.id))
        offered = {"state": [(state, state_label(state)) for state in states]}
        verb_form(self._section.desk, file, self.record, verb, self.put, offered)

    def take_up(self, draft: Draft) -> bool:
        """Go on with a form about this case."""
        if draft.about != self.record.id:
            return False
        state = "closed" if draft.form == _CLOSING else ""
        if draft.form.startswith("person.move."):
            state = draft.form.split(".")[2]
        step = self._step(state)
        if step is not None and step.needs_reason:
            self._ask_reason(step)
            return True
        return super().take_up(draft)

    def _step(self, state: str) -> NextState | None:
        file = self._section.file
        steps = file.steps.get(self.record.id, []) if file else []
        return next((step for step in steps if step.state == state), None)

    def _ask_reason(self, step: NextState) -> None:
        desk, case, state = self._section.desk, self.record.id, step.state
        is_closing = state == "closed"
        title = _("Close the case") if is_closing else state_label(state)
        form = Form(desk, _reasons(is_closing=is_closing), [_reason_layout(is_closing=is_closing)])

        def save(db: Any, answers: dict[str, Any]) -> object:
            return advance(
                db,
                db.get_one(Case, case),
                state,
                answers.get("state_reason"),
                answers.get("closure_reason"),
            )

        asking = InlineForm(
            desk,
            _CLOSING if is_closing else f"person.move.{state}.case",
            form,
            title=title,
            save_label=title,
            save=save,
        )
        self.put(asking)
        asking.open(case, {})


def _reasons(*, is_closing: bool) -> dict[str, Field]:
    reason = replace(Case.fields["state_reason"], required=not is_closing, label=N_("Reason"))
    if not is_closing:
        return {"state_reason": reason}
    code = replace(Case.fields["closure_reason"], required=True)
    return {
        "closure_reason": code,
        "state_reason": replace(reason, label=N_("More about the reason")),
    }


def _reason_layout(*, is_closing: bool) -> Section:
    asked = (("closure_reason",), ("state_reason",)) if is_closing else (("state_reason",),)
    return Section(N_("Case"), asked)


def _moves_of(file: PersonFile, case: UUID) -> list[CaseTransition]:
    moves = file.filed.get(CaseTransition, [])
    return [m for m in moves if isinstance(m, CaseTransition) and parent_of(m) == case]


def _told(move: CaseTransition) -> str:
    when = day_text(move.moved_on, "medium") if move.moved_on else ""
    # Both names are isolated, not the whole: the arrow points the way the page reads.
    onward = "←" if is_right_to_left() else "→"
    went = f"{isolate(move.shown('from_state'))} {onward} {isolate(move.shown('to_state'))}"
    what = isolate(move.shown("mark")) if move.mark else went
    return " · ".join(part for part in (isolate(when), what, isolate(move.reason or "")) if part)


def _open(db: Any, person: UUID, answers: dict[str, Any]) -> object:
    return open_case(db, person, answers.pop("programme"), **answers)
