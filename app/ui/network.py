"""Whether this computer has a network, and one that costs; as the system tells it."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal
from PySide6.QtNetwork import QNetworkInformation


class Network(QObject):
    """A network that is always there: for a computer that cannot tell."""

    came = Signal()
    """There is one where there was none, or another one."""
    went = Signal()
    """There is none any more."""

    @property
    def is_there(self) -> bool:
        """Whether asking anybody makes sense."""
        return True

    @property
    def is_metered(self) -> bool:
        """Whether each byte costs money."""
        return False


class SystemNetwork(Network):
    """The computer's own, as the system's network service describes it.

    Args:
        told: The service.
    """

    def __init__(self, told: QNetworkInformation, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._told = told
        told.reachabilityChanged.connect(self._note)
        told.transportMediumChanged.connect(self._note_other)

    @property
    def is_there(self) -> bool:
        # A network without a way to the internet may still lead to headquarters.
        return self._told.reachability() != QNetworkInformation.Reachability.Disconnected

    @property
    def is_metered(self) -> bool:
        return self._told.isMetered()

    def _note(self) -> None:
        (self.came if self.is_there else self.went).emit()

    def _note_other(self) -> None:
        if self.is_there:
            self.came.emit()


def network_of_this_computer(parent: QObject | None = None) -> Network:
    """Give what the system tells of the network; one that is always there when it tells nothing."""
    wanted = QNetworkInformation.Feature.Reachability
    if QNetworkInformation.loadBackendByFeatures(wanted):
        told = QNetworkInformation.instance()
        if told is not None:
            return SystemNetwork(told, parent)
    return Network(parent)
