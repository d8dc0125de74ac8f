"""The oracle: what must be so after a batch, reckoned from the rows without the guard."""

from typing import Any

import psycopg

from tests.prove.approvals.ground import CLIENT, Asked, Staff, digest
from tests.prove.approvals.hands import Seen

Row = tuple[Any, ...]


def violations(
    app: psycopg.Connection[Any], staff: Staff, asked: list[Asked], seen: Seen
) -> list[str]:
    """Return what is not so, in words; nothing when all holds."""
    numbers = [one.number for one in asked]
    rows: dict[int, Row] = {}
    for row in app.execute(
        "SELECT id, state, payload, payload_digest, asked_by, round, facts_digest"
        " FROM approvals_approvalrequest WHERE id = ANY(%s)",
        [numbers],
    ):
        rows[row[0]] = row
    votes: dict[int, list[Row]] = {}
    for vote in app.execute(
        "SELECT request_id, voter_id, verdict, round, session_digest, payload_digest, facts_digest"
        " FROM approvals_approvalvote WHERE request_id = ANY(%s)",
        [numbers],
    ):
        votes.setdefault(vote[0], []).append(vote)
    told = "SELECT request_id, count(*) FROM prove_effect WHERE request_id = ANY(%s) GROUP BY 1"
    effects: dict[int, int] = dict(app.execute(told, [numbers]).fetchall())
    found = []
    for one in asked:
        row, cast = rows.get(one.number), votes.get(one.number, [])
        wrong = ["gone"] if row is None else _about(one, row, cast, effects, staff, seen)
        found += [f"request {one.number}: {words}" for words in wrong]
    return found


def _about(
    one: Asked, row: Row, cast: list[Row], effects: dict[int, int], staff: Staff, seen: Seen
) -> list[str]:
    _number, state, payload, payload_digest, asked_by, latest, facts = row
    wrong = []
    if (payload, payload_digest) != (one.payload, digest(one.payload)):
        wrong.append("its payload changed")
    if asked_by != one.asker:
        wrong.append("its maker changed")
    if sum(1 for vote in cast if vote[2] == "AGREE") != seen.votes[one.number]:
        wrong.append("votes are lost or made up")
    times = effects.get(one.number, 0)
    if times != (1 if state == "EXECUTED" else 0):
        wrong.append(f"{state}, and carried out {times} times")
    if state in ("GRANTED", "EXECUTED") or times:
        agreed = [vote for vote in cast if vote[2] == "AGREE" and vote[3] == latest]
        wrong += _quorum(one, agreed, facts, staff)
    begun = seen.begun.get(one.number, 0)
    late = [who for who, at in seen.suspended.items() if at < begun]
    if any(vote[1] in late for vote in cast if vote[2] == "AGREE" and vote[3] == latest):
        wrong.append("carried out on the vote of somebody suspended before")
    wrong += _by_its_hands(one, begun, cast, latest, staff, seen)
    if state == "EXECUTED" and any(vote[2] == "REFUSE" for vote in cast):
        wrong.append("carried out although somebody turned it down")
    return wrong


def _by_its_hands(
    one: Asked, begun: float, cast: list[Row], latest: int, staff: Staff, seen: Seen
) -> list[str]:
    """Say it when somebody agreed who had a hand in the integration before it was carried out."""
    machine = one.asker.removeprefix("machine:")
    if machine == one.asker:
        return []
    known = {staff.machines[int(machine)], int(machine)}
    known |= {who for (name, who), at in seen.armed.items() if name == one.asker and at < begun}
    voters = {vote[1] for vote in cast if vote[2] == "AGREE" and vote[3] == latest}
    return ["agreed to by a hand of the integration that asked"] if voters & known else []


def _quorum(one: Asked, agreed: list[Row], facts: str, staff: Staff) -> list[str]:
    voters = {vote[1] for vote in agreed}
    wrong = []
    if len(voters) != one.seats or len(agreed) != one.seats:
        wrong.append(f"{len(voters)} people agreed, {one.seats} have to")
    if one.asker in {f"staff:{voter}" for voter in voters}:
        wrong.append("its maker agreed")
    if any(vote[4] == one.session != "" for vote in agreed):
        wrong.append("agreed to in the session that asked")
    if any((vote[5], vote[6]) != (one.digest, facts) for vote in agreed):
        wrong.append("agreed to on another payload or other facts")
    if one.client == CLIENT and staff.beneficiary in voters:
        wrong.append("agreed to for one's own benefit")
    if not voters <= set(staff.deciders):
        wrong.append("agreed to without the right")
    if one.seats > 1 and not voters & set(staff.special):
        wrong.append("nobody of the special role agreed")
    return wrong
