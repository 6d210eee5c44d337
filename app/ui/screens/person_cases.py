"""A person's file: their cases, opened, ended, and where they may go."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from app.casework.cases import ENDED, advance, open_case
from app.errors import SanadError
from app.i18n import N_, _
from app.models.cases import STATES, Case
from app.models.drafts import Draft
from app.models.layout import Section
from app.ui.forms import Form
from app.ui.inline_form import InlineForm
from app.ui.screens.person_section import Action, FileSection, RecordList, about_person

if TYPE_CHECKING:
    from app.ui.desk import Desk
    from app.ui.screens.person_file import PersonFile

_ASKED_TO_OPEN: Final = Section(
    N_("Case"), (("programme", "priority"), ("return_country", "return_place"))
)
_CLOSING: Final = "person.close_case"
_KEPT_BY_RULE: Final = ["number", "state", "state_reason", "closed", "opened", "programme"]


class CasesSection(FileSection):
    """Cases of a person."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, "cases", _("Cases"))
        self.button(_("Open a case"), self.add, "ph.plus")
        self.adding = self.hold(
            InlineForm(
                desk, "person.case", Form(desk, Case.fields, [_ASKED_TO_OPEN]),
                title=_("Open a case"), save_label=_("Open the case"),
                save=about_person(self, _open),
            )
        )  # fmt: skip
        reason = replace(Case.fields["state_reason"], required=True, label=N_("Reason for closing"))
        self._closing_case: UUID | None = None
        self._closing = self.hold(
            InlineForm(
                desk, _CLOSING,
                Form(desk, {"state_reason": reason}, [Section(N_("Case"), (("state_reason",),))]),
                title=_("Close the case"), save_label=_("Close the case"), save=self._close,
            )
        )  # fmt: skip
        self._records = RecordList(
            self, Case, ["person"], _("No case yet. Open one when the person joins a programme."),
            unasked=_KEPT_BY_RULE,
        )  # fmt: skip
        for part in (self.adding, self._closing, self._records):
            self.body.addWidget(part)

    def add(self) -> None:
        """Open the form of a case; the country of return is often that of nationality."""
        if self.file is None:
            return
        answers: dict[str, Any] = {"priority": "normal"}
        nationalities = sorted((self.file.person.nationalities or frozenset()) - {"XXX", "XXA"})
        if len(nationalities) == 1:
            answers["return_country"] = nationalities[0]
        self.adding.open(self.file.person.id, answers, "programme")

    def refresh(self, file: PersonFile) -> None:
        """Show the cases, the latest first."""
        self._records.show_records(file.cases[::-1], named=file.named, actions=self._actions)

    def _actions(self, case: Case) -> list[Action]:
        if case.state in ENDED:
            return []
        return [
            (_("Withdraw"), lambda: self.move_on(case.id, "withdrawn")),
            (_("Close…"), lambda: self._ask_reason(case)),
        ]

    def move_on(self, case: UUID, state: str) -> None:
        """Move a case; what is missing is explained."""
        try:
            with self.desk.store.write(self.desk.user) as db:
                advance(db, db.get_one(Case, case), state)
        except SanadError as error:
            self.desk.explain(error)
            return
        said = _("The case is in the state “{state}”.").format(state=STATES.label(state))
        self.desk.say(said)

    def take_up(self, draft: Draft) -> bool:
        """Go on with the closing of a case begun, or a correction."""
        cases = self.file.open_cases if self.file else []
        case = next((case for case in cases if case.id == draft.about), None)
        if draft.form == _CLOSING and case is not None:
            self._ask_reason(case)
            return True
        return super().take_up(draft)

    def _ask_reason(self, case: Case) -> None:
        self._closing_case = case.id
        self._closing.open(case.id, {})

    def _close(self, db: Any, answers: dict[str, Any]) -> object:
        if self._closing_case is None:
            raise LookupError("no case is being closed")
        advance(db, db.get_one(Case, self._closing_case), "closed", answers.get("state_reason"))
        return None


def _open(db: Any, person: UUID, answers: dict[str, Any]) -> object:
    return open_case(db, person, answers.pop("programme"), **answers)
