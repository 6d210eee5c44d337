"""A device whose frames are written by hand, and handed to headquarters without a line."""

from __future__ import annotations

from typing import Any

from app.hq.base import Headquarters
from app.hq.devices import Device, device_named
from app.hq.exchange import exchange
from app.hq.openings import scope_named
from app.models.change import Change, encode, genesis, links
from app.models.merge import Run
from app.sync.frames import PROTOCOL, Answer, Identity, Request
from tests.hq.answering import Laptop

ID = bytes(range(16))


class Hand:
    """A device whose changes are made by hand."""

    def __init__(self, hq: Headquarters, office: str) -> None:
        self.hq = hq
        self.scope = scope_named(office)
        self.laptop = Laptop(hq, office)
        self.identity = self.laptop.device.bytes
        self.made = 0
        self.chain = genesis(self.identity)

    @property
    def device(self) -> Device:
        found = device_named(self.hq, self.laptop.device)
        assert found is not None
        return found

    def change(self, record: bytes, kind: str, root: bytes = b"", **fields: Any) -> bytes:
        self.made += 1
        seq = self.made
        return encode(Change(seq, seq, ID, seq, kind, record, root, fields, []))

    def run(self, *bodies: bytes) -> Run:
        run = Run(self.identity, self.made - len(bodies) + 1, self.chain, list(bodies))
        self.chain = [self.chain, *links(self.chain, bodies)][-1]
        return run

    def ask(self, *runs: Run, head: int = 0, cursor: int = 0, **more: Any) -> Answer:
        asked = {
            "protocol": PROTOCOL,
            "cursors": {self.scope: cursor},
            "identities": [Identity(run.device, run.first - 1, head) for run in runs],
            "runs": list(runs),
            "want_bytes": 100_000,
            "holdings": {},
        }
        return exchange(self.hq, self.device, Request(**{**asked, **more}))

    def push(self, *bodies: bytes) -> list[str]:
        """Send changes; gives the reasons for those that were not taken."""
        return [reason for _device, _seq, reason in self.ask(self.run(*bodies)).refused]
