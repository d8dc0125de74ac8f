"""Between currencies: the rate of a server's quotes, fixed once, and books that balance in each."""

from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import orjson
import pytest
import redis

from accounts.actions.transfers import requesting
from accounts.actions.withdrawals import BadRequest
from accounts.ledger import balances
from accounts.models import LedgerAccount, Transfer
from accounts.queries.transfers import rates
from accounts.states import LedgerKind
from accounts.terms import Transfer as State
from backoffice.core import clock, live
from tests.factories.moving.transfers import Pair, a_pair, a_pair_in_metatrader, in_transit, now_of
from tests.factories.payments import work_done

pytestmark = pytest.mark.django_db


def tell(server: Any, server_id: int, bid: str, ask: str, at: datetime) -> None:
    """Let the feed have told a quote of EURUSD."""
    milliseconds = int(at.timestamp() * 1000)
    data = {"EURUSD": ["EUR", "USD", bid, ask, milliseconds]}
    frame = {"topic": live.quotes(server_id), "seq": 1, "at": milliseconds, "now": milliseconds}
    with redis.Redis(unix_socket_path=str(server.socket)) as client:
        name, key = live.shelf(live.quotes(server_id))
        client.hset(name, key, orjson.dumps({**frame, "data": data}))


def soon() -> datetime:
    """A moment that no slow machine leaves behind."""
    return clock.now() + timedelta(hours=1)


@pytest.fixture
def pair(db: None) -> Pair:
    return a_pair(currency="EUR")


def house(currency: str) -> Decimal:
    """What stands on the conversion account of a currency."""
    account = LedgerAccount.objects.get(kind=LedgerKind.CONVERSION, currency=currency)
    return balances.of(account).posted


def test_it_is_converted_by_the_rate_of_the_request(
    pair: Pair, redis_server: Any, tmp_path: Path, settings: Any
) -> None:
    server_id = pair.till.account.server_id
    tell(redis_server, server_id, "1.09990", "1.10000", soon())
    with a_pair_in_metatrader(pair, tmp_path, settings):
        transfer = pair.ask("110.00")
        tell(redis_server, server_id, "2.0", "2.1", soon())  # moves, and is not asked again
        for _ in range(3):
            work_done()

    transfer = now_of(transfer)
    # 110.00 ÷ 1.10000 = 100.00, less half a percent
    assert (transfer.state, transfer.target_amount) == (State.DONE, Decimal("99.50"))
    assert transfer.rate_source == "EURUSD ask 1.10000"
    assert (transfer.rate_markup, transfer.rate) == (Decimal("0.5"), Decimal("0.9045454545"))
    assert pair.balances() == (Decimal("890.00"), Decimal("599.50"))
    assert (house("USD"), house("EUR")) == (Decimal("110.00"), Decimal("-99.50"))
    assert pair.agree()


def test_what_the_target_refuses_goes_back_unconverted(
    pair: Pair, redis_server: Any, tmp_path: Path, settings: Any
) -> None:
    tell(redis_server, pair.till.account.server_id, "1.09990", "1.10000", soon())
    with a_pair_in_metatrader(pair, tmp_path, settings):
        transfer = pair.ask("110.00")
        work_done()
        pair.script.code, pair.script.books = 134, False
        work_done()
        pair.script.code, pair.script.books = 0, True
        for _ in range(3):
            work_done()

    ends = {State.REVERSED: Decimal("1000.00"), State.DONE: Decimal("890.00")}
    assert pair.balances()[0] == ends[State(now_of(transfer).state)]
    assert in_transit() == 0
    assert pair.agree()


def test_nothing_is_promised_on_an_old_price(pair: Pair, redis_server: Any) -> None:
    with pytest.raises(rates.NoRate, match="USD to EUR"):
        pair.ask("110.00")
    old = clock.now() - timedelta(hours=1)
    tell(redis_server, pair.till.account.server_id, "1.0999", "1.1", old)
    with pytest.raises(rates.NoRate):
        pair.ask("110.00")
    assert not Transfer.objects.exists()
    assert in_transit() == 0


def test_a_rate_worse_than_the_shown_one_is_asked_for_again(pair: Pair, redis_server: Any) -> None:
    tell(redis_server, pair.till.account.server_id, "1.0999", "1.1", soon())
    with pytest.raises(requesting.RateMoved, match="look again") as caught:
        pair.ask("110.00", seen_rate=Decimal("0.92"))
    pair.ask("110.00", seen_rate=caught.value.rate)


def test_what_would_become_nothing_is_refused(pair: Pair, redis_server: Any) -> None:
    tell(redis_server, pair.till.account.server_id, "1.0999", "1.1", soon())
    with pytest.raises(BadRequest, match="too little"):
        pair.ask("0.01")
