"""Where a case stands on its line, and the moves it may make, in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from app.casework.case_facts import Missing
from app.casework.case_states import ENDED
from app.casework.cases import NextState, state_label
from app.casework.files import parent_of
from app.casework.verbs import Verb
from app.i18n import N_, _, pgettext
from app.models.cases import Case, CaseTransition
from app.models.filing import FILE_SECTIONS
from app.models.programme_lists import REGULAR_STATES
from app.models.record import Record, kinds
from app.ui.widgets.stepper import Step

if TYPE_CHECKING:
    from app.ui.screens.person_file import PersonFile

_NEXT_SHOWN: Final = 2
_OFFERS: Final = {
    "consent": N_("Record consent"),
    "counselling_session": N_("Record a session"),
    "person": N_("Complete the intake"),
    "person_name": N_("Add a name"),
    "enrolment": N_("Enrol in a group"),
    "case": N_("Open a case"),
}
"""Words for what sections with forms of their own add."""
_STEPS: Final[Mapping[str, tuple[str, ...]]] = {
    "travel_paper_valid": ("send", "issue"),
    "exit_authorised": ("send", "issue"),
    "itinerary_known": ("book",),
    "allowances_prepared": ("prepare",),
    "boarded": ("confirm_boarding",),
    "received": ("confirm_arrival",),
    "assisted": ("deliver",),
    "plan_approved_here": ("approve", "submit"),
    "plan_approved_there": ("mission_approve",),
    "hold_released": ("release_hold",),
}
"""Steps of records there are already that settle what a guard misses, by its name."""
_COMPLETED: Final = frozenset(
    {
        "declaration_signed", "declared_by_today", "language_understood", "interpreter_recorded",
        "asylum_explained", "escort_arranged",
    }
)  # fmt: skip
"""Guards that miss an answer of a record there is already."""
_WAITS: Final = "thought_over"
"""The guard that is settled by time alone."""
_BY_ITS_OWN_BUTTON: Final = "withdrawn"


@dataclass(frozen=True, slots=True)
class Line:
    """What the stepper shows of a case's way.

    Attributes:
        whole: The whole line in words.
    """

    steps: list[Step]
    has_before: bool
    has_after: bool
    whole: str


def line_of(file: PersonFile, case: Case) -> Line:
    """Give the step before, the present one and the next two of a case's programme."""
    programme = file.programmes.get(case.id)
    line = [one for one in REGULAR_STATES if programme is None or programme.uses(one)]
    state = case.state or "draft"
    whole = _(", ").join(state_label(one) for one in line)
    if state in line:
        at = line.index(state)
        first, last = max(0, at - 1), at + _NEXT_SHOWN + 1
        steps = [
            Step(state_label(one), "done" if place < at else "now" if place == at else "ahead")
            for place, one in enumerate(line)
            if first <= place < last
        ]
        return Line(steps, first > 0, last < len(line), whole)
    # Off the line (held, ended, reopened): from where it left, to where it is.
    left = _left_from(file, case, line)
    steps = [Step(state_label(left), "done")] if left else []
    steps.append(Step(state_label(state), "now"))
    goes_on = state not in ENDED
    return Line(steps, bool(left and line.index(left)), goes_on, whole)


def _left_from(file: PersonFile, case: Case, line: Sequence[str]) -> str | None:
    moves = [one for one in file.filed.get(CaseTransition, []) if parent_of(one) == case.id]
    passed = [
        state
        for move in moves
        if isinstance(move, CaseTransition)
        for state in (move.from_state, move.to_state)
        if state in line
    ]
    return passed[-1] if passed else None


def move_entries(
    steps: Sequence[NextState], roles: frozenset[str], move: Callable[[str], object]
) -> list[tuple[str, Callable[[], object]]]:
    """List the moves beside the regular step and withdrawal, in words, for a menu."""
    return [
        (_move_words(step.state), lambda state=step.state: move(state))  # type: ignore[misc]
        for step in steps
        if not step.is_regular
        and step.state != _BY_ITS_OWN_BUTTON
        and (step.roles is None or step.roles & roles)
    ]


def _move_words(state: str) -> str:
    words = {
        "protection_hold": _("Put on hold"),
        "closed": _("Close…"),
        "reopened": _("Reopen…"),
        "training": _("Mark: in training"),
        "plan_approved": _("Mark: plan approved"),
    }
    if state in words:
        return words[state]
    return pgettext("state a case is set to", "{state}…").format(state=state_label(state))


@dataclass(frozen=True, slots=True)
class Remedy:
    """What would settle something that is missing.

    Attributes:
        text: In the words of a button.
        section: Where in the file.
        kind: Record kind to be added; None when nothing is.
        record: A record that is to be completed, or has a step of its own to be done.
        verb: That step; None to complete the answers.
    """

    text: str
    section: str
    kind: str | None = None
    record: Record | None = None
    verb: Verb | None = None


def remedy_for(file: PersonFile, case: Case, missing: Missing) -> Remedy:
    """Tell what would settle something that is missing for a move of a case."""
    records: list[Record] = [case]
    kind = kinds().get(missing.kind or "")
    if kind is not None and kind.filed is not None:
        records = file.standing_under(kind, case.id)[::-1]
    for name in _STEPS.get(missing.rule, ()):
        for record in records:
            for verb in file.verbs.get(record.id, ()):
                if verb.name == name:
                    return Remedy(_(verb.title), missing.section, record=record, verb=verb)
    if missing.rule in _COMPLETED and records and kind is not None:
        text = _("Complete: {record}").format(record=_(kind.title))
        return Remedy(text, missing.section, record=records[0])
    if missing.kind in _OFFERS:
        return Remedy(_(_OFFERS[missing.kind]), missing.section, missing.kind)
    if kind is not None and kind.filed is not None and kind.filed.add and missing.rule != _WAITS:
        return Remedy(_(kind.filed.add), missing.section, missing.kind)
    there = _("Go to: {section}").format(section=_(FILE_SECTIONS[missing.section]))
    return Remedy(there, missing.section)
