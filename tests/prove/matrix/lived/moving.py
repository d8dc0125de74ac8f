"""The lives of a transfer: between a client's accounts, with the wallet, to another client.

Between two accounts each leg can be the one that is hit; a wallet's leg has no MetaTrader.
"""

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from accounts.actions.transfers import returning, settling, to_another
from accounts.actions.transfers.requesting import Place
from accounts.models import Transfer
from accounts.queries import settlements
from accounts.queries.transfers import standing
from accounts.terms import TRANSFER_FINAL
from accounts.terms import Transfer as State
from backoffice.approvals.actions import asking, executing, voting
from backoffice.approvals.models import ApprovalRequest
from backoffice.approvals.terms import Ballot, kind_of
from backoffice.core import clock
from crm.models import Client
from tests.factories.moving.transfers import HAD, Pair, an_account_of, fill_wallet
from tests.factories.payments import SYSTEM, Till
from tests.factories.people import a_client
from tests.prove.matrix.lived.life import Life
from tests.prove.matrix.lived.people import by_two, key_of, quietly

MOVED = "100.00"
#: What a wallet has where a life begins with one.
FILLED = "500.00"
WALLET = Place(wallet="USD")
BEA = "bea@far.example"


def pair_of(till: Till) -> Pair | None:
    """The till with its other account, where the life is about two."""
    pair: Pair | None = vars(till).get("pair")
    return pair


def the_transfer() -> Transfer | None:
    """The one transfer of a life."""
    return Transfer.objects.order_by("id").first()


def _two_accounts(world: Any) -> None:
    till = world.till
    Client.objects.filter(pk=till.client.pk).update(kyc_level=3)
    till.client.refresh_from_db()
    vars(till)["pair"] = Pair(till, an_account_of(till.client, 8), HAD)


def _with_wallet(world: Any) -> None:
    _two_accounts(world)
    fill_wallet(world.till.client, FILLED)


def _with_another(world: Any) -> None:
    """Somebody else at the same broker, with an account of their own."""
    _two_accounts(world)
    till = world.till
    bea = a_client("Bea Far", entity=till.client.legal_entity)
    Client.objects.filter(pk=bea.pk).update(email=BEA)
    vars(till)["pair"] = Pair(till, an_account_of(bea, 99), HAD)


def _press(begin: Callable[[Till, Pair], Any]) -> Callable[[Till], None]:
    """Ask, agree where others have to; send back or try again what was not taken."""

    def press(till: Till) -> None:
        transfer, pair = the_transfer(), pair_of(till)
        assert pair is not None
        if transfer is None:
            quietly(lambda: begin(till, pair))
            transfer = the_transfer()
        if transfer is None:
            return
        if transfer.state == State.REQUESTED and transfer.approval_id:
            _agree(till, transfer.approval_id)
        elif transfer.state in (State.IN_TRANSIT, State.REVERSING) and not transfer.next_try_at:
            # What the target, or the source, did not take goes back, or is tried again.
            told: dict[str, Any] = {"transfer_id": transfer.pk, "now": clock.now()}
            actor = till.cashier.actor
            quietly(lambda: returning.return_transfer(reason="again", actor=actor, **told))

    return press


def _agree(till: Till, request_id: int) -> None:
    """Two departments agree to exactly what is asked for; then it is carried out."""
    request = ApprovalRequest.objects.get(pk=request_id)
    facts = asking.facts_now(kind_of(request.kind), json.loads(request.payload))
    ballot = Ballot(payload_digest=request.payload_digest, facts=facts, reason="because")
    told: dict[str, Any] = {"request_id": request_id, "now": clock.now()}
    for user in (till.approver, till.second):
        quietly(lambda actor=user.actor: voting.agree(ballot=ballot, actor=actor, **told))
    quietly(lambda: executing.execute(actor=SYSTEM, **told))


def _between(**places: Place) -> Callable[[Till], None]:
    """From the one account to the other, or from and to where it is said."""
    return _press(lambda till, pair: pair.ask(MOVED, key=key_of(till, "transfer"), **places))


def _give(till: Till, pair: Pair) -> Any:
    del pair
    gift = to_another.Gift(
        key=key_of(till, "gift"),
        client_id=till.client.pk,
        source=Place(account_id=till.account.pk),
        login=99,
        email=BEA,
        amount=Decimal(MOVED),
    )
    return to_another.request_gift(gift=gift, actor=till.asker.actor, now=clock.now())


def _is_over(till: Till) -> bool:
    del till
    transfer = the_transfer()
    return transfer is not None and transfer.state in TRANSFER_FINAL


def settle(till: Till) -> None:
    """Two people settle a leg that waits for them."""
    transfer = the_transfer()
    if transfer is not None and transfer.needs_person:
        own = {"transfer_id": transfer.pk}
        proposed = settlements.proposed_of(standing.operation_to_settle(transfer.pk))
        by_two(till, settling, own, proposed)


LIVES: tuple[Life, ...] = (
    Life("transfer, out", _two_accounts, _between(), _is_over),
    Life("transfer, in", _two_accounts, _between(), _is_over, passes=1),
    Life("into wallet", _two_accounts, _between(target=WALLET), _is_over),
    Life("out of wallet", _with_wallet, _between(source=WALLET), _is_over),
    Life("to another", _with_another, _press(_give), _is_over, passes=1),
)
