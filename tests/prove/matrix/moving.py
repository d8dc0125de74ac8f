"""The lives of a transfer between two accounts of a client: each leg can be the one that is hit."""

from typing import Any

from accounts.actions.transfers import returning, settling
from accounts.models import Transfer
from accounts.queries.transfers import standing
from accounts.terms import TRANSFER_FINAL
from accounts.terms import Transfer as State
from backoffice.core import clock
from crm.models import Client
from tests.factories.moving.transfers import HAD, Pair, an_account_of
from tests.factories.payments import Till
from tests.prove.matrix.life import Life
from tests.prove.matrix.people import by_two, key_of, quietly

MOVED = "100.00"


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


def _ask(till: Till) -> None:
    transfer, pair = the_transfer(), pair_of(till)
    assert pair is not None
    if transfer is None:
        quietly(lambda: pair.ask(MOVED, key=key_of(till, "transfer")))
    elif transfer.state in (State.IN_TRANSIT, State.REVERSING) and transfer.next_try_at is None:
        # What the target, or the source, did not take is sent back, or tried again, by a person.
        told: dict[str, Any] = {"transfer_id": transfer.pk, "now": clock.now()}
        actor = till.cashier.actor
        quietly(lambda: returning.return_transfer(reason="again", actor=actor, **told))


def _is_over(till: Till) -> bool:
    del till
    transfer = the_transfer()
    return transfer is not None and transfer.state in TRANSFER_FINAL


def settle(till: Till) -> None:
    """Two people settle a leg that waits for them."""
    transfer = the_transfer()
    if transfer is not None and transfer.needs_person:
        own = {"transfer_id": transfer.pk}
        by_two(till, settling, own, standing.standing_of(transfer.pk))


LIVES: tuple[Life, ...] = (
    Life("transfer, out", _two_accounts, _ask, _is_over),
    Life("transfer, in", _two_accounts, _ask, _is_over, passes=1),
)
