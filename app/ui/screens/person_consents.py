"""A person's file: what they agreed to, and its withdrawal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from app.casework.consents import give_consent
from app.casework.sharing import closed_to, withdraw_consent
from app.errors import SanadError
from app.i18n import _, pgettext
from app.models.consents import SCOPES, Consent
from app.ui.forms import Form
from app.ui.inline_form import InlineForm
from app.ui.screens.person_section import (
    Action,
    FileSection,
    RecordList,
    about_person,
    stamps,
)
from app.ui.widgets.texts import label, placed

if TYPE_CHECKING:
    from app.ui.desk import Desk
    from app.ui.screens.person_file import PersonFile


class ConsentsSection(FileSection):
    """Acts of consent; withdrawing one asks nothing."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, "consents")
        self.button(_("Record consent"), self.add, "ph.plus")
        form = Form.of(desk, Consent, leaving_out=["person", "withdrawn_on", "text_version"])
        self.adding = self.hold(
            InlineForm(
                desk, "person.consent", form, title=_("Consent"), save_label=_("Save the consent"),
                save=about_person(self, lambda db, who, given: give_consent(db, who, **given)),
            )
        )  # fmt: skip
        self._live = label("")
        self._records = RecordList(
            self, Consent, ["person"], _("No consent is recorded. Explain, then record it here.")
        )
        for part in (self.adding, self._live, self._records):
            self.body.addWidget(part)

    def add(self) -> None:
        """Open the form of a consent, with what is usual."""
        if self.file is None:
            return
        person = self.file.person
        usual: dict[str, Any] = {
            "scopes": ["register"],
            "given_on": self.desk.store.context().today.isoformat(),
            "form": "written",
            "source": "self",
        }
        if person.main_language:
            usual["language"] = person.main_language
        self.adding.open(person.id, usual, "scopes")

    def own(self, file: PersonFile) -> object:
        """Consents are shown from themselves."""
        return stamps(file.consents), file.scopes

    def refresh(self, file: PersonFile) -> None:
        """Show what is agreed to now, then every act, the latest first."""
        live = [SCOPES.label(code) for code in SCOPES.codes() if code in file.scopes]
        agreed = _("Agrees now to: {purposes}").format(purposes=_(", ").join(live))
        self._live.setText(placed(agreed))
        self._live.setVisible(bool(live))
        self._records.show_records(
            file.consents[::-1],
            actions=self._actions,
            badge=lambda consent: pgettext("consent", "Withdrawn") if consent.withdrawn_on else "",
        )

    def _actions(self, consent: Consent) -> list[Action]:
        if consent.withdrawn_on is not None:
            return []
        return [(pgettext("consent", "Withdraw"), lambda: self._withdraw(consent.id))]

    def _withdraw(self, consent: UUID) -> None:
        try:
            with self.desk.store.write(self.desk.user) as db:
                given = db.get_one(Consent, consent)
                closed = closed_to(withdraw_consent(db, given))
        except SanadError as error:
            self.desk.explain(error)
            return
        self.desk.say(" ".join(filter(None, (_("The consent no longer holds."), closed))))
