"""Exchange rates: what one currency bought of another, on which day, by whose word."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from sqlalchemy import select

from app.casework.corrections import correct
from app.formats import day_text
from app.i18n import N_, _, isolate
from app.models.drafts import draft_for
from app.models.grants import ExchangeRate
from app.models.store import Changed
from app.ui.forms import Form
from app.ui.inline_form import InlineForm
from app.ui.parts import column
from app.ui.screen import Screen, ScreenSpec, register_screen
from app.ui.screens.pages import ListPage, Pages
from app.ui.tables import TRAILING, Column

if TYPE_CHECKING:
    from app.ui.desk import Desk

_ADD: Final = "rates.exchange_rate"
_CORRECT: Final = "rates.correct.exchange_rate"


class RatesScreen(Screen):
    """The rates, the latest first; one is added or corrected in their place."""

    title = N_("Exchange rates")

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.pages = Pages(desk.preferences.text_scale)
        self.list = ListPage(
            desk, _(self.title), _columns(), lambda: read_rates(desk),
            empty=_("No exchange rate yet. Add one before an amount in another currency is paid."),
            hint=_("Currency, day or source"), add_label=_("Add a rate"),
            back_label=_("Back to the settings"),
        )  # fmt: skip
        self.pages.addWidget(self.list)
        self.list.added.connect(self.add)
        self.list.opened.connect(self.correct)
        self.list.left.connect(lambda: desk.show_screen("settings"))
        self.setLayout(column(self.pages))
        desk.changed.connect(self._changed)

    def arrive(self, **arguments: Any) -> None:
        """Show the rates; a draft begun is taken up.

        Args:
            arguments: ``about``, the id of a rate whose correction was begun.
        """
        self._show_list()
        about: UUID | None = arguments.get("about")
        if about is not None:
            with self.desk.store.read() as db:
                rate = db.get(ExchangeRate, about)
            if rate is not None:
                self.correct(rate)
        elif draft_for(self.desk.store, self.desk.user, _ADD, None) is not None:
            self.add()

    def leave(self) -> None:
        """Keep what is being typed."""
        self.pages.leave()

    def add(self) -> None:
        """Open the form of a rate."""

        def save(db: Any, answers: dict[str, Any]) -> object:
            rate = ExchangeRate(**{n: a for n, a in answers.items() if a is not None})
            db.add(rate)
            return rate

        today = self.desk.store.context().today
        self._ask(_ADD, _("Add a rate"), save, None, {"on": today.isoformat()})

    def correct(self, rate: ExchangeRate) -> None:
        """Open a rate to be corrected."""
        self._ask(
            _CORRECT, _("Exchange rate"),
            lambda db, answers: correct(db, ExchangeRate, rate.id, answers),
            rate.id, rate.as_json(),
        )  # fmt: skip

    def _ask(
        self, draft: str, title: str, save: Any, about: UUID | None, answers: dict[str, Any]
    ) -> None:
        form = InlineForm(
            self.desk, draft, Form.of(self.desk, ExchangeRate), title=title,
            save_label=_("Save"), save=save, is_correction=about is not None,
        )  # fmt: skip
        form.closed.connect(self._show_list)
        self.pages.ask(form, about, answers)

    def _show_list(self) -> None:
        self.list.refresh()
        self.pages.setCurrentWidget(self.list)
        self.list.focus()

    def _changed(self, changed: Changed) -> None:
        is_seen = self.isVisible() and self.pages.currentWidget() is self.list
        if is_seen and "exchange_rate" in changed.kinds:
            self.list.refresh()


def read_rates(desk: Desk) -> list[ExchangeRate]:
    """List the rates, the latest first."""
    with desk.store.read() as db:
        return list(
            db.scalars(
                select(ExchangeRate)
                .where(ExchangeRate.voided.is_(None))
                .order_by(ExchangeRate.on.desc(), ExchangeRate.created_at.desc())
            )
        )


def _columns() -> list[Column[ExchangeRate]]:
    return [
        Column(_("Date"), lambda rate: day_text(rate.on, "medium") if rate.on else "", 13),
        Column(_("One unit of"), lambda rate: rate.shown("base"), 26),
        Column(_("Buys"), lambda rate: rate.shown("rate"), 14, TRAILING),
        Column(_("In the currency"), lambda rate: rate.shown("quoted"), 26),
        Column(_("Source"), lambda rate: isolate(rate.source or "")),
    ]


register_screen(
    ScreenSpec(
        name="rates",
        title=RatesScreen.title,
        icon="ph.currency-circle-dollar",
        order=None,
        roles=frozenset({"counsellor", "supervisor", "finance", "hq", "admin"}),
        build=RatesScreen,
        under="settings",
    )
)
