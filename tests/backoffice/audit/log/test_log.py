"""From committed entries to numbered leaves, signed heads, a witness, and a copy for an auditor."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from django.db import transaction

from backoffice.audit.actions import erasure, exports, verifying
from backoffice.audit.calc.signing import SigningKey, note_text, signature_line
from backoffice.audit.calc.verify_bundle import leaf_hash, root_of
from backoffice.audit.log import checkpoint, sequencer
from backoffice.audit.models import Checkpoint, Leaf, PublicKey, Tile, Witnessing
from backoffice.audit.queries import standing, verification
from backoffice.audit.witness.judging import Witness
from backoffice.audit.witness.memory import Lost, Memory
from backoffice.core.actors import Actor
from backoffice.core.models import EventRecord, SealedValue
from backoffice.demo.children import wait_until
from tests.backoffice.audit.bundles import LOG, ORIGIN, THIEF, WITNESS
from tests.backoffice.core.probes import weigh
from tests.factories.people import a_client, a_legal_entity

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
BODY = (
    """{"actor":"system:x","at":"2026-01-01T00:00:00Z","event":"a.b.c","id":"' || """
    """gen_random_uuid() || '","subjects":[]}"""
)
MANY = f"SELECT event_append(convert_to('{BODY}', 'UTF8')) FROM generate_series(1, %s)"  # noqa: S608


@dataclass
class House:
    """A database with its log, the sequencer and the witness, each in a session of its own."""

    database: object
    session: psycopg.Connection
    watching: psycopg.Connection
    folder: object

    def __post_init__(self):
        self.sequencer = sequencer.Sequencer(self.session)
        checkpoint.announce(self.session, [LOG])
        self.witness = self.a_witness()

    def a_witness(self, **changes):
        plain = {
            "key": WITNESS,
            "memory": Memory(self.folder),
            "origin": ORIGIN,
            "log_keys": frozenset([LOG.public.fingerprint]),
        }
        key = WITNESS.public
        self.watching.execute(
            "INSERT INTO audit_key (fingerprint, kind, name, public) VALUES (%s, %s, %s, %s) "
            "ON CONFLICT DO NOTHING",
            [key.fingerprint, "witness", WITNESS.name, key.public],
        )
        return Witness(**(plain | changes))

    def sign(self, *keys):
        while self.sequencer.step():
            pass
        return checkpoint.sign_head(self.session, keys or [LOG], now=NOW, at_once=True)

    def look(self, witness=None, *, later=0):
        return (witness or self.witness).look(self.watching, now=NOW + timedelta(seconds=later))

    def as_superuser(self, *statements):
        with self.database.connect("postgres") as session:
            session.execute("ALTER TABLE core_event DISABLE TRIGGER USER")
            session.execute("ALTER TABLE audit_leaf DISABLE TRIGGER USER")
            session.execute("ALTER TABLE audit_checkpoint DISABLE TRIGGER USER")
            for statement in statements:
                session.execute(statement)


@pytest.fixture
def house(fresh_database, tmp_path):
    """The house, with nothing told yet: what migrations changed is taken out of its log."""
    with fresh_database.connect("postgres") as session:
        for table in ("audit_change", "core_event_subject", "core_event"):
            session.execute(f"ALTER TABLE {table} DISABLE TRIGGER only_grows")
            session.execute(f"DELETE FROM {table}")  # noqa: S608
            session.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER only_grows")
        session.execute("ALTER SEQUENCE core_event_id_seq RESTART")
    with (
        fresh_database.connect("mt4bo_sequencer") as session,
        fresh_database.connect("mt4bo_witness") as watching,
    ):
        yield House(fresh_database, session, watching, tmp_path)


def tell(count=1):
    """So many events, each in a transaction of its own."""
    for _ in range(count):
        with transaction.atomic():
            weigh()


def leaves():
    """The leaves as they stand."""
    return [bytes(row.leaf_hash) for row in Leaf.objects.order_by("leaf_index")]


def test_entries_are_numbered_without_a_gap_and_once(house):
    tell(2)
    entity = a_legal_entity("alpha")
    with transaction.atomic():
        weigh()
        transaction.set_rollback(True)
    tell()
    assert (house.sequencer.step(), house.sequencer.step()) == (4, 0)
    rows = list(Leaf.objects.order_by("leaf_index").values_list("leaf_index", "source"))
    assert rows == [(0, 1), (1, 1), (2, 2), (3, 1)]
    assert leaves()[0] == leaf_hash(bytes(EventRecord.objects.order_by("id")[0].body))
    assert entity.pk
    again = sequencer.Sequencer(house.session)  # as after a start: nothing twice
    assert again.step() == 0


def test_what_commits_late_is_not_forgotten(house):
    with house.database.connect() as slow, house.database.connect() as other:
        slow.execute("BEGIN")
        slow.execute(MANY, [1])  # number 1, not committed
        other.execute("BEGIN")
        other.execute("SELECT pg_current_xact_id()")  # a transaction with nothing told yet
        tell()  # number 2
        assert house.sequencer.step() == 1
        for _ in range(3):
            assert house.sequencer.step() == 0
        assert house.sequencer.floor[0] < 1
        slow.execute("COMMIT")
        assert house.sequencer.step() == 1
        assert house.sequencer.floor[0] == 0  # the other one may still hold a number
        other.execute("ROLLBACK")
        # Transactions elsewhere in the cluster hold the floor a while longer.
        assert wait_until(
            lambda: not house.sequencer.step() and house.sequencer.floor[0] == 2, seconds=60
        )
    tell()
    assert house.sequencer.step() == 1
    assert Leaf.objects.count() == 3


def test_one_sequencer_at_a_time(house):
    tell()
    with house.database.connect("mt4bo_sequencer") as other, other.transaction():
        other.execute("SELECT pg_advisory_xact_lock(%s)", [sequencer.LOCK])
        assert house.sequencer.step() == 0
    assert house.sequencer.step() == 1


def test_full_tiles_give_the_same_root(house):
    with house.database.connect() as session:
        session.execute(MANY, [600])
    assert house.sign() == 600
    assert set(Tile.objects.values_list("level", "position")) == {(1, 0), (1, 1)}
    assert bytes(Checkpoint.objects.get().root) == root_of(leaves())
    tree = sequencer.tree_of(house.session)
    assert tree.root(513) == root_of(leaves()[:513])


def test_a_head_is_signed_when_the_log_has_grown(house):
    tell()
    house.sequencer.step()
    assert checkpoint.sign_head(house.session, [LOG], now=NOW) == 1
    assert checkpoint.sign_head(house.session, [LOG], now=NOW + timedelta(days=400)) is None
    tell()
    house.sequencer.step()
    signed_at = Checkpoint.objects.get().signed_at
    soon, late = signed_at + timedelta(seconds=9), signed_at + timedelta(seconds=10)
    assert checkpoint.sign_head(house.session, [LOG], now=soon) is None
    assert checkpoint.sign_head(house.session, [LOG], now=late) == 2


def test_the_witness_cosigns_what_continues(house):
    assert house.look() == "nothing is signed yet"
    for size in (1, 2, 4):
        tell(size - house.witness.memory.size)
        assert house.sign() == size
        assert house.look() == "cosigned"
        assert house.witness.memory.size == size
    assert Witnessing.objects.filter(verdict="cosigned").count() == 3
    house.look()  # the same again is not said again at once
    assert Witnessing.objects.count() == 3
    assert house.a_witness().memory.size == 4  # after a start
    (house.folder / "leaves.bin").write_bytes(b"\x00" * 128)
    with pytest.raises(Lost):
        Memory(house.folder)


def test_the_witness_refuses_an_edited_entry(house):
    tell(3)
    house.sign()
    house.look()
    house.as_superuser("UPDATE core_event SET body = body || ' ' WHERE id = 2")
    assert house.look() == "entry 1 is not the one that was witnessed"
    word = Witnessing.objects.latest("id")
    assert (word.verdict, word.first_bad) == ("refused", 1)


def test_the_witness_refuses_a_shrunk_log(house):
    tell(3)
    house.sign()
    house.look()
    house.as_superuser(
        "DELETE FROM audit_leaf WHERE leaf_index = 2", "DELETE FROM audit_checkpoint"
    )
    assert "shrank" in house.look()
    assert checkpoint.sign_head(house.session, [LOG], now=NOW, at_once=True) == 2
    assert house.look() == "the log shrank from 3 entries to 2"


def test_the_witness_refuses_a_fork_that_the_log_itself_signed(house):
    tell(3)
    house.sign()
    house.look()
    house.as_superuser(
        "UPDATE core_event SET body = body || ' ' WHERE id = 2",
        "UPDATE audit_leaf SET leaf_hash = sha256('\\x00'::bytea || body) FROM core_event "
        "WHERE leaf_index = 1 AND id = source_id",
        "DELETE FROM audit_checkpoint",
    )
    tell()
    assert house.sign() == 4
    assert "a fork" in house.look()
    assert Witnessing.objects.latest("id").first_bad == 1
    assert house.witness.memory.size == 3


def test_the_witness_believes_the_keys_it_was_told_and_no_other(house):
    tell()
    checkpoint.announce(house.session, [THIEF])
    house.sign(THIEF)
    assert "no key" in house.look()
    tell()
    house.sign(THIEF, LOG)  # while keys are changed both sign
    assert house.look() == "cosigned"
    other = house.a_witness(origin="elsewhere")
    assert "not of elsewhere" in house.look(other)


def test_each_role_writes_its_own_and_nothing_else(house):
    tell()
    house.sign()
    for session, refused in (
        (house.session, "UPDATE audit_leaf SET leaf_index = 7"),
        (house.session, "DELETE FROM audit_checkpoint"),
        (house.session, "INSERT INTO audit_witnessing (size) VALUES (1)"),
        (house.session, "INSERT INTO audit_change (id) VALUES (1)"),
        (house.watching, "INSERT INTO audit_leaf (leaf_index) VALUES (7)"),
        (house.watching, "INSERT INTO audit_checkpoint (size) VALUES (7)"),
        (house.watching, "SELECT * FROM crm_client"),
        (house.watching, "SELECT * FROM core_sealed"),
        (house.watching, "UPDATE audit_witnessing SET verdict = 'cosigned'"),
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            session.execute(refused)


def test_a_bundle_is_written_checked_and_told_of(house, tmp_path):
    a_client("Nora Near", email="nora@example.com")
    for _ in range(3):
        tell(2)
        size = house.sign()
        house.look()
    report = exports.export_bundle(folder=tmp_path / "copy", actor=Actor.staff(1), now=NOW)
    assert report.bad is None
    assert (report.entries, report.signatures) == (size, 6)
    assert b"nora" not in (tmp_path / "copy/bundle/entries.jsonl").read_bytes().lower()
    assert (tmp_path / "copy" / "verify_bundle.py").is_file()
    told = EventRecord.objects.latest("id").told()
    assert (told["event"], told["fields"]["entries"]) == ("audit.bundle.exported", str(size))
    with pytest.raises(FileExistsError):
        exports.export_bundle(folder=tmp_path / "copy", actor=Actor.staff(1), now=NOW)
    house.as_superuser("UPDATE core_event SET body = body || ' ' WHERE id = 2")
    broken = exports.export_bundle(folder=tmp_path / "broken", actor=Actor.staff(1), now=NOW)
    assert broken.bad is not None
    assert PublicKey.objects.count() == 2


def test_without_a_head_there_is_nothing_to_export(house, tmp_path):
    with pytest.raises(exports.NothingSigned):
        exports.export_bundle(folder=tmp_path / "copy", actor=Actor.staff(1), now=NOW)


def test_a_person_is_erased_and_the_log_still_proves(house, tmp_path):
    client = a_client("Nora Near", email="nora@example.com")
    house.sign()
    house.look()
    count = erasure.erase_subject(
        kind="client", key=client.pk, reason="asked, no duty left", actor=Actor.staff(3), now=NOW
    )
    assert count >= 2
    assert not SealedValue.objects.filter(kind="client", key=str(client.pk)).exists()
    with pytest.raises(erasure.NothingSealed):
        erasure.erase_subject(
            kind="client", key=client.pk, reason="again", actor=Actor.staff(3), now=NOW
        )
    house.sign()
    assert house.look() == "cosigned"
    report = exports.export_bundle(folder=tmp_path / "copy", actor=Actor.staff(1), now=NOW)
    assert report.bad is None
    for file in (tmp_path / "copy" / "bundle").iterdir():
        assert b"nora" not in file.read_bytes().lower()
    with house.database.connect("postgres") as session:
        for table in ("core_event", "audit_change"):
            rows = session.execute(f"SELECT body FROM {table}").fetchall()  # noqa: S608
            assert not any(b"nora" in json.dumps(bytes(row[0]).decode()).lower().encode()
                           for row in rows)  # fmt: skip


def test_verify_now_goes_step_by_step_and_names_the_first_bad_entry(house, monkeypatch):
    monkeypatch.setattr(verification, "PIECE", 512)
    with house.database.connect() as session:
        session.execute(MANY, [1200])
    house.sign()
    house.look()
    actor = Actor.staff(1)

    def run() -> list[verifying.Progress]:
        steps = [verifying.step(mark="", actor=actor, now=NOW)]
        while steps[-1].mark:
            steps.append(verifying.step(mark=steps[-1].mark, actor=actor, now=NOW))
        return steps

    assert [(one.done, one.is_over) for one in run()] == [(512, False), (1024, False), (1200, True)]
    mark = run()[1].mark
    assert verifying.step(mark=mark, actor=Actor.staff(2), now=NOW).done == 512  # not whose it is
    assert verifying.step(mark=mark + "x", actor=actor, now=NOW).done == 512
    for statement, bad in (
        ("UPDATE core_event SET body = body || ' ' WHERE id = 701", 700),
        ("DELETE FROM audit_leaf WHERE leaf_index = 600", 600),
        ("UPDATE audit_leaf SET leaf_hash = sha256('x') WHERE leaf_index = 3", 3),
    ):
        house.as_superuser(statement)
        assert run()[-1].finding.index == bad
    verdicts = EventRecord.objects.filter(name="audit.log.verified").order_by("id")
    assert [one.told()["fields"]["first_bad"] for one in verdicts][-1] == "3"


def test_how_it_stands_is_told_in_sentences(house):
    now = datetime.now(UTC)
    tell()
    state = standing.standing(now)
    assert (state.size, state.waiting, state.trouble) == (0, 1, ())
    assert len(standing.standing(now + timedelta(minutes=5)).trouble) == 1
    house.sign()
    late = standing.standing(now + timedelta(minutes=5))
    assert (late.size, late.waiting, late.cosigned) == (1, 0, 0)
    assert "not witnessed" in late.trouble[0]
    house.look()
    state = standing.standing(now + timedelta(minutes=5))
    assert (state.cosigned, state.trouble, state.is_broken) == (1, (), False)
    with house.database.connect("postgres") as session:
        session.execute("ALTER TABLE company_brand DISABLE TRIGGER audit_change")
        session.execute("GRANT DELETE ON core_event TO mt4bo_app")
    state = standing.standing(now)
    assert state.is_broken
    assert len(state.trouble) == 2


def test_a_note_of_another_text_is_no_head(house):
    text = note_text("else", 1, root_of(()))
    key = SigningKey("log", "else", b"\x09" * 32)
    house.session.execute(
        "INSERT INTO audit_checkpoint (size, root, note) VALUES (%s, %s, %s)",
        [0, root_of(()), text.decode() + "\n" + signature_line(key, text)],
    )
    assert "not of" in house.look()
    house.session.execute(
        "INSERT INTO audit_checkpoint (size, root, note) VALUES (9, %s, 'x')", [root_of(())]
    )
    assert house.look() == "the newest head cannot be read"
