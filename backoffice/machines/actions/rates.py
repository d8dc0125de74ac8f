"""The rate limits' second store: one row a key, one statement a call, when Redis is away.

The arithmetic is that of backoffice.edge.rate_limit, in PostgreSQL and by its clock.
"""

from django.db import connection

from backoffice.edge.rate_limit import Rate, Standing, take
from backoffice.machines.models import Integration

MOVE = """
INSERT INTO machines_ratemark AS mark (key, arrival)
SELECT %(key)s, clock.now + %(step)s * %(cost)s
  FROM (SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint AS now) AS clock
ON CONFLICT (key) DO UPDATE
   SET arrival = GREATEST(mark.arrival, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint)
               + %(step)s * %(cost)s
 WHERE GREATEST(mark.arrival, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint)
     + %(step)s * %(cost)s
    <= (extract(epoch FROM clock_timestamp()) * 1000000)::bigint + %(step)s * %(burst)s
RETURNING arrival
"""
LOOK = """
SELECT COALESCE((SELECT arrival FROM machines_ratemark WHERE key = %(key)s), 0),
       (extract(epoch FROM clock_timestamp()) * 1000000)::bigint
"""


def take_for(integration: Integration, *, cost: int = 1) -> Standing:
    """Use one of a machine's calls, or with cost 0 only look how it stands."""
    rate = Rate(limit=integration.per_minute, seconds=60, burst=integration.burst)
    return take(f"machine:{integration.pk}", rate, otherwise=in_postgres, cost=cost)


def take_failure(address: str, *, cost: int) -> Standing:
    """Count a refused call against its address, or only look: 30 at once, 30 a minute."""
    rate = Rate(limit=30, seconds=60, burst=30)
    return take(f"refused:{address}", rate, otherwise=in_postgres, cost=cost)


def in_postgres(key: str, rate: Rate, cost: int) -> tuple[bool, int, int, int]:
    """Move the mark of a key by one use if there is room; see rate_limit.take."""
    told: dict[str, str | int] = {"key": key, "step": rate.step, "burst": rate.burst, "cost": cost}
    with connection.cursor() as cursor:
        allowed = True
        if cost:
            cursor.execute(MOVE, told)
            allowed = cursor.fetchone() is not None
        cursor.execute(LOOK, told)
        arrival, now = cursor.fetchone()
    behind = max(0, arrival - now)
    left = (rate.step * rate.burst - behind) // rate.step
    wait = max(0, behind + rate.step - rate.step * rate.burst)
    return (allowed if cost else left >= 0), left, wait, behind
