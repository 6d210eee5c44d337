"""What a sync came to, for the screen, the command line and the log."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from app.i18n import _, ngettext
from app.models.quarantine import reason_text


@dataclass(slots=True)
class SyncReport:
    """What a sync came to.

    Attributes:
        sent: Own changes headquarters acknowledged.
        received: Changes taken in.
        refused: ``(device, seq, reason)`` of own changes headquarters put in quarantine.
        quarantined: The same of received changes this copy could not take in.
        forked: Another machine, that was a copy of this one, wrote under its identity.
        reissued: What this copy had not sent was made anew under an identity of its own.
        renewed: This copy took a new identity.
        verified: Per scope, whether both hold the same; None when it could not be compared.
        mended: Changes that only one side had, found by comparing and given to the other.
        contents_sent: Attachments sent; ``contents_received`` those fetched.
        contents_to_send: Attachments still to send; ``contents_to_fetch`` those still to fetch.
        contents_failed: ``(digest, reason)`` of attachments that went wrong by themselves.
        contents_trouble: Why the attachments stopped before their end; empty when they did not.
        passed_on: Colleagues' changes headquarters has taken from this copy; ``not_passed_on`` why
            it did not take others.
        clock_offset_s: Headquarters' clock minus this machine's, in seconds.
        confirmed_ms: When it ended, in milliseconds since 1970.
    """

    sent: int = 0
    received: int = 0
    refused: list[tuple[UUID, int, str]] = field(default_factory=list)
    quarantined: list[tuple[UUID, int, str]] = field(default_factory=list)
    forked: bool = False
    reissued: int = 0
    renewed: bool = False
    verified: dict[UUID, bool | None] = field(default_factory=dict)
    mended: int = 0
    contents_sent: int = 0
    contents_received: int = 0
    contents_to_send: int = 0
    contents_to_fetch: int = 0
    contents_failed: list[tuple[str, str]] = field(default_factory=list)
    contents_trouble: str = ""
    passed_on: int = 0
    not_passed_on: list[str] = field(default_factory=list)
    clock_offset_s: float = 0.0
    confirmed_ms: int = 0

    @property
    def is_verified(self) -> bool:
        """Whether both sides hold the same in every scope."""
        return all(same for same in self.verified.values())

    @property
    def findings(self) -> list[str]:
        """Say what a person should know, in sentences; empty when all is well."""
        said = []
        if self.forked:
            said.append(
                _(
                    "Another computer is a copy of this one. This one goes on under an identity of"
                    " its own; nothing is lost. Tell headquarters which of the two is to be used."
                )
            )
        elif self.renewed:
            said.append(
                _(
                    "This store was set back to an earlier state. It goes on under a new"
                    " identity; what it had sent before has come back."
                )
            )
        if self.mended:
            said.append(
                ngettext(
                    "{count} change was missing here or at headquarters; it is on both sides"
                    " again.",
                    "{count} changes were missing here or at headquarters; they are on both sides"
                    " again.",
                    self.mended,
                ).format(count=self.mended)
            )
        if any(same is False for same in self.verified.values()):
            said.append(
                _("This copy and headquarters do not hold the same records; tell headquarters.")
            )
        if self.refused:
            said.append(
                ngettext(
                    "Headquarters could not accept {count} change of yours; it is kept here.",
                    "Headquarters could not accept {count} changes of yours; they are kept here.",
                    len(self.refused),
                ).format(count=len(self.refused))
            )
        if self.quarantined:
            said.append(
                ngettext(
                    "{count} received change could not be read and was set aside.",
                    "{count} received changes could not be read and were set aside.",
                    len(self.quarantined),
                ).format(count=len(self.quarantined))
            )
        for reason in self.not_passed_on:
            said.append(
                _("Headquarters did not take changes a colleague gave you for it: {reason}").format(
                    reason=reason_text(reason)
                )
            )
        return said + self._attachments

    @property
    def _attachments(self) -> list[str]:
        """Say what became of attachments that did not go; the records themselves did."""
        said = []
        if self.contents_trouble:
            left = self.contents_to_send + self.contents_to_fetch
            said.append(
                ngettext(
                    "The records are in step. {count} attachment is still to go; the next sync"
                    " goes on with it. {reason}",
                    "The records are in step. {count} attachments are still to go; the next sync"
                    " goes on with them. {reason}",
                    left,
                ).format(count=left, reason=self.contents_trouble)
            )
        elif self.contents_failed:
            count = len(self.contents_failed)
            reasons = " ".join(dict.fromkeys(reason for _digest, reason in self.contents_failed))
            said.append(
                ngettext(
                    "{count} attachment could not go; the next sync tries again. {reason}",
                    "{count} attachments could not go; the next sync tries again. {reason}",
                    count,
                ).format(count=count, reason=reasons)
            )
        return said
