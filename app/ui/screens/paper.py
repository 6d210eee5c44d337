"""Where a paper is seen before it prints; what draws it is loaded when first wanted."""

from __future__ import annotations

from app.i18n import N_
from app.ui.desk import Desk
from app.ui.screen import Screen, ScreenSpec, register_screen


def _build(desk: Desk) -> Screen:
    # Fonts, ReportLab and QtPdf take longer to load than the unlock window may.
    from app.ui.screens.paper_preview import PaperScreen

    return PaperScreen(desk)


register_screen(
    ScreenSpec(
        name="paper",
        title=N_("Print"),
        icon="ph.printer",
        order=None,
        roles=None,
        build=_build,
        under="people",
    )
)
