"""The program that votes: `python -m tests.bench.approvals.votes OWNER_URL`; prints JSON."""

import json
import os
import random
import sys
import time
from typing import Any

import django
import psycopg

COUNT = 400
BARE = (
    "INSERT INTO bench_vote (request_id, voter_id, payload_digest, facts) VALUES (%s, %s, %s, %s)",
    "UPDATE bench_request SET state = 'GRANTED', granted_at = now() WHERE id = %s",
)


def main() -> None:
    """Ask, vote guarded, vote unguarded."""
    django.setup()
    from tests.prove.approvals import ground  # after Django

    with psycopg.connect(sys.argv[1], autocommit=True) as owner:
        ground.prepare(owner)
        owner.execute(
            "CREATE TABLE bench_request"
            " (id bigint PRIMARY KEY, state text, granted_at timestamptz);"
            "CREATE TABLE bench_vote (id bigserial PRIMARY KEY, request_id bigint NOT NULL"
            " REFERENCES bench_request, voter_id bigint, payload_digest text, facts text);"
            "GRANT ALL ON bench_request, bench_vote, bench_vote_id_seq TO mt4bo_app"
        )
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as app:
        staff = ground.people(app, "bench")
        asked = ground.requests(app, staff, random.Random(1), 4 * COUNT)
        special = {f"staff:{one}" for one in staff.special}
        plain = [
            one
            for one in asked
            if one.seats == 1 and one.asker.startswith("staff:") and one.asker not in special
        ]
        told = {
            "count": COUNT,
            "ours": ours(plain[:COUNT], staff),
            "bare": bare(app, plain[:COUNT]),
        }
    sys.stdout.write(json.dumps(told) + "\n")


def ours(asked: list[Any], staff: Any) -> float:
    """Seconds for as many votes on the engine, a transaction each."""
    from django.db import transaction

    from backoffice.approvals.actions import voting
    from backoffice.approvals.states import Verdict
    from backoffice.approvals.terms import Ballot
    from backoffice.core import clock
    from backoffice.core.actors import Actor, Origin

    actor, origin = Actor.staff(staff.special[0]), Origin("bench")
    begun = time.perf_counter()
    for one in asked:
        ballot = Ballot(payload_digest=one.digest, facts="calm")
        with transaction.atomic():
            vote = voting.cast(
                request_id=one.number,
                verdict=Verdict.AGREE,
                ballot=ballot,
                actor=actor,
                origin=origin,
                now=clock.now(),
            )
        assert vote.completes
    return time.perf_counter() - begun


def bare(app: psycopg.Connection[Any], asked: list[Any]) -> float:
    """Seconds for as many rows that nobody guards, a transaction each."""
    for one in asked:
        app.execute("INSERT INTO bench_request VALUES (%s, 'WAITING', NULL)", [one.number])
    begun = time.perf_counter()
    for one in asked:
        with app.transaction():
            app.execute(BARE[0], [one.number, 1, one.digest, "calm"])
            app.execute(BARE[1], [one.number])
    return time.perf_counter() - begun


if __name__ == "__main__":
    main()
