"""Where the records of a kind stand in a person's file: declared on the kind, read by the screens.

A kind that says ``filed = Filed(...)`` has its list, its form, its corrections and its place on the
timeline from that alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from app.i18n import N_

FILE_SECTIONS: Final = {
    "overview": N_("Overview"),
    "intake": N_("Intake"),
    "cases": N_("Cases"),
    "consents": N_("Consents"),
    "counselling": N_("Counselling"),
    "protection": N_("Protection"),
    "training": N_("Training & business"),
    "plan": N_("Plan & grants"),
    "travel": N_("Travel"),
    "follow_up": N_("Follow-up"),
    "papers": N_("Papers"),
    "history": N_("History"),
}
"""The sections of a person's file, from the top, by name."""


@dataclass(frozen=True, slots=True)
class Filed:
    """How a kind is shown in a person's file.

    Attributes:
        section: One of ``FILE_SECTIONS``.
        order: Place among the lists of the section.
        plural: Heading of the list, a message id.
        add: Words on the button that adds one, a message id; empty when a verb of another
            record makes them.
        empty: What to say while there is none, a message id.
        day: Question whose day places a record on the timeline; empty keeps it off.
        under: Question that points to the record it is listed under, such as the travel of a
            leg; empty for a list of its own.
        set_by_verbs: Questions shown, but asked in no form: verbs set them.
        happened: What the timeline says happened, a message id; the title of the kind by default.
    """

    section: str
    order: int
    plural: str
    add: str = ""
    empty: str = ""
    day: str = ""
    under: str = ""
    set_by_verbs: tuple[str, ...] = ()
    happened: str = ""
