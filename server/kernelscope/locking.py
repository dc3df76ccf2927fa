"""A lock on an open file, for one process at a time, on any system."""

import os
import sys

if sys.platform == "win32":
    import msvcrt

    def lock(file: int) -> None:
        """Lock the file of this descriptor until it is closed, or its process dies.

        Raises:
            OSError: another process holds it, or this one does by another descriptor.
        """
        os.lseek(file, 1024, os.SEEK_SET)  # beyond any text in it, which then stays readable to others
        msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def lock(file: int) -> None:
        """Lock the file of this descriptor until it is closed, or its process dies.

        Raises:
            OSError: another process holds it, or this one does by another descriptor.
        """
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
