"""The program that compares the whole mirror with its server, and tells how long that takes.

    python -m tests.bench.mirror.comparing

Its last line is JSON: tickets, accounts, differences, seconds, peak_mib.
"""

import json
import resource
import sys
import time

import django

if __name__ == "__main__":
    django.setup()  # before anything that has models

from backoffice.core.actors import Actor
from backoffice.core.clock import now
from trading.actions.verification import report, verifying
from trading.queries import servers


def main() -> None:
    """Compare once, without waiting for anything; a server that differs ends the bench."""
    (server_id,) = servers.active_server_ids()
    start = time.monotonic()
    result = verifying.verify_server(
        server_id=server_id, actor=Actor.system("bench"), now=now(), patience_seconds=0
    )
    seconds = time.monotonic() - start
    if not result.is_equal:
        raise SystemExit("\n".join(report.lines(result)))
    told = {
        "accounts": result.verification.accounts,
        "tickets": result.verification.tickets,
        "differences": result.tally.differences,
        "seconds": seconds,
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
    sys.stdout.write("\n" + json.dumps(told) + "\n")


if __name__ == "__main__":
    main()
