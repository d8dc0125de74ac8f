"""Lines of a server's journal as deeds; another wording tells nothing."""

import pytest

from tests.factories.market import NOON, wall
from trading.calc import journal
from trading.terms import LogCode, LogLine


def a_line(message: str, ip: str = "198.51.100.7") -> LogLine:
    return LogLine(at=NOON, server_time=wall(NOON), code=LogCode.OK, ip=ip, message=message)


@pytest.mark.parametrize(
    ("told", "what", "login", "ticket"),
    [
        ("new account '7001' - demo, Ann", journal.OPENED, 7001, 0),
        ("update account '7001' - leverage: 100 -> 50", journal.UPDATED, 7001, 0),
        ("change investor password of '7001'", journal.PASSWORD, 7001, 0),
        ("delete account '7001'", journal.DELETED, 7001, 0),
        ("changed balance #5 - -7.00 for '7001' - 'BO:X'", journal.MONEY, 7001, 5),
        ("order #6 for '7001', buy 0.10 EURUSD", journal.TRADE_OPENED, 7001, 6),
        ("modify order #6 for '7001', buy 0.10", journal.TRADE_CHANGED, 7001, 6),
        ("close order #6 for '7001', buy 0.10", journal.TRADE_CLOSED, 7001, 6),
        ("delete order #6 for '7001', buy 0.10", journal.TRADE_DELETED, 7001, 6),
    ],
)  # fmt: skip
def test_each_deed_is_read(told: str, what: str, login: int, ticket: int) -> None:
    deed = journal.deed_of(a_line(f"'901': {told}"))
    assert deed is not None
    assert (deed.what, deed.author, deed.login, deed.ticket) == (what, 901, login, ticket)


def test_fields_note_and_author() -> None:
    deed = journal.deed_of(a_line("'901': update account '1' - group: a -> b, leverage: 1 -> 2"))
    assert deed is not None
    assert deed.fields == {"group", "leverage"}
    money = journal.deed_of(a_line("'900': changed credit #5 - 7.00 for '1' - 'BO:ABC'"))
    assert money is not None
    assert (money.note, money.author) == ("BO:ABC", 900)
    night = journal.deed_of(a_line("server: close order #6 for '1', buy 0.10", ip=""))
    assert night is not None
    assert night.author == 0


@pytest.mark.parametrize("message", ["", "server started", "'901': logged in", "no colon here"])
def test_another_wording_tells_nothing(message: str) -> None:
    assert journal.deed_of(a_line(message)) is None
