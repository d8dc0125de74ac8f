"""Several processes at the same time."""

import multiprocessing
import time
from collections.abc import Callable

from django.db import connection

from tests.bench.withdrawals.bare import BareLoop
from tests.bench.withdrawals.till import Till

CREWS, EACH = 4, 20
Begin = Callable[[int], tuple[Callable[[], None], Callable[[], None]]]


def at_once(begin: Begin) -> float:
    """Let CREWS processes do it EACH times at the same time; the seconds until the last is done.

    `begin` is called in each process with its number: it returns what is done, and what follows.
    """
    fork = multiprocessing.get_context("fork")
    ready, times = fork.Barrier(CREWS), fork.SimpleQueue()

    def crew(number: int) -> None:
        once, after = begin(number)
        once()  # connections, and what is prepared, before the start
        ready.wait()
        start = time.monotonic()
        for _number in range(EACH):
            once()
        times.put((start, time.monotonic()))
        after()

    connection.close()
    processes = [fork.Process(target=crew, args=(number,)) for number in range(CREWS)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
        if process.exitcode:
            raise SystemExit(f"a crew ended with {process.exitcode}")
    told = [times.get() for _process in processes]
    return float(max(end for _, end in told) - min(start for start, _ in told))


def ours_of(till: Till) -> Begin:
    """A crew of ours: accounts of its own."""

    def begin(number: int) -> tuple[Callable[[], None], Callable[[], None]]:
        own = Till(till.asker, till.approver, till.accounts[number::CREWS], till.methods)
        return own.carry, own.require_debited

    return begin


def bare_of(make: Callable[[], BareLoop]) -> Begin:
    """A crew of the bare loop: connections of its own."""

    def begin(number: int) -> tuple[Callable[[], None], Callable[[], None]]:
        del number
        loop = make()
        return loop.carry, loop.close

    return begin
