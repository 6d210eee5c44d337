"""Review: what a sync leaves for a person: answers that differ, rules broken, changes set aside."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QStackedWidget, QWidget

from app.casework.conflicts import Dispute
from app.casework.review import Finding
from app.i18n import N_, _, isolate, ngettext
from app.models.persons import Person
from app.models.store import Changed
from app.sync.refused import let_go
from app.ui.desk import Desk
from app.ui.parts import chooses, column, row, say
from app.ui.screen import Screen, ScreenSpec, register_screen
from app.ui.screens.review_lists import BrokenList, SetAsideList
from app.ui.screens.review_queue import DisputesPage
from app.ui.screens.review_reading import (
    Broken,
    SetAside,
    read_broken,
    read_set_aside,
    screen_of,
    section_of,
    try_set_aside,
)
from app.ui.tasks import Progress
from app.ui.theme import SPACE

_PARTS: Final = {
    "conflicts": N_("Two answers to one question"),
    "broken": N_("No longer adds up"),
    "aside": N_("Changes set aside"),
}
_EVERYBODY_BUT_INTAKE: Final = frozenset(
    {"counsellor", "supervisor", "protection", "finance", "hq", "admin"}
)


class ReviewScreen(Screen):
    """Three lists of which one is seen; the first that has anything comes first."""

    title = N_("Review")

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._is_stale = True
        self._is_reading = False
        self._has_chosen = False
        self.disputes = DisputesPage(desk)
        self.broken = BrokenList()
        self.aside = SetAsideList()
        self._pages: dict[str, QWidget] = {
            "conflicts": self.disputes, "broken": self.broken, "aside": self.aside,
        }  # fmt: skip
        self._counts: dict[str, int | None] = dict.fromkeys(_PARTS)
        self.parts: dict[str, QPushButton] = {}
        for name, title in _PARTS.items():
            part = QPushButton(_(title))
            part.setProperty("role", "quiet")
            part.setAutoDefault(False)
            chooses(part, name == "conflicts")
            part.clicked.connect(lambda _on=False, name=name: self._choose(name))
            self.parts[name] = part
        self._stack = QStackedWidget()
        for page in self._pages.values():
            self._stack.addWidget(page)
        self._filters = QWidget()
        self._filters.setLayout(row(self.disputes.whose, self.disputes.kind, spacing=2))
        bar = row(*self.parts.values(), None, spacing=2)
        head = row(say(_(self.title), "heading1"), None, self._filters, spacing=3)
        whole = column(head, bar, self._stack, spacing=3)
        whole.setContentsMargins(SPACE * 6, SPACE * 5, SPACE * 6, SPACE * 4)
        whole.setStretch(2, 1)
        self.setLayout(whole)
        self.disputes.counted.connect(lambda count: self._count("conflicts", count))
        self.disputes.opened.connect(self._open_dispute)
        self.broken.opened.connect(self._open_finding)
        self.aside.opened.connect(desk.open_person)
        self.aside.seen_to.connect(self._let_go)
        self.aside.retried.connect(self._try_again)
        desk.changed.connect(self._note)

    # -- the screen ----------------------------------------------------------------------------

    def arrive(self, **arguments: Any) -> None:
        """Show what waits.

        Args:
            arguments: ``about``, a record whose dispute is to be settled; ``part``, one of
                ``conflicts``, ``broken`` and ``aside``.
        """
        about = arguments.get("about")
        part = "conflicts" if about is not None else arguments.get("part")
        self._has_chosen = part is not None
        if part is not None:
            self.show_part(str(part))
        if about is not None:
            self.disputes.seek(UUID(str(about)))
        if self._is_stale:
            self.refresh()
        self._focus()

    def leave(self) -> None:
        """Keep what is picked and written."""
        self.disputes.leave()

    @property
    def is_reading(self) -> bool:
        """Whether anything shown is still on its way."""
        return self._is_reading or self.disputes.is_reading

    @property
    def part(self) -> str:
        """Name of the list that is seen."""
        return next(name for name, page in self._pages.items()
                    if page is self._stack.currentWidget())  # fmt: skip

    def refresh(self) -> None:
        """Read everything anew, beside the window."""
        self._is_stale = False
        self.disputes.refresh()
        if self._is_reading:
            self._is_stale = True
            return
        self._is_reading = True
        store = self.desk.store

        def work(progress: Progress) -> tuple[list[Broken], list[SetAside]]:
            return read_broken(store, progress), read_set_aside(store)

        task = self.desk.tasks.run("", work, self._take, is_quiet=True)
        task.ended.connect(self._rest)

    def show_part(self, name: str) -> None:
        """Show one of the three lists."""
        self.parts[name].setChecked(True)
        self._stack.setCurrentWidget(self._pages[name])
        self._filters.setVisible(name == "conflicts")

    def _take(self, read: tuple[list[Broken], list[SetAside]]) -> None:
        broken, aside = read
        self.broken.show_broken(broken)
        self.aside.show_aside(aside)
        self._count("broken", len(broken))
        self._count("aside", len(aside))

    def _rest(self) -> None:
        self._is_reading = False
        if self._is_stale and self.isVisible() and self.desk.tasks.is_open:
            self.refresh()

    def _note(self, _changed: Changed) -> None:
        self._is_stale = True
        if self.isVisible():
            self.refresh()

    def _count(self, name: str, count: int) -> None:
        self._counts[name] = count
        title = _(_PARTS[name])
        self.parts[name].setText(f"{title} ({isolate(str(count))})" if count else title)
        waiting = [part for part, waits in self._counts.items() if waits]
        if None not in self._counts.values() and not self._has_chosen:
            # Where one looks first, something should be: but only until somebody has chosen.
            self._has_chosen = True
            if waiting and self.part not in waiting:
                self.show_part(waiting[0])
                self._focus()

    def _choose(self, name: str) -> None:
        self._has_chosen = True
        self.show_part(name)

    def _focus(self) -> None:
        if self.part == "conflicts":
            self.disputes.focus_when_read()
        elif self.part == "broken" and self.broken.buttons():
            self.broken.focus()
        else:
            self.parts[self.part].setFocus(Qt.FocusReason.OtherFocusReason)

    # -- what was set aside --------------------------------------------------------------------

    def _let_go(self, own: tuple[UUID, int]) -> None:
        let_go(self.desk.store, [own])
        self.desk.changed.emit(Changed(frozenset(), "here"))

    def _try_again(self) -> None:
        self.aside.retry.setEnabled(False)
        store = self.desk.store
        task = self.desk.tasks.run(
            _("Trying again"), lambda _progress: try_set_aside(store), self._tell_tried
        )
        task.ended.connect(self._rest_trying)

    def _tell_tried(self, accepted: int) -> None:
        said = ngettext(
            "{count} change was accepted.", "{count} changes were accepted.", accepted
        ).format(count=isolate(str(accepted)))
        self.desk.say(said if accepted else _("Nothing more was accepted."))
        self.desk.changed.emit(Changed(frozenset(), "here"))

    def _rest_trying(self) -> None:
        self.aside.retry.setEnabled(True)

    # -- elsewhere -----------------------------------------------------------------------------

    def _open_dispute(self, dispute: Dispute, field: str) -> None:
        self._open(dispute.kind, dispute.record, dispute.root, field, corrects=False)

    def _open_finding(self, finding: Finding) -> None:
        self._open(
            finding.kind, finding.record, finding.root, finding.field or "", corrects=True
        )  # fmt: skip

    def _open(self, kind: str, record: UUID, root: UUID, field: str, *, corrects: bool) -> None:
        """Go to where a record is shown.

        Args:
            corrects: Open it to be put right; otherwise it is only brought into sight.
        """
        with self.desk.store.read() as db:
            is_person = db.get(Person, root) is not None
        if is_person:
            self.desk.show_screen(
                "person", person=root, section=section_of(kind), record=record, field=field,
                corrects=corrects,
            )  # fmt: skip
        elif screen := screen_of(kind):
            self.desk.show_screen(screen)
        else:
            self.desk.say(_("This record is not on this computer."), "warning")


register_screen(
    ScreenSpec(
        name="review", title=ReviewScreen.title, icon="ph.git-diff", order=82,
        roles=_EVERYBODY_BUT_INTAKE, build=ReviewScreen,
    )
)  # fmt: skip
