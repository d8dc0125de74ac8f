"""What the replaying loop says is another withdrawal, whole and in itself right."""

import hashlib
import json
from uuid import UUID, uuid4, uuid5

from psycopg.types.json import Jsonb

from accounts.actions.chart import BOOKS
from tests.bench.withdrawals.identities import Line, Way, again
from tests.bench.withdrawals.steps import Kind, Step, Taken
from trading.calc.marking.marker import marker_of

PAYMENT, REQUEST, TICKET = 30_000_000_007, 20_000_000_009, 4711
JOURNAL = "5f7d1f2e-6d1c-4c55-9a0b-0d6f6f3c9a11"
AMOUNT = "4711.30000000007"


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def way(number: int, key: UUID) -> Way:
    """The way of a withdrawal of this number: the shapes that ours take."""
    payload = f'{{"account":"12","amount":"{AMOUNT}","payment":"{number}"}}'
    facts = f"payload-{digest(payload)[:20]}.1-0123456789abcdef0123"
    asked = [REQUEST, payload, digest(payload), facts, digest(facts)]
    picture = Jsonb({"payload": {"payment": str(number)}, "ticket": TICKET, "amount": AMOUNT})
    told = f'{{"id":"{key}","subjects":[["payment","{number}"]],"ticket":"{TICKET}"}}'.encode()
    steps = [
        Step(Kind.INSERT, "INSERT INTO request", [*asked, picture], 1),
        Step(Kind.INSERT, "SELECT event_append(%s)", [told]),
        Step(Kind.INSERT, "entry", {"key": uuid5(BOOKS, f"payment:{number}:hold"), "n": [number]}),
        Step(Kind.READ, f"look for {number}, '{key}'::uuid and 47"),
        Step(Kind.UPDATE, "UPDATE", [marker_of(key), JOURNAL, TICKET, True, b"\xff\x00", None]),
        Step(Kind.COMMAND, flushes=1),
    ]
    drawn = {
        "accounts_payment_id_seq": range(number, number + 1),
        "approvals_approvalrequest_id_seq": range(REQUEST, REQUEST + 1),
    }
    return Way(Taken(steps), drawn, TICKET)


def test_a_way_is_made_again_as_another_withdrawal() -> None:
    key = uuid4()
    made = again([way(PAYMENT, key), way(PAYMENT + 1, uuid4())])[0].made(
        {
            "accounts_payment_id_seq": range(31_000_000_000, 31_000_000_001),
            "approvals_approvalrequest_id_seq": range(21_000_000_000, 21_000_000_001),
        },
        2_000_000_000,
    )
    (number, payload, its_digest, facts, facts_digest, picture) = made[0][2]
    assert number == 21_000_000_000
    assert json.loads(payload) == {"account": "12", "amount": AMOUNT, "payment": "31000000000"}
    assert its_digest == digest(payload)
    assert facts == f"payload-{its_digest[:20]}.1-0123456789abcdef0123"
    assert facts_digest == digest(facts)
    assert json.loads(picture.dumps(picture.obj)) == {
        "payload": {"payment": "31000000000"}, "ticket": 2_000_000_000, "amount": AMOUNT,
    }  # fmt: skip

    told = json.loads(made[1][2][0])
    another = UUID(told["id"])
    assert another != key
    assert (told["subjects"], told["ticket"]) == ([["payment", "31000000000"]], "2000000000")
    assert made[2][2] == {
        "key": uuid5(BOOKS, "payment:31000000000:hold"), "n": [31_000_000_000],
    }  # fmt: skip
    asked = f"look for 31000000000, '{another}'::uuid and 47"
    assert made[3][1:] == (asked, None)
    assert made[4][2] == [
        marker_of(another), JOURNAL, 2_000_000_000, True, b"\xff\x00", None,
    ]  # fmt: skip
    assert made[5][1:] == ("", None)


def test_a_line_of_a_file_gives_way_to_another_line() -> None:
    used = Line(40_000_000_003, uuid4(), "F10000000001.12", 5)
    following = Line(40_000_000_023, uuid4(), "F10000000001.32", 5)
    said = [used.number, used.key, f"{used.name} · rebate", marker_of(used.key), "F10000000001"]
    one = Way(Taken([Step(Kind.UPDATE, "UPDATE", said, 1)]), {}, TICKET, used)
    ((_step, _sql, told),) = again([one])[0].made({}, TICKET + 1, following)
    marker = marker_of(following.key)
    assert told == [
        following.number, following.key, "F10000000001.32 · rebate", marker, "F10000000001",
    ]  # fmt: skip


def test_each_time_is_another() -> None:
    one = again([way(PAYMENT, uuid4())])[0]
    keys = {json.loads(one.made(one.way.drawn, TICKET)[1][2][0])["id"] for _time in range(3)}
    assert len(keys) == 3
