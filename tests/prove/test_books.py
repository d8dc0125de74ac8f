"""A short seed of random steps by several processes, and one guard that is missing and noticed."""

from tests.cluster import Database
from tests.prove.books import run

STEPS, CONTROL = 160, 200


def test_the_books_hold_under_random_steps_at_once(fresh_database: Database) -> None:
    flagged = run.ground()

    seen, wrong, _ = run.stepped(fresh_database, "1", STEPS, flagged, processes=2)

    assert wrong == []
    assert seen.total() == STEPS + seen["book_ticket: twice"]
    assert {"reserve", "settle", "void", "pay_in", "tamper"} <= set(seen)

    guard = "DROP INDEX accounts_entry_resolved_once"
    found = run.control(fresh_database, guard, flagged, processes=2, steps=CONTROL)
    assert any("I-8" in words for words in found)
