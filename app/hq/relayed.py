"""Changes a device passes on for a colleague's computer: whose they are, and the proof of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

import sqlalchemy as sa

from app.errors import Refused
from app.hq.base import Headquarters
from app.hq.devices import Device, device_named
from app.hq.tables import IDENTITY
from app.i18n import N_, _
from app.models.merge import Run
from app.sync.frames import Request, Seal
from app.sync.relay import seal_for
from app.sync.signing import is_sealed


@dataclass(slots=True)
class Sorted:
    """A request's runs, by who made them.

    Attributes:
        runs: Those that may be taken.
        makers: The device that made each identity somebody else passes on.
        refused: ``(identity, seq, reason)`` of runs that are not taken from anybody.
    """

    runs: list[Run] = field(default_factory=list)
    makers: dict[bytes, Device] = field(default_factory=dict)
    refused: list[tuple[bytes, int, str]] = field(default_factory=list)

    @property
    def own(self) -> list[bytes]:
        """Identities the asking device writes under itself."""
        return [run.device for run in self.runs if run.device not in self.makers]


def sort_runs(hq: Headquarters, device: Device, request: Request) -> Sorted:
    """Tell the asking device's own runs from those it passes on.

    Raises:
        Refused: A run it passes on is not sealed by a computer of its office.
    """
    found = Sorted()
    known = _makers_known(hq, device, [run.device for run in request.runs])
    sealed = {one.identity for one in request.seals if one.by != device.id.bytes}
    for run in request.runs:
        if run.device not in sealed:
            if known.get(run.device, device.id.bytes) != device.id.bytes:
                raise _not_sealed()
            found.runs.append(run)
            continue
        maker = _maker(hq, device, run, request.seals)
        if known.get(run.device, maker.id.bytes) != maker.id.bytes:
            raise _not_sealed()
        if maker.revoked_at is None:
            found.runs.append(run)
            found.makers[run.device] = maker
        elif all(run.device != identity for identity, _seq, _why in found.refused):
            reason = N_("Headquarters has revoked the computer that made this.")
            found.refused.append((run.device, run.first, reason))
    return found


def _maker(hq: Headquarters, device: Device, run: Run, seals: list[Seal]) -> Device:
    seal = seal_for(run, seals)
    maker = None if seal is None else device_named(hq, UUID(bytes=seal.by))
    if (
        seal is None
        or maker is None
        or maker.office != device.office
        or maker.scope != device.scope
        or not is_sealed(seal, maker.public_key)
    ):
        raise _not_sealed()
    return maker


def _makers_known(hq: Headquarters, device: Device, identities: list[bytes]) -> dict[bytes, bytes]:
    """Give the device of each identity of the office; another office's is refused when claimed."""
    query = sa.select(IDENTITY.c.id, IDENTITY.c.device).where(
        IDENTITY.c.id.in_(identities), IDENTITY.c.office == device.office.bytes
    )
    with hq.store.engine.connect() as connection:
        return {row.id: row.device for row in connection.execute(query)}


def _not_sealed() -> Refused:
    return Refused(
        "not_sealed",
        _("These changes were made on another computer, and its signature does not fit them."),
    )
