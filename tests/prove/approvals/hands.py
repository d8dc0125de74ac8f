"""Hands at the database's door: honest votes and every breach that we could think of, at random."""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import psycopg

from tests.prove.approvals.ground import FACTS, Asked, Staff, arm

Session = psycopg.Connection[Any]
Step = Callable[[Session], None]
VOTE = (
    "INSERT INTO approvals_approvalvote (request_id, voter_id, verdict, reason, payload_digest,"
    " facts, picture, session_digest, device_digest, stepped_up, cast_at, for_user_id)"
    " VALUES (%s, %s, %s, 'x', %s, %s, '{}', %s, '', false, now(), NULL)"
)
EXECUTE = (
    "UPDATE approvals_approvalrequest SET state = 'EXECUTED', executed_at = clock_timestamp()"
    " WHERE id = %s AND state = 'GRANTED'"
)
BY_FORCE = (
    "UPDATE approvals_approvalrequest SET state = 'EXECUTED', granted_at ="
    " coalesce(granted_at, now()), executed_at = clock_timestamp() WHERE id = %s"
    " AND state <> 'EXECUTED'"
)
BREACHES = (
    "UPDATE approvals_approvalrequest SET state = 'GRANTED', granted_at = now() WHERE id = %s",
    "UPDATE approvals_approvalrequest SET payload = '{}', payload_digest = approvals_digest('{}')"
    " WHERE id = %s",
    "UPDATE approvals_approvalrequest SET seats = '[]' WHERE id = %s",
    "UPDATE approvals_approvalrequest SET asked_by = 'staff:1' WHERE id = %s",
    "UPDATE approvals_approvalrequest SET asked_session = '' WHERE id = %s",
    "UPDATE approvals_approvalrequest SET facts = 'stormy', facts_digest ="
    " approvals_digest('stormy') WHERE id = %s",
    "UPDATE machines_integration SET created_by = 'staff:1' WHERE %s > 0",
    "DELETE FROM machines_hand WHERE %s > 0",
    "DELETE FROM approvals_approvalvote WHERE request_id = %s",
    "UPDATE approvals_approvalvote SET verdict = 'AGREE' WHERE request_id = %s",
    "DELETE FROM approvals_approvalrequest WHERE id = %s",
)


@dataclass
class Seen:
    """What the hands know of what they did: moments by one clock, what was let through."""

    begun: dict[int, float] = field(default_factory=dict)
    suspended: dict[int, float] = field(default_factory=dict)
    armed: dict[tuple[str, int], float] = field(default_factory=dict)
    votes: Counter[int] = field(default_factory=Counter)
    tried: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)


class Hands:
    """The steps of a batch, in one random order, carried out by several sessions at once."""

    def __init__(self, staff: Staff, asked: list[Asked], chance: random.Random) -> None:
        self.seen = Seen()
        self._staff, self._chance, self._lock = staff, chance, threading.Lock()
        self._steps = [step for one in asked for step in self._about(one)]
        if chance.random() < 0.5:
            self._steps.append(self._suspend(chance.choice(staff.plain + staff.special)))
        if chance.random() < 0.5:
            self._steps.append(self._arm(chance.choice(list(staff.machines)), staff.plain[1]))
        chance.shuffle(self._steps)

    def run(self, sessions: list[Session]) -> Seen:
        """Carry everything out."""
        threads = [threading.Thread(target=self._work, args=[one]) for one in sessions]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return self.seen

    def _work(self, session: Session) -> None:
        while True:
            with self._lock:
                if not self._steps:
                    return
                step = self._steps.pop()
            step(session)

    def _about(self, one: Asked) -> list[Step]:
        chance, staff = self._chance, self._staff
        steps = [
            self._vote(one, chance.choice(staff.deciders), session=f"v{number}")
            for number in range(chance.randint(1, 4))
        ]
        steps += [self._execute(one), self._execute(one)]
        breaches: list[Step] = [
            self._vote(one, int(one.asker.partition(":")[2]), session="elsewhere"),
            self._vote(one, chance.choice(staff.deciders), session=one.session),
            self._vote(one, staff.outsider),
            self._vote(one, staff.beneficiary),
            self._vote(one, chance.choice(staff.deciders), payload="0" * 64),
            self._force(one),
            *(self._breach(one, sql) for sql in chance.sample(BREACHES, 3)),
        ]
        if one.asker.startswith("machine:"):
            machine = int(one.asker.removeprefix("machine:"))
            steps.append(self._vote(one, staff.machines[machine], session="by its hand"))
            steps.append(self._vote(one, machine, session="by itself"))
        if chance.random() < 0.1:
            steps.append(self._vote(one, chance.choice(staff.deciders), verdict="REFUSE"))
        if chance.random() < 0.1:
            steps.append(self._cancel(one))
        return steps + chance.sample(breaches, 4)

    def _vote(
        self,
        one: Asked,
        voter: int,
        *,
        session: str = "v",
        payload: str = "",
        verdict: str = "AGREE",
    ) -> Step:
        facts = FACTS[0] if self._chance.random() < 0.8 else FACTS[1]
        values = [one.number, voter, verdict, payload or one.digest, facts, session]

        def step(at: Session) -> None:
            if self._let(at, "vote", VOTE, values) and verdict == "AGREE":
                self.seen.votes[one.number] += 1

        return step

    def _execute(self, one: Asked, sql: str = EXECUTE, name: str = "execute") -> Step:
        def step(at: Session) -> None:
            begun = time.monotonic()
            try:
                with at.transaction():
                    if at.execute(sql, [one.number]).rowcount:
                        at.execute("INSERT INTO prove_effect VALUES (%s)", [one.number])
                        self.seen.begun[one.number] = begun
            except psycopg.Error:
                self.seen.refused[name] += 1
            self.seen.tried[name] += 1

        return step

    def _force(self, one: Asked) -> Step:
        return self._execute(one, BY_FORCE, "by force")

    def _breach(self, one: Asked, sql: str) -> Step:
        return lambda at: self._none(self._let(at, "breach", sql, [one.number]))

    def _cancel(self, one: Asked) -> Step:
        sql = (
            "UPDATE approvals_approvalrequest SET state = 'CANCELLED', closed_by = %s,"
            " closed_at = now(), closed_reason = 'x' WHERE id = %s AND state = 'WAITING'"
        )
        closer = self._chance.choice([one.asker, one.asker, f"staff:{self._staff.outsider}"])
        values = [closer, one.number]
        return lambda at: self._none(self._let(at, "cancel", sql, values))

    def _suspend(self, person: int) -> Step:
        def step(at: Session) -> None:
            at.execute("UPDATE identity_user SET is_active = false WHERE id = %s", [person])
            self.seen.suspended[person] = time.monotonic()

        return step

    def _arm(self, machine: int, person: int) -> Step:
        def step(at: Session) -> None:
            arm(at, machine, person)
            self.seen.armed[f"machine:{machine}", person] = time.monotonic()

        return step

    def _let(self, at: Session, name: str, sql: str, values: list[Any]) -> bool:
        self.seen.tried[name] += 1
        try:
            return bool(at.execute(sql, values).rowcount)
        except psycopg.Error:
            self.seen.refused[name] += 1
            return False

    @staticmethod
    def _none(_let: bool) -> None:
        return None
