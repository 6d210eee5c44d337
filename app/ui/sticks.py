"""Where a stick is, if one is in: files for headquarters go there first."""

from __future__ import annotations

import sys
from pathlib import Path

from PySide6.QtCore import QStorageInfo

# Where systems put what is plugged in.
_PLUGGED_IN = ("/media/", "/run/media/", "/Volumes/")
_REMOVABLE = 2  # DRIVE_REMOVABLE. Source: Windows, GetDriveTypeW


def stick() -> Path | None:
    """Give the folder of a stick that can be written; None when there is none."""
    for volume in QStorageInfo.mountedVolumes():
        usable = volume.isValid() and volume.isReady() and not volume.isReadOnly()
        if usable and not volume.isRoot() and _is_removable(volume.rootPath()):
            return Path(volume.rootPath())
    return None


def _is_removable(root: str) -> bool:
    if sys.platform == "win32":
        import ctypes

        return bool(ctypes.windll.kernel32.GetDriveTypeW(root.replace("/", "\\")) == _REMOVABLE)
    return root.startswith(_PLUGGED_IN)
