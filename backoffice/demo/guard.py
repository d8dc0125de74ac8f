"""The guard: waits until the demo (or a test run) is gone, then clears away what it left.

Reads lines on its standard input: `group N` to watch a process group, `gone N` to forget it,
`path P` to remove a folder at the end. The end of the input is the death of its owner, however it
came. Standard library only; run by its path.
"""

import contextlib
import os
import shutil
import signal
import sys
import time

GRACE_SECONDS = 8.0  # a database needs a moment to write its checkpoint


def signal_group(group: int, number: int) -> bool:
    """Send a signal to a process group (0 only asks); False when nobody is left in it."""
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def end(groups: set[int]) -> None:
    """Politely first, by force after the grace."""
    for group in groups:
        signal_group(group, signal.SIGTERM)
    deadline = time.monotonic() + GRACE_SECONDS
    while time.monotonic() < deadline and any(signal_group(group, 0) for group in groups):
        time.sleep(0.05)
    for group in groups:
        signal_group(group, signal.SIGKILL)


def main() -> None:
    """Listen until the owner is gone, then clear away."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    groups: set[int] = set()
    paths: list[str] = []
    for line in sys.stdin:
        word, _, what = line.rstrip("\n").partition(" ")
        if word == "group":
            groups.add(int(what))
        elif word == "gone":
            groups.discard(int(what))
        elif word == "path":
            paths.append(what)
    end(groups)
    for path in paths:
        with contextlib.suppress(OSError):
            shutil.rmtree(path)


if __name__ == "__main__":
    main()
