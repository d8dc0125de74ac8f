"""The program that mirrors without a rest: a second worker, so that every fault meets a question.

    python -m tests.prove.day.passes

It ends with whoever started it, and dies as often as that one kills it.
"""

import os
import time

import django

if __name__ == "__main__":
    django.setup()  # before anything that has models

from django.db import Error as DatabaseError
from django.db import connection

from backoffice.core.clock import now
from trading.actions import sync
from trading.queries import servers

PAUSE_SECONDS = 1.5
FULL_EVERY = 4  # passes


def main() -> None:
    """One pass after the other; a database that is away is waited for."""
    starter, number = os.getppid(), 0
    while os.getppid() == starter:
        number += 1
        try:
            for server_id in servers.active_server_ids():
                sync.sync_server(server_id=server_id, now=now(), full=number % FULL_EVERY == 0)
        except DatabaseError:
            connection.close()
        time.sleep(PAUSE_SECONDS)


if __name__ == "__main__":
    main()
