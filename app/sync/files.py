"""Files carried by hand, as people handle them: write one for somebody, read whatever comes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from app.models.store import Store
from app.sync.carried import FileMade, FileRead
from app.sync.carrying import Tell, export_for_hq, not_for_here, place_of
from app.sync.colleagues import PURPOSE as FOR_COLLEAGUES
from app.sync.colleagues import colleague_named, export_for_colleagues
from app.sync.from_colleagues import read_from_colleague
from app.sync.parcel_reading import open_parcel
from app.sync.receipts import read_from_hq


def export_file(
    store: Store,
    path: Path,
    to: Sequence[str] = (),
    progress: Tell | None = None,
    *,
    with_contents: bool = True,
    is_whole: bool = False,
) -> FileMade:
    """Write what the reader lacks to a file for it.

    Args:
        store: Enrolled.
        path: Where to; replaced when there is one.
        to: Names or ids of colleagues' computers; headquarters when there are none.
        progress: Told how many changes are in, of how many; may raise ``Cancelled``, and then
            there is no file.
        with_contents: Attachments that may be lacking there go in too.
        is_whole: For colleagues: all there is, whatever they said they hold.

    Raises:
        Refused: Not enrolled, no such colleague, or ``path`` is among the store's own files.
        Unavailable: The file cannot be written.
    """
    if not to:
        return export_for_hq(store, path, progress, with_contents=with_contents)
    colleagues = [colleague_named(store, name) for name in to]
    return export_for_colleagues(
        store, path, colleagues, progress, with_contents=with_contents, is_whole=is_whole
    )


def read_file(store: Store, path: Path, progress: Tell | None = None) -> FileRead:
    """Take a file in, whether it comes from headquarters or from a colleague.

    Args:
        store: Enrolled.
        path: The file.
        progress: Told how many of its frames are in, of how many; may raise ``Cancelled``, and what
            was taken by then stays.

    Raises:
        Refused: It is not for this computer, or not from whom it says.
        Unavailable: It cannot be read, is damaged or of another format.
    """
    place = place_of(store)
    parcel = open_parcel(path, place.identity)
    if parcel.header.sender == place.device:
        raise not_for_here(path)
    if parcel.header.purpose == FOR_COLLEAGUES:
        return read_from_colleague(store, parcel, progress)
    return read_from_hq(store, parcel, progress)
