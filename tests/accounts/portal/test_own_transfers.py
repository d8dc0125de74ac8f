"""A client moves money between places of their own, and no other."""

from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client as Browser

from accounts.models import Transfer
from accounts.terms import Transfer as State
from backoffice.core import records
from crm.models import Client
from tests.accounts.actions.transfers.test_to_another import BEA, give
from tests.factories.moving.transfers import Pair, a_pair, a_pair_in_metatrader, an_account_of
from tests.factories.payments import work_done
from tests.factories.people import a_client
from tests.factories.sign_in.clients import a_client_browser
from trading.models import TradingAccount

pytestmark = pytest.mark.django_db
NEW = "/portal/transfers/new/"


@pytest.fixture
def pair(db: None) -> Pair:
    """Ana with 1,000.00 USD on one account and 500.00 on another."""
    return a_pair()


@pytest.fixture
def ana(pair: Pair) -> Browser:
    """Ana's browser."""
    return a_client_browser(pair.till.client)


def wish(pair: Pair, amount: str = "100.00", **changes: Any) -> dict[str, Any]:
    plain = {
        "key": str(uuid4()),
        "source": f"account:{pair.till.account.pk}",
        "target": f"account:{pair.other.pk}",
        "amount": amount,
    }
    return plain | changes


def test_it_is_asked_for_once_and_shown_in_the_clients_words(pair: Pair, ana: Browser) -> None:
    form = wish(pair)
    answer, again = ana.post(NEW, form), ana.post(NEW, form)

    transfer = Transfer.objects.get()
    assert answer.url == again.url == f"/portal/transfers/{transfer.pk}/"
    assert transfer.requested_by.startswith("client:")
    assert transfer.state == State.APPROVED
    shown = ana.get(answer.url).content.decode()
    assert "On its way" in shown
    assert str(pair.other.login) in shown
    assert "On its way" in ana.get("/portal/").content.decode()


def test_to_the_wallet(pair: Pair, ana: Browser) -> None:
    assert ana.post(NEW, wish(pair, target="wallet:USD")).status_code == 302
    assert Transfer.objects.get().target_wallet is not None


def test_between_currencies_the_rate_is_shown_first(pair: Pair, ana: Browser) -> None:
    TradingAccount.objects.filter(pk=pair.other.pk).update(currency="EUR")
    answer = ana.post(NEW, wish(pair))  # no price of this server is young enough

    assert answer.status_code == 422
    assert "No price" in answer.content.decode()
    assert not Transfer.objects.exists()


@pytest.mark.parametrize(
    "changes",
    [
        {"amount": "0"}, {"amount": "-5"}, {"amount": "NaN"}, {"amount": "1000.01"},
        {"target": "wallet:XAU"}, {"source": "wallet:USD"}, {"target": "account:987654321"},
    ],
)  # fmt: skip
def test_what_cannot_be_moves_nothing(pair: Pair, ana: Browser, changes: dict[str, str]) -> None:
    assert ana.post(NEW, wish(pair, **changes)).status_code == 422
    assert not Transfer.objects.exists()


def test_nobody_moves_or_sees_anothers(pair: Pair, ana: Browser) -> None:
    other = a_client("Eve Else", entity=pair.till.client.legal_entity)
    theirs = an_account_of(other, 99)
    eve = a_client_browser(other)
    ana.post(NEW, wish(pair))
    transfer = Transfer.objects.get()

    assert eve.get(f"/portal/transfers/{transfer.pk}/").status_code == 404
    mine = f"account:{theirs.pk}"
    assert eve.post(NEW, wish(pair, target=mine)).status_code == 422
    assert ana.post(NEW, wish(pair, target=mine)).status_code == 422
    assert Transfer.objects.count() == 1
    assert transfer.amount == Decimal("100.00")


def test_a_wallet_stands_on_the_first_page(
    pair: Pair, ana: Browser, tmp_path: Path, settings: Any
) -> None:
    assert "wallets-head" not in ana.get("/portal/").content.decode()
    with a_pair_in_metatrader(pair, tmp_path, settings):
        ana.post(NEW, wish(pair, target="wallet:USD"))
        while work_done():
            pass

    transfer = Transfer.objects.get()
    assert transfer.state == State.DONE
    told = " ".join(one.sentence for one in records.for_subject("transfer", transfer.pk))
    assert "reached the target, ticket: none, a wallet" in told
    shown = ana.get("/portal/").content.decode()
    assert "100.00" in shown.partition("wallets-head")[2].partition("</section>")[0]


def test_what_waits_is_taken_back_once_and_by_nobody_else(pair: Pair, ana: Browser) -> None:
    other = a_client("Bea Far", entity=pair.till.client.legal_entity)
    Client.objects.filter(pk=other.pk).update(email=BEA)
    an_account_of(other, 99)
    transfer = give(pair)
    page = f"/portal/transfers/{transfer.pk}/"
    assert "Cancel this transfer" in ana.get(page).content.decode()
    assert a_client_browser(other).post(f"{page}cancel/").status_code == 404
    transfer.refresh_from_db()
    assert transfer.state == State.REQUESTED

    assert ana.post(f"{page}cancel/").url == page

    transfer.refresh_from_db()
    assert (transfer.state, transfer.cancelled_by[:7]) == (State.CANCELLED, "client:")
    shown = ana.get(page).content.decode()
    assert "The amount is free again" in shown
    assert "Cancel this transfer" not in shown
    again = ana.post(f"{page}cancel/")
    assert again.status_code == 422
    assert "not possible any more" in again.content.decode()
