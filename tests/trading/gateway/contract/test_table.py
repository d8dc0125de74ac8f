"""The table of verbs and engines is whole and not stale."""

from tests.trading.gateway.contract import table
from trading.gateway import wire


def test_every_verb_has_a_contract_test_and_every_mark_names_a_verb() -> None:
    known = set(wire.VERBS) | {"stream"}
    assert {verb for _, verbs in table.families() for verb in verbs} == known
    assert table.proofs().keys() == known


def test_the_page_says_what_the_tests_prove() -> None:
    stale = "docs/verbs.md is stale: python -m tests.trading.gateway.contract.table"
    assert table.PAGE.read_text() == table.text(), stale
