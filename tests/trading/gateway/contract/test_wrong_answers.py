"""Servers that answer wrongly: of another account, or something else than was told."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, ClassVar

import pytest

from tests.factories.agents import Running, Script, ScriptedDirect, a_passage, a_record, an_account
from tests.factories.agents import an_agent as an_agent_over
from tests.factories.engines import PATIENT
from trading.gateway.agent.engine import Reply
from trading.gateway.agent.orders.by_verb import ORDERS
from trading.gateway.errors import GatewayError, NotSent, Refused, Unavailable, Uncertain
from trading.gateway.port import AccountChanges, NewAccount
from trading.gateway.remote.breaker import OwnTally
from trading.gateway.remote.gateway import RemoteGateway
from trading.terms import AccountRecord, BalanceKind, Cmd, Passage, TradeRecord

_numbers = itertools.count(1)


def empty(login: int, **fields: Any) -> AccountRecord:
    """An account without money."""
    return an_account(login, balance=Decimal(0), **fields)


@dataclass
class Liar(Script):
    """A server that takes every command and shows what it is told to show afterwards."""

    shown: AccountRecord | None = None
    tickets: tuple[TradeRecord, ...] = ()
    password: str = ""
    asked_before: int = 0


class Stage(Script):
    """The engine: whatever stands on it now."""

    liar: ClassVar[Liar]

    def direct(self) -> "LyingDirect":
        return LyingDirect()


class LyingDirect(ScriptedDirect):
    """The direct connection of a liar: `shown` holds once a command was sent, or from the start."""

    def __init__(self) -> None:
        self._is_open = False

    @property
    def script(self) -> Liar:
        return Stage.liar

    def account(self, *, login: int) -> AccountRecord | None:
        liar = self.script
        return empty(login) if liar.sent < liar.asked_before else liar.shown

    def check_password(self, *, login: int, password: str) -> bool:
        return password == self.script.password

    def trade(self, *, ticket: int) -> TradeRecord | None:
        return next(iter(self.script.tickets), None)

    def open_trades_of(self, **_: Any) -> tuple[TradeRecord, ...]:
        return self.script.tickets

    def _take(self, **_: Any) -> Reply:
        self.script.sent += 1
        return Reply(code=self.script.code, text="scripted", ticket=5)

    update_account = set_password = set_enabled = set_leverage = set_group = _take
    set_read_only = delete_account = open_account = open_trade = close_by = _take


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the agent keeps its journal."""
    return tmp_path_factory.mktemp("liar")


@pytest.fixture(scope="module")
def running(folder: Path) -> Iterator[Running]:
    """One agent for all of these tests; each has a liar of its own behind it."""
    Stage.liar = Liar()
    with an_agent_over(Stage(), folder) as agent:
        yield agent


@pytest.fixture
def liar(running: Running) -> Liar:
    """A liar who shows account 7 and has not been asked before."""
    made = Liar(shown=empty(7), asked_before=1)
    Stage.liar = made
    return made


class Forgetful(OwnTally):
    """A breaker's memory that keeps nothing: however bad the answers are, the way stays open."""

    def note(self, key: str, *, good: bool, now_ms: int, window_ms: int) -> tuple[int, int]:
        return 1, 0


@pytest.fixture
def gateway(running: Running, liar: Liar) -> Iterator[RemoteGateway]:
    made = RemoteGateway(running.address, tally=Forgetful(), deadlines=PATIENT)
    yield made
    made.close()


def said(call: Any) -> Any:
    with pytest.raises(GatewayError) as caught:
        call()
    return caught.value


class Written:
    """The agent's journal, as far as it was written since this was made."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "journal" / "journal"
        self._from = len(self._file.read_bytes())

    @property
    def text(self) -> bytes:
        return self._file.read_bytes()[self._from :]

    @property
    def answers(self) -> int:
        """How many answers were written."""
        return self.text.count(b'"kind":"answer"')


@pytest.fixture
def written(running: Running, folder: Path) -> Written:
    """The journal from here on."""
    return Written(folder)


def a_new_passage(name: str) -> Passage:
    """A passage whose marker no other test uses."""
    return a_passage(f"{name} {next(_numbers)}")


OPEN = {"closed_at": None, "closed_server_time": None, "cmd": Cmd.BUY}
COMMANDS: dict[str, dict[str, Any]] = {
    "update_account": {"changes": AccountChanges(name="Eve")},
    "set_password": {"password": "Secret1", "investor": False},
    "set_enabled": {"enabled": False},
    "set_read_only": {"read_only": True},
    "set_leverage": {"leverage": 500},
    "set_group": {"group": "vip"},
    "delete_account": {},
}


def tell(gateway: RemoteGateway, verb: str) -> Any:
    return getattr(gateway, verb)(passage=a_new_passage(verb), login=7, **COMMANDS[verb])


def test_a_yes_that_the_account_does_not_show_is_uncertain(
    liar: Liar, gateway: RemoteGateway, written: Written
) -> None:
    liar.shown = empty(7)
    for number, verb in enumerate(COMMANDS, 1):
        answer = said(lambda v=verb: tell(gateway, v))
        assert isinstance(answer, Uncertain), verb
        assert answer.code == 0
        assert "MetaTrader applied it, but" in str(answer)
        assert (liar.sent, written.answers) == (number, number)


def test_only_the_record_of_the_right_account_confirms(liar: Liar, gateway: RemoteGateway) -> None:
    right = {"name": "Eve", "enabled": False, "read_only": True, "leverage": 500, "group": "vip"}
    liar.password, confirming = "Secret1", COMMANDS.keys() - {"delete_account"}
    for login in (8, 7):
        liar.shown = empty(login, **right)
        for verb in sorted(confirming):
            liar.asked_before = liar.sent + 1
            passage = a_new_passage(f"{verb} {login}")
            if login == 7:
                done = getattr(gateway, verb)(passage=passage, login=7, **COMMANDS[verb])
                assert done.account == liar.shown
                continue
            answer = said(
                lambda v=verb, p=passage: getattr(gateway, v)(passage=p, login=7, **COMMANDS[v])
            )
            assert isinstance(answer, Uncertain), verb


def test_nothing_is_sent_while_another_account_is_shown(
    liar: Liar, gateway: RemoteGateway, written: Written
) -> None:
    liar.shown, liar.asked_before = empty(8), 0
    for verb in COMMANDS:
        answer = said(lambda v=verb: tell(gateway, v))
        assert isinstance(answer, NotSent), verb
        assert (answer.reason, liar.sent, written.answers) == ("unreachable", 0, 0)


@pytest.mark.parametrize(
    ("code", "error"), [(3, Refused), (7, Refused), (1, Uncertain), (255, Uncertain), (8, NotSent)]
)
def test_every_account_command_reads_the_codes_alike(
    liar: Liar, gateway: RemoteGateway, written: Written, code: int, error: type[Exception]
) -> None:
    liar.code, liar.shown = code, empty(7)
    for number, verb in enumerate(COMMANDS, 1):
        answer = said(lambda v=verb: tell(gateway, v))
        assert isinstance(answer, error), verb
        assert "scripted" in str(answer)
        assert (liar.sent, written.answers) == (number, number)


AN_ORDER = {"ticket": 5, "price": Decimal("1.1")}
MORE: dict[str, dict[str, Any]] = {
    "change_balance": {"kind": BalanceKind.BALANCE, "amount": Decimal(1), "comment": ""},
    "open_trade": {
        "cmd": Cmd.BUY,
        "symbol": "EURUSD",
        "volume_hundredths": 1,
        "price": Decimal("1.1"),
    },
    "close_trade": AN_ORDER | {"volume_hundredths": 1},
    "close_by": {"ticket": 5, "opposite": 6},
    "close_all": {"symbol": "EURUSD"},
    "modify_trade": AN_ORDER | {"stop_loss": Decimal(0), "take_profit": Decimal(0)},
    "activate_order": AN_ORDER,
    "delete_order": {"ticket": 5},
    "change_comment": {"ticket": 5, "comment": "x"},
}


def test_every_command_passes_the_gate(
    liar: Liar, gateway: RemoteGateway, written: Written
) -> None:
    person = NewAccount(
        group="demo", name="Ada", leverage=1, password="Secret1", investor_password="Secret2"
    )
    commands = COMMANDS | MORE
    assert commands.keys() | {"open_account"} == ORDERS.keys()
    given = {verb: {"login": 7} | fields for verb, fields in commands.items()}
    given["open_account"] = {"account": person}
    for verb, fields in given.items():
        call = getattr(gateway, verb)
        late = said(lambda c=call, f=fields: c(passage=a_passage("late", seconds=-1), **f))
        assert (type(late), late.reason) == (NotSent, "deadline"), verb
        liar.closed_window = True
        night = said(lambda c=call, f=fields, v=verb: c(passage=a_new_passage(f"night {v}"), **f))
        assert (type(night), night.reason) == (NotSent, "end_of_day"), verb
        liar.closed_window = False
    assert (liar.sent, written.answers) == (0, 0)


def test_no_password_stands_in_the_agents_journal(
    liar: Liar, gateway: RemoteGateway, written: Written
) -> None:
    person = NewAccount(
        group="demo", name="Ada", leverage=1, password="Hidden11", investor_password="Hidden22",
        login=9,
    )  # fmt: skip
    liar.shown, liar.asked_before = None, 0
    said(lambda: gateway.open_account(passage=a_new_passage("A"), account=person))
    liar.shown = empty(7)
    password = {"password": "Hidden33", "investor": True}
    gateway.set_password(passage=a_new_passage("B"), login=7, **password)
    assert (liar.sent, written.answers) == (2, 2)
    assert b"Hidden" not in written.text


def test_questions_believe_no_answer_about_somebody_else(
    liar: Liar, gateway: RemoteGateway, caplog: pytest.LogCaptureFixture
) -> None:
    liar.shown, liar.asked_before = empty(8), 0
    liar.tickets = (a_record(5, login=8, **OPEN),)
    for question in (
        lambda: gateway.account(login=7),
        lambda: gateway.open_trades_of(login=7),
        lambda: gateway.trade(ticket=6),
    ):
        caplog.clear()
        answer = said(question)
        assert isinstance(answer, Unavailable)
        assert "the figures of another" in str(answer)
        lines = [one for one in caplog.records if "the figures of another" in one.getMessage()]
        assert len(lines) == 1


def test_a_ticket_of_another_login_confirms_nothing(liar: Liar, gateway: RemoteGateway) -> None:
    order: dict[str, Any] = {"cmd": Cmd.BUY, "symbol": "EURUSD", "volume_hundredths": 10}
    right: dict[str, Any] = {"symbol": "EURUSD", "volume_hundredths": 10, **OPEN}

    def open_trade(marker: str) -> Any:
        return gateway.open_trade(
            passage=a_new_passage(marker), login=7, price=Decimal("1.1"), comment="", **order
        )

    for wrong in ({"login": 8}, {"symbol": "GBPUSD"}, {"volume_hundredths": 1}):
        liar.tickets = (a_record(5, **(right | wrong)),)
        assert isinstance(said(lambda w=wrong: open_trade(str(w))), Uncertain)
    liar.tickets = (a_record(5, **right),)
    assert open_trade("right").ticket == 5


def test_a_close_by_of_a_strangers_ticket_is_not_sent(liar: Liar, gateway: RemoteGateway) -> None:
    liar.tickets = (a_record(5, login=8, **OPEN),)
    answer = said(
        lambda: gateway.close_by(passage=a_new_passage("A"), login=7, ticket=5, opposite=6)
    )
    assert isinstance(answer, Refused)
    assert (answer.code, liar.sent) == (3, 0)
