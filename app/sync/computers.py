"""What the computers that wrote a change are called, for a person to read."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from app.i18n import _, isolate
from app.models.store import Store
from app.sync.peers import peers_of
from app.sync.state import enrolment_of


@dataclass(frozen=True, slots=True)
class Computers:
    """The computers this copy knows of.

    Attributes:
        own: Identities this copy writes or has written under.
        named: Names headquarters told, by id.
    """

    own: frozenset[UUID]
    named: dict[UUID, str]

    def name(self, device: UUID, office: str = "") -> str:
        """Name a computer.

        Args:
            device: The identity it wrote under.
            office: Where its user works; names it where headquarters told no name.
        """
        if device in self.own:
            return _("this computer")
        if name := self.named.get(device):
            return isolate(name)
        if office:
            return _("another computer of {office}").format(office=isolate(office))
        return _("another computer")


def computers(store: Store) -> Computers:
    """Give the computers a copy knows of."""
    place = enrolment_of(store)
    enrolled = {UUID(bytes=place.device)} if place is not None else set()
    return Computers(
        frozenset({*store.identities, *enrolled}),
        {UUID(bytes=peer.device): peer.name for peer in peers_of(store)},
    )
