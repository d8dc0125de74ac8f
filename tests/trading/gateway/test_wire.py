"""The codec: what goes in comes out, and what is not exactly right is refused in one sentence."""

import contextlib
import inspect
from datetime import UTC, datetime
from decimal import Decimal
from enum import IntEnum, StrEnum
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trading import terms
from trading.gateway import port, wire
from trading.gateway.errors import BadMessage, NotSent, Refused, Unavailable, Uncertain

MONEY = st.decimals(
    allow_nan=False, allow_infinity=False, places=4, min_value=-(10**12), max_value=10**12
)
MOMENTS = st.datetimes(timezones=st.just(UTC))
WALL_CLOCKS = st.datetimes()
WHOLE = st.integers(-(2**62), 2**62)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)

BY_TYPE: dict[Any, Any] = {
    str: TEXTS, int: WHOLE, bool: st.booleans(), Decimal: MONEY, datetime: MOMENTS,
    datetime | None: st.none() | MOMENTS, tuple[str, ...]: st.lists(TEXTS, max_size=3).map(tuple),
}  # fmt: skip


def values(kind: Any) -> st.SearchStrategy[Any]:
    """Any value of one of the terms."""
    hints = inspect.get_annotations(kind, eval_str=True)
    fields = {}
    for name, hint in hints.items():
        if name.endswith("server_time"):
            fields[name] = WALL_CLOCKS | st.none() if hint == datetime | None else WALL_CLOCKS
        elif hint in BY_TYPE:
            fields[name] = BY_TYPE[hint]
        elif hint == tuple[terms.GroupSecurity, ...]:
            fields[name] = st.lists(values(terms.GroupSecurity), max_size=2).map(tuple)
        elif inspect.isclass(hint) and issubclass(hint, (IntEnum, StrEnum)):
            fields[name] = st.sampled_from(hint)
        else:
            fields[name] = st.none()
    return st.builds(kind, **fields)


RECORDS = (
    terms.Quote, terms.SymbolSpec, terms.GroupSpec, terms.AccountRecord, terms.TradeRecord,
    terms.MarginState, terms.ServerInfo, terms.Passage, terms.Done, port.NewAccount,
    port.AccountChanges,
)  # fmt: skip


@pytest.mark.parametrize("kind", RECORDS, ids=lambda kind: kind.__name__)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_what_goes_in_comes_out(kind: Any, data: st.DataObject) -> None:
    value = data.draw(values(kind))
    assert wire.decode(kind, wire.load(wire.dump(wire.encode(kind, value)))) == value


@pytest.mark.parametrize("kind", RECORDS, ids=lambda kind: kind.__name__)
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_a_missing_or_unknown_field_is_refused(kind: Any, data: st.DataObject) -> None:
    whole = wire.encode(kind, data.draw(values(kind)))
    for name in whole:
        with pytest.raises(BadMessage, match=f"lacks the field {name}"):
            wire.decode(kind, {key: item for key, item in whole.items() if key != name})
    with pytest.raises(BadMessage, match="unknown field 'more'"):
        wire.decode(kind, whole | {"more": 1})


@settings(max_examples=60, deadline=None)
@given(data=st.data(), junk=st.sampled_from([None, 1.5, True, {}, [], "x", "", "1e5", "NaN", "٣"]))
def test_a_field_of_another_type_is_refused_or_means_itself(data: st.DataObject, junk: Any) -> None:
    whole = wire.encode(terms.TradeRecord, data.draw(values(terms.TradeRecord)))
    name = data.draw(st.sampled_from(sorted(whole)))
    with contextlib.suppress(BadMessage):
        decoded = wire.decode(terms.TradeRecord, whole | {name: junk})
        assert wire.encode(terms.TradeRecord, decoded)[name] == junk


def test_digits_of_money_survive() -> None:
    for text in ("0", "-0.01", "1.10", "12480.2100", "123456789012.1234"):
        assert str(wire.decode(Decimal, wire.encode(Decimal, Decimal(text)))) == text


@pytest.mark.parametrize("text", ["1e5", "+1", " 1", "1.", ".5", "NaN", "Infinity", "0x1", "1_0"])
def test_only_plain_decimals_are_money(text: str) -> None:
    with pytest.raises(BadMessage):
        wire.decode(Decimal, text)


def test_no_float_and_no_infinity_leaves() -> None:
    for value in (1.5, Decimal("NaN"), Decimal("Infinity"), 1):
        with pytest.raises(BadMessage):
            wire.encode(Decimal, value)
    with pytest.raises(BadMessage):
        wire.encode(int, True)


def test_a_moment_has_a_zone_and_a_server_time_has_none() -> None:
    with pytest.raises(BadMessage, match="no time zone"):
        wire.encode(datetime, datetime(2026, 3, 4))  # noqa: DTZ001
    with pytest.raises(BadMessage):
        wire.decode(datetime, "2026-03-04T10:00:00")
    with pytest.raises(BadMessage):
        wire.decode(datetime, "2026-13-04T10:00:00Z")


def test_every_verb_of_the_port_is_on_the_wire() -> None:
    of_port = {
        name
        for protocol in (port.Questions, port.Commands)
        for name, _ in inspect.getmembers(protocol, inspect.isfunction)
        if not name.startswith("_")
    }
    assert set(wire.VERBS) == of_port
    assert len(wire.BY_PATH) == len(of_port) >= 26


def test_a_call_comes_back_as_it_was() -> None:
    verb = wire.VERBS["find_marker"]
    at = datetime(2026, 3, 4, 10, tzinfo=UTC)
    arguments = {"login": 7, "marker": "BO:1", "start": at, "end": at}
    assert wire.decode_call(verb, wire.encode_call(verb, arguments, timeout_ms=5)) == (arguments, 5)


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"{}", b'{"timeout_ms":0,"arguments":{}}', b'{"timeout_ms":5}',
     b'{"timeout_ms":5,"arguments":{"x":1}}', b'{"timeout_ms":true,"arguments":{}}'],
)  # fmt: skip
def test_a_call_that_is_none_is_refused(body: bytes) -> None:
    with pytest.raises(BadMessage):
        wire.decode_call(wire.VERBS["quotes"], body)


@pytest.mark.parametrize(
    "error",
    [Refused(134, "not enough money"), NotSent("deadline", "too late"), NotSent("busy"),
     Uncertain("lost", 128), Uncertain("lost"), Unavailable("gone"), BadMessage("what?")],
)  # fmt: skip
def test_every_no_comes_back_as_it_was(error: Exception) -> None:
    with pytest.raises(type(error)) as caught:
        wire.decode_answer(wire.VERBS["change_balance"], wire.encode_failure(error))
    assert caught.type is type(error)
    assert vars(caught.value) == vars(error)


@pytest.mark.parametrize(
    "body",
    [b"", b"no", b"{}", b'{"outcome":"maybe"}', b'{"outcome":"done"}', b'{"outcome":["done"]}',
     b'{"outcome":"not_sent","reason":"mood","text":""}',
     b'{"outcome":"refused","code":"3","text":""}',
     b'{"outcome":"done","answer":{"ticket":1}}'],
)  # fmt: skip
def test_an_answer_that_is_none_says_nothing(body: bytes) -> None:
    with pytest.raises(wire.MalformedAnswer):
        wire.decode_answer(wire.VERBS["change_balance"], body)


def test_secrets_do_not_show_in_what_is_logged() -> None:
    address = port.ServerAddress(server="s", url="u", key_id="k", key=b"very secret")
    account = port.NewAccount(
        group="g", name="n", leverage=100, password="hush1", investor_password="hush2"
    )
    assert "secret" not in repr(address)
    assert "hush" not in repr(account)
