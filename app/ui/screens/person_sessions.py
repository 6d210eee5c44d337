"""A person's file: counselling sessions, recorded in a form opened in the page."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from app.casework.sessions import record_session
from app.i18n import N_, _
from app.models.appointments import Appointment
from app.models.cases import Case
from app.models.layout import Section
from app.models.programmes import TOPICS, programmes
from app.models.sessions import CounsellingSession
from app.ui.forms import Form, without
from app.ui.inline_form import InlineForm
from app.ui.screens.person_section import FileSection, RecordList, about_person, stamps
from app.ui.widgets.pick import Offered

if TYPE_CHECKING:
    from app.ui.desk import Desk
    from app.ui.screens.person_file import PersonFile

_NEXT: Final = "next_appointment"
_REPEATED: Final[tuple[str, ...]] = ("language", "interpreter", "interpreter_name", "mode")
"""Answers the next session most often shares with the last."""
_COUNSELLED: Final = "return_counselled"
"""The guard that a session about the return settles."""


class SessionsSection(FileSection):
    """Sessions, the latest first."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, "counselling")
        self._record = self.button(_("Record a session"), self.add, "ph.plus")
        self.recording: InlineForm | None = None
        self._cases: tuple[UUID, ...] = ()
        self._records = RecordList(
            self,
            CounsellingSession,
            ["counsellor", "group_session"],
            _("No session is recorded yet."),
        )
        self.body.addWidget(self._records)

    def own(self, file: PersonFile) -> object:
        """Sessions are shown from themselves; the cases open say whether one may be added."""
        return stamps(file.sessions), stamps(file.open_cases)

    def refresh(self, file: PersonFile) -> None:
        """Show the sessions."""
        self._record.setEnabled(bool(file.open_cases))
        self._record.setToolTip("" if file.open_cases else _("Open a case first."))
        self._records.show_records(file.sessions, named=file.named)

    def add(self) -> None:
        """Open the form of a session, answered as far as the last one and the file tell."""
        file = self.file
        if file is None or not file.open_cases:
            return
        form = self._form(file)
        form.open(file.person.id, self._usual(file), "topics")

    def _form(self, file: PersonFile) -> InlineForm:
        """Give the form for the cases open; topics are those of their programmes."""
        cases = tuple(case.id for case in file.open_cases)
        if self.recording is not None and cases == self._cases:
            return self.recording
        if self.recording is not None:
            self.recording.leave()
            self._forms.remove(self.recording)
            self.body.removeWidget(self.recording)
            self.recording.deleteLater()
        self._cases = cases
        left_out = ["counsellor", "group_session", *(["case"] if len(cases) == 1 else [])]
        next_time = replace(
            Appointment.fields["at"], name=_NEXT, required=False, label=N_("Next appointment")
        )
        sections = without(CounsellingSession.sections, left_out)
        if len(cases) > 1:
            sections.insert(0, Section(N_("Case"), (("case",),)))
        sections.append(Section(N_("Next appointment"), ((_NEXT,),)))
        form = Form(
            self.desk, {**CounsellingSession.fields, _NEXT: next_time}, sections,
            offered={"topics": _topics(file.open_cases), "case": _named(file.open_cases)},
        )  # fmt: skip
        self.recording = self.hold(
            InlineForm(
                self.desk, "person.session", form, title=_("Session"),
                save_label=_("Save the session"), save=about_person(self, self._save),
            )
        )  # fmt: skip
        self.body.insertWidget(0, self.recording)
        return self.recording

    def _usual(self, file: PersonFile) -> dict[str, Any]:
        last = file.sessions[0].as_json() if file.sessions else {}
        usual: dict[str, Any] = {name: last[name] for name in _REPEATED if name in last}
        if file.person.main_language:
            usual.setdefault("language", file.person.main_language)
        return {
            **usual,
            "case": str(file.open_cases[-1].id),
            "session_kind": self._usual_kind(file),
            "held_on": self.desk.store.context().today.isoformat(),
        }

    def _usual_kind(self, file: PersonFile) -> str:
        steps = file.steps.get(file.open_cases[-1].id, [])
        missing = {one.rule for step in steps if step.is_regular for one in step.missing}
        if _COUNSELLED in missing:
            return "return"  # the session the case waits for
        return "follow_up" if file.sessions else "information"

    def _save(self, db: Any, _person: UUID, answers: dict[str, Any]) -> object:
        case = UUID(answers.pop("case", None) or str(self._cases[-1]))
        return record_session(db, case, **answers)


def _topics(cases: list[Case]) -> Offered:
    known = programmes()
    codes = [code for case in cases for code in known[case.programme or ""].topics]
    return [(code, TOPICS.label(code)) for code in dict.fromkeys(codes)]


def _named(cases: list[Case]) -> Offered:
    return [(str(case.id), case.summary) for case in cases]
