"""A pause of Python's cyclic collector while thousands of small objects are made at once."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collector_paused() -> Iterator[None]:
    """Leave cyclic garbage alone for a moment; a decorator too.

    Reading a board or taking in a frame makes thousands of small objects without cycles. Walking
    them, and everything else in the program, again and again takes longer than making them.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
