"""Lines: what goes in comes out, what is no record is refused, and texts may hold anything."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.factories.market import a_closed_trade, a_record, a_trade
from tests.trading.gateway.test_wire import values
from trading.gateway import wire
from trading.gateway.errors import BadMessage
from trading.gateway.lines import Lines, read_line, write_line
from trading.gateway.port import Page
from trading.terms import AccountRecord, GroupSpec, Quote, TradeRecord

JUNK = ["", "x", "1.5", "1e5", "NaN", r"\N", "\\", "2026", "٣"]
KINDS = (AccountRecord, TradeRecord, Quote)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_what_goes_in_comes_out(kind: Any, data: st.DataObject) -> None:
    """Whatever the texts hold: tabs, line feeds, backslashes, the sign of NULL."""
    records = data.draw(st.lists(values(kind), max_size=4))
    lines = Lines.of(kind, records)
    assert Lines(kind, lines.text) == records
    assert len(lines) == len(records) == lines.text.count("\n")
    assert lines.split() == [tuple(line.split("\t")) for line in lines.text.split("\n")[:-1]]


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_line_and_an_object_say_the_same(data: st.DataObject) -> None:
    """The two notations of the wire agree on every record."""
    record = data.draw(values(TradeRecord))
    as_object = wire.decode(TradeRecord, wire.load(wire.dump(wire.encode(TradeRecord, record))))
    assert read_line(TradeRecord, write_line(record)) == as_object == record


@settings(max_examples=200, deadline=None)
@given(
    data=st.data(), junk=st.sampled_from(["", "x", "1.5", "1e5", "NaN", r"\N", "\\", "2026", "٣"])
)
def test_a_field_of_another_kind_is_refused_or_means_itself(data: st.DataObject, junk: str) -> None:
    fields = write_line(a_closed_trade()).removesuffix("\n").split("\t")
    fields[data.draw(st.integers(0, len(fields) - 1))] = junk
    line = "\t".join(fields) + "\n"
    try:
        record = read_line(TradeRecord, line)
    except BadMessage:
        return
    assert write_line(record) == line


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda text: text.removesuffix("\n"), "The last line of the list of TradeRecord is cut"),
        (lambda text: text + "1\t2\n", "Line 3 has 2 fields: TradeRecord has 23."),
        (lambda text: text.replace("\t1.10000", "\tmuch", 1), "TradeRecord.open_price in line 1"),
        (lambda text: text + "\n", "Line 3 has 1 fields"),
    ],
)
def test_one_bad_line_is_named(spoil: Any, said: str) -> None:
    text = Lines.of(TradeRecord, [a_trade(1), a_trade(2)]).text
    with pytest.raises(BadMessage, match=said):
        Lines(TradeRecord, spoil(text)).split()


def test_an_answer_with_a_bad_line_is_none() -> None:
    verb = wire.VERBS["trades"]
    body = wire.encode_answer(verb, Page(records=(a_trade(1),), next_cursor=""))
    assert wire.decode_answer(verb, body).records == [a_trade(1)]
    with pytest.raises(wire.MalformedAnswer, match=r"TradeRecord\.cmd in line 1"):
        wire.decode_answer(verb, body.replace(b"1001\\t0\\t", b"1001\\t9\\t"))
    with pytest.raises(wire.MalformedAnswer, match="is not a list of lines"):
        wire.decode_answer(verb, b'{"outcome":"done","answer":{"records":[],"next_cursor":""}}')


def test_lines_pass_through_unread() -> None:
    """An agent passes on what MetaTrader wrote; whoever asked finds what is wrong with it."""
    strange = Lines(TradeRecord, "nonsense\n")
    body = wire.encode_answer(wire.VERBS["trades"], Page(records=strange, next_cursor="7"))
    assert b"nonsense" in body
    assert Lines.of(TradeRecord, strange) is strange


def test_fields_are_found_by_name() -> None:
    groups = ["demo\\forex", "a\tb", "plain"]
    lines = Lines.of(AccountRecord, [a_record(n, group) for n, group in enumerate(groups, 1)])
    assert lines.values("group") == set(groups)
    assert lines.values("login") == {"1", "2", "3"}
    assert lines.where("login", {"2", "9"}) == [a_record(2, "a\tb")]


def test_what_has_no_place_in_a_line_is_an_error() -> None:
    with pytest.raises(TypeError, match="no place in a line"):
        Lines.of(GroupSpec, []).split()
    with pytest.raises(BadMessage, match="A field to send is float, not int"):
        write_line(a_trade(magic=1.5))
