"""What a sync left for a person to put right: answers that differ, rules that no longer hold."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from uuid import UUID

from app.casework.conflicts import open_conflicts
from app.casework.people import display_names
from app.casework.review import findings
from app.i18n import _
from app.models.record import kind_named
from app.models.store import Store
from app.ui.desk import Desk
from app.ui.entries import Block, Entry
from app.ui.tasks import Progress, Task


@dataclass(frozen=True, slots=True)
class Matter:
    """One thing to put right.

    Attributes:
        root: Id of the file it belongs to.
        names: The person's names; empty for what belongs to nobody's file.
        sentence: What is wrong and what to do.
    """

    root: UUID
    names: list[str]
    sentence: str


def matters(store: Store) -> list[Matter]:
    """List what waits for a person; checks every record merged since, so it may take a while."""
    broken = [(finding.root, finding.message) for finding in findings(store)]
    with store.read() as db:
        for conflict in open_conflicts(db):
            kind = kind_named(conflict.kind)
            record = db.get_one(kind, conflict.record)
            told = _("Two people answered “{question}” differently. Open the file and keep one.")
            broken.append((record.root, told.format(question=_(kind.fields[conflict.field].label))))
        names = display_names(db, {root for root, _sentence in broken})
    return [Matter(root, names.get(root, []), sentence) for root, sentence in broken]


class Review(Block):
    """The list, read beside the window; hidden while there is nothing in it."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(_("For you to put right"))
        self._desk = desk
        self._task: Task | None = None
        self.hide()

    def refresh(self) -> None:
        """Read the list anew."""
        if self._task is not None:
            return
        store = self._desk.store

        def work(_progress: Progress) -> list[Matter]:
            return matters(store)

        self._task = self._desk.tasks.run("", work, self._show, is_quiet=True)
        self._task.ended.connect(self._rest)

    def _rest(self) -> None:
        self._task = None

    def _show(self, found: list[Matter]) -> None:
        self.fill(
            [
                Entry(
                    matter.names[0] if matter.names else _("Office records"),
                    matter.sentence,
                    partial(self._open, matter),
                    other=matter.names[1] if len(matter.names) > 1 else "",
                )
                for matter in found
            ],
            _("Nothing waits for you."),
        )
        self.setVisible(bool(found))

    def _open(self, matter: Matter) -> None:
        if matter.names:
            self._desk.open_person(matter.root)
        else:
            self._desk.say(matter.sentence, "warning")
