"""MetaTrader's return codes: the table against the facts that it was written from."""

import pytest

from trading.gateway.codes import CODES, Verdict, verdict, words

#: The fact base: number, name, and what a command other than money may believe of it.
FACTS = """
0 OK done                   1 OK_NONE unknown          2 ERROR unknown
3 INVALID_DATA no           4 TECH_PROBLEM unknown     5 OLD_VERSION no
6 NO_CONNECT unknown        7 NOT_ENOUGH_RIGHTS no     8 TOO_FREQUENT retry
9 MALFUNCTION no            10 GENERATE_KEY no         11 SECURITY_SESSION no
15 INVALID_COMPANY no       64 ACCOUNT_DISABLED no     65 BAD_ACCOUNT_INFO no
66 PUBLIC_KEY_MISSING no    128 TRADE_TIMEOUT unknown  129 BAD_PRICES no
130 BAD_STOPS no            131 BAD_VOLUME no          132 MARKET_CLOSED retry
133 TRADE_DISABLE no        134 NO_MONEY no            135 PRICE_CHANGED no
136 OFFQUOTES no            137 BROKER_BUSY retry      138 REQUOTE no
139 ORDER_LOCKED retry      140 LONG_ONLY no           141 TOO_MANY_REQ retry
142 ACCEPTED unknown        143 PROCESS unknown        144 USER_CANCEL no
145 MODIFY_DENIED no        146 CONTEXT_BUSY retry     147 EXPIRATION_DENIED no
148 TOO_MANY_ORDERS no      149 HEDGE_PROHIBITED no    150 PROHIBITED_BY_FIFO no
151 PUMPING_MIXED_1 bug     152 PUMPING_MIXED_2 bug    255 NETWORK_PROBLEM unknown
"""
CLASSES = {
    "done": Verdict.DONE,
    "no": Verdict.NO,
    "retry": Verdict.LATER,
    "unknown": Verdict.UNKNOWN,
    "bug": Verdict.UNKNOWN,  # of our own mistake nothing follows about the command
}
#: What money may believe, and nothing else: the strict table.
MONEY = {
    0: Verdict.DONE, 3: Verdict.NO, 7: Verdict.NO, 64: Verdict.NO, 134: Verdict.NO,
}  # fmt: skip

_cells = FACTS.split()
ROWS = tuple(zip(map(int, _cells[::3]), _cells[1::3], _cells[2::3], strict=True))


def test_the_table_holds_each_code_once_and_no_other() -> None:
    assert [number for number, _, _ in ROWS] == list(CODES)
    assert len({code.name for code in CODES.values()}) == len(CODES)


@pytest.mark.parametrize(("number", "name", "kind"), ROWS)
def test_each_code_says_what_the_facts_say(number: int, name: str, kind: str) -> None:
    code = CODES[number]
    assert (code.number, code.name) == (number, name)
    assert code.text == code.text.strip()
    assert code.text
    assert verdict(number, money=False) is code.other is CLASSES[kind]
    assert verdict(number, money=True) is code.money is MONEY.get(number, Verdict.UNKNOWN)
    assert words(number) == f"{code.text} ({name})"


@pytest.mark.parametrize("number", [-1, 12, 13, 14, 63, 67, 127, 153, 254, 256, 2**31])
def test_a_code_that_nobody_knows_proves_nothing(number: int) -> None:
    assert verdict(number, money=True) is verdict(number, money=False) is Verdict.UNKNOWN
    assert str(number) in words(number)


def test_money_never_believes_what_another_command_would_not() -> None:
    for code in CODES.values():
        if code.money is not Verdict.UNKNOWN:
            assert code.money is code.other
