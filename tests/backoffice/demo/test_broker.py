"""Which broker a demo has: what may be asked for, and that the first choice holds."""

import pytest

from backoffice.demo.broker import Broker, asked, chosen
from backoffice.demo.errors import DemoError


def test_options_win_over_variables_and_the_rest_is_as_usual() -> None:
    """What nobody names is the usual 400 clients with 700 accounts and 30 days."""
    wishes = asked({"CLIENTS": "50", "ACCOUNTS": "90", "DAYS": ""}, ["--clients", "60"])
    broker = chosen(wishes, None, 8000)
    assert broker == Broker(clients=60, accounts=90, days=30, seed=7)


@pytest.mark.parametrize("text", ["0", "-3", "many", "1e3", "٣", "99999999999"])
def test_a_number_that_is_none_is_one_sentence(text: str) -> None:
    """It names the variable and what fits."""
    with pytest.raises(DemoError, match=r"CLIENTS is .* whole number from 1 to 20000"):
        asked({"CLIENTS": text}, [])


def test_an_unknown_option_is_one_sentence() -> None:
    """And so is an option without its number."""
    with pytest.raises(DemoError, match=r"no option --symbols: use --clients, --accounts"):
        asked({}, ["--symbols", "28"])
    with pytest.raises(DemoError, match="expected one argument"):
        asked({}, ["--clients"])


def test_everybody_has_an_account() -> None:
    """Fewer accounts than clients are refused; a few accounts more than clients are nobody's."""
    with pytest.raises(DemoError, match="raise ACCOUNTS or lower CLIENTS"):
        chosen({"clients": 20, "accounts": 10}, None, 8000)
    assert Broker(clients=400, accounts=700).strangers == 8
    assert Broker(clients=400, accounts=402).strangers == 2
    assert Broker(clients=12, accounts=12).strangers == 0


def test_the_first_choice_holds() -> None:
    """Another start without numbers, or with the same, finds the broker; others are refused."""
    kept = {"clients": 20, "accounts": 30, "days": 5, "seed": 3}
    assert chosen({}, kept, 8001) == chosen({"seed": 3}, kept, 8001) == Broker(**kept)
    with pytest.raises(DemoError, match=r"port 8001 is made already .*CLIENTS=20.*PORT=8002"):
        chosen({"clients": 21}, kept, 8001)
