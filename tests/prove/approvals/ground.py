"""The ground of the proof: staff with and without the right, a policy, a batch of requests."""

import hashlib
import random
from dataclasses import dataclass, field
from typing import Any

import psycopg

KIND = "prove.act"
RIGHT = "prove.act.decide"
SPECIAL = "prove_special"
PLAIN = "prove_plain"
CLIENT = 777_001
FACTS = ("calm", "stormy")
POLICY = (
    '{"kind":"prove.act","rules":{"askers":[],"bands":[{"above":"0","currency":"","seats":[[]]},'
    '{"above":"100","currency":"USD","seats":[[],["prove_special"]]}],"delegable":true,'
    '"hours":"24","permission":"prove.act.decide","step_up":true}}'
)


@dataclass
class Staff:
    """The people of one batch: who may decide, by which role, who may not, who benefits.

    `machines`: integrations, each with whoever registered it.
    """

    plain: list[int]
    special: list[int]
    outsider: int
    beneficiary: int
    machines: dict[int, int]
    suspended: dict[int, float] = field(default_factory=dict)

    @property
    def deciders(self) -> list[int]:
        """Everybody who holds the right when the batch begins."""
        return [*self.plain, *self.special, self.beneficiary]


@dataclass
class Asked:
    """One request as it was asked for: what the oracle holds everything against."""

    number: int
    asker: str
    payload: str
    digest: str
    seats: int
    session: str
    client: int | None


def prepare(owner: psycopg.Connection[Any]) -> None:
    """Make the policy, two roles, and the table in which carrying out leaves its mark."""
    owner.execute(
        "INSERT INTO approvals_approvalpolicy (kind, version, payload, rules, set_by, set_at,"
        " reason) VALUES (%s, 1, %s, %s::jsonb -> 'rules', 'system:prove', now(), 'a proof')",
        [KIND, POLICY, POLICY],
    )
    for code in (PLAIN, SPECIAL):
        owner.execute(
            "INSERT INTO identity_role (code, name, permissions, reach, is_builtin, changed_by,"
            " networks) VALUES (%s, %s, ARRAY[%s], 'all', false, '', '{}')",
            [code, code, RIGHT],
        )
    owner.execute("CREATE TABLE prove_effect (request_id bigint NOT NULL)")
    owner.execute("GRANT INSERT, SELECT ON prove_effect TO mt4bo_app")


def people(app: psycopg.Connection[Any], batch: str) -> Staff:
    """Make the staff of a batch."""
    plain = [_person(app, f"plain{number}-{batch}", PLAIN) for number in range(3)]
    special = [_person(app, f"special{number}-{batch}", SPECIAL) for number in range(2)]
    outsider = _person(app, f"outsider-{batch}", None)
    beneficiary = _person(app, f"beneficiary-{batch}", PLAIN)
    app.execute(
        "INSERT INTO approvals_clientinterest (user_id, client_id, noted_by, noted_at)"
        " VALUES (%s, %s, 'system:prove', now())",
        [beneficiary, CLIENT],
    )
    machines = {_machine(app, f"{batch} {maker}", maker): maker for maker in (plain[0], special[0])}
    return Staff(plain, special, outsider, beneficiary, machines)


def requests(
    app: psycopg.Connection[Any], staff: Staff, chance: random.Random, count: int
) -> list[Asked]:
    """Ask for so many acts: half need two people, some are about the beneficiary's record."""
    made = []
    for number in range(count):
        is_machine = chance.random() < 0.25
        asker = f"staff:{chance.choice(staff.deciders)}"
        if is_machine:
            asker = f"machine:{chance.choice(list(staff.machines))}"
        is_large = chance.random() < 0.5
        client = CLIENT if chance.random() < 0.3 else None
        payload = f'{{"amount":"{200 if is_large else 50}","number":"{number}"}}'
        session = "" if is_machine else f"s{asker}"
        row = app.execute(
            "INSERT INTO approvals_approvalrequest (key, kind, subject_kind, subject_key,"
            " client_id, amount, currency, payload, payload_digest, asked_facts, picture, facts,"
            " facts_digest, reason, asked_by, asked_at, asked_session, asked_device, closed_by,"
            " closed_reason, reviewed_by, permission) VALUES (gen_random_uuid(), %s, 'prove',"
            " gen_random_uuid()::text, %s, %s, 'USD', %s, %s, 'calm', '{}', 'calm', %s, 'x', %s,"
            " now() - interval '1 minute', %s, '', '', '', '', '')"
            " RETURNING id, jsonb_array_length(seats)",
            [
                KIND, client, 200 if is_large else 50, payload, digest(payload), digest("calm"),
                asker, session,
            ],
        ).fetchone()  # fmt: skip
        assert row is not None
        made.append(Asked(row[0], asker, payload, digest(payload), row[1], session, client))
    return made


def arm(app: psycopg.Connection[Any], machine: int, person: int) -> None:
    """Give an integration a key, by this person, as whoever keeps it by SQL would."""
    app.execute(
        "INSERT INTO machines_signingkey (user_id, key_id, algorithm, material, fingerprint,"
        " added_by, added_at, expires_at, retired_by) VALUES (%s, gen_random_uuid()::text,"
        " 'ed25519', '', '', %s, now(), now() + interval '1 day', '')",
        [machine, f"staff:{person}"],
    )


def digest(text: str) -> str:
    """The SHA-256 of a text."""
    return hashlib.sha256(text.encode()).hexdigest()


def _person(app: psycopg.Connection[Any], name: str, role: str | None) -> int:
    row = app.execute(
        "INSERT INTO identity_user (password, kind, email, full_name, is_active, is_superuser,"
        " theme, density, language, timezone, created_at) VALUES ('!', 'staff', %s, %s, true,"
        " false, 'system', 'regular', 'en', 'UTC', now()) RETURNING id",
        [f"{name}@prove.example", name],
    ).fetchone()
    assert row is not None
    if role is not None:
        app.execute(
            "INSERT INTO identity_rolegrant (user_id, user_kind, role_id, granted_by, granted_at,"
            " revoked_by) SELECT %s, 'staff', id, 'system:prove', now(), '' FROM identity_role"
            " WHERE code = %s",
            [row[0], role],
        )
    return int(row[0])


def _machine(app: psycopg.Connection[Any], name: str, maker: int) -> int:
    row = app.execute(
        "INSERT INTO identity_user (password, kind, email, full_name, is_active, is_superuser,"
        " theme, density, language, timezone, created_at) VALUES ('!', 'machine', '', %s, true,"
        " false, 'system', 'regular', 'en', 'UTC', now()) RETURNING id",
        [name],
    ).fetchone()
    assert row is not None
    app.execute(
        "INSERT INTO machines_integration (user_id, purpose, networks, per_minute, burst,"
        " created_by, created_at) VALUES (%s, 'a proof', '{}', 60, 6, %s, now())",
        [row[0], f"staff:{maker}"],
    )
    return int(row[0])
