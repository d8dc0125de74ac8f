"""The positive control of a day: a mirror that was falsified is seen to be, each time.

While the worker and the feed stand still, one value of every class of field is made wrong in every
table, and rows are taken out, invented and doubled. `mt4_verify` must name each of them and nothing
else; then the processes go on, and `mt4_verify --repair` makes the mirror the server's book again.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress

from tests.cluster import ROOT

Manage = Callable[..., "subprocess.CompletedProcess[str]"]
#: Table, key, and what is wrong there: a field, or one of the words below.
Wrong = tuple[str, str, str]
MISSING, EXTRA, PLACE = "missing", "extra", "place"
BUSY = 3  # the code of spoiling.py when somebody else holds the rows
TRIES = 20
WORDS = {
    "is on the server and not in the mirror": MISSING,
    "is in the mirror and not on the server": EXTRA,
}


class Blind(AssertionError):
    """The comparison did not see what was falsified, or saw what was not."""


def control(
    manage: Manage, writers: Sequence[int], superuser: Mapping[str, str], *, seed: str
) -> int:
    """Falsify, compare, mend; how many differences were made and found. Blind when not all."""
    made, seen = _made_and_seen(manage, writers, superuser, seed)
    wanted = {(table, str(key), what) for table, key, what in made}
    if seen != wanted:
        lines = [f"not found: {one}" for one in sorted(wanted - seen)]
        lines += [f"invented: {one}" for one in sorted(seen - wanted)]
        raise Blind("\n".join([f"{len(wanted)} differences were made:", *lines]))
    _clear(superuser, made)
    mended = manage("mt4_verify", "--repair", "--patience", "30")
    if mended.returncode != 0:
        raise Blind(f"not mended:\n{mended.stdout[-3000:]}{mended.stderr[-1000:]}")
    return len(wanted)


def _made_and_seen(
    manage: Manage, writers: Sequence[int], superuser: Mapping[str, str], seed: str
) -> tuple[list[Wrong], set[Wrong]]:
    for _ in range(TRIES):
        with _standing_still(writers):
            done = _spoiling(superuser, "spoil", seed)
            if done.returncode == 0:
                told = manage("mt4_verify", "--patience", "0")
                return json.loads(done.stdout), set(_named(told.stdout))
        if done.returncode != BUSY:
            raise Blind(f"nothing was falsified:\n{done.stderr[-3000:]}")
        time.sleep(0.5)  # one of them holds rows: let it go on
    raise Blind(f"nothing was falsified in {TRIES} tries: {done.stderr}")


def _clear(superuser: Mapping[str, str], made: Sequence[Wrong]) -> None:
    """Take out what was invented; the mirror works again, and may hold its rows for a while."""
    for _ in range(TRIES):
        done = _spoiling(superuser, "clear", told=json.dumps(made))
        if done.returncode == 0:
            return
        if done.returncode != BUSY:
            break
        time.sleep(0.5)
    raise Blind(f"what was invented stays:\n{done.stderr[-3000:]}")


@contextmanager
def _standing_still(numbers: Sequence[int]) -> Iterator[None]:
    """Stop whole process groups, and let them go on."""
    for number in numbers:
        os.killpg(number, signal.SIGSTOP)
    try:
        yield
    finally:
        for number in numbers:
            with suppress(ProcessLookupError):
                os.killpg(number, signal.SIGCONT)


def _spoiling(
    superuser: Mapping[str, str], *arguments: str, told: str = ""
) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "tests.prove.day.spoiling", *arguments],
        cwd=ROOT, env=dict(superuser), input=told, capture_output=True, text=True, check=False,
    )  # fmt: skip


def _named(report: str) -> Iterator[Wrong]:
    """What a report names: table, key, and the field, or in what way the row is wrong."""
    for line in report.splitlines():
        table, key, rest = line[:16].strip(), line[16:28].strip(), line[28:].strip()
        if table and key and (rest in WORDS or "  theirs " in rest):
            yield table, key, WORDS.get(rest) or rest.split()[0]
