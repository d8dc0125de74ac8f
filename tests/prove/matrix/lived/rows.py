"""The life of a file of many: handed in, agreed to, and carried out line by line."""

from typing import Any

from accounts.actions.bulk import steering
from accounts.models import BulkFile
from accounts.terms.bulk import Bulk
from backoffice.core import clock
from tests.factories.accounts import bulk
from tests.factories.moving.transfers import HAD, Pair, an_account_of
from tests.factories.payments import Till
from tests.factories.people import a_staff_user
from tests.prove.matrix.lived.life import Life
from tests.prove.matrix.lived.people import key_of, quietly

FINAL = (Bulk.DONE, Bulk.STOPPED, Bulk.CANCELLED, Bulk.REFUSED)
BODY = bulk.lines("7,10.00,USD,,,rebate,March", "8,-5.00,USD,,,fee,March")


def the_file() -> BulkFile | None:
    """The one file of a life."""
    return BulkFile.objects.order_by("id").first()


def _two_accounts(world: Any) -> None:
    till = world.till
    vars(till)["pair"] = Pair(till, an_account_of(till.client, 8), HAD)
    vars(till)["colleague"] = a_staff_user("finance", entity=till.client.legal_entity)


def _hand_in(till: Till) -> None:
    file = the_file()
    if file is None:
        quietly(lambda: bulk.hand_in(till, BODY, key=key_of(till, "file")))
        file = the_file()
    if file is not None and file.state == Bulk.PREVIEW:
        quietly(lambda: bulk.asked(till, file))
        file = the_file()
    if file is not None and file.state == Bulk.WAITING:
        quietly(lambda: bulk.agreed(till, file))
    elif file is not None and file.state == Bulk.PAUSED:
        told: dict[str, Any] = {"file_id": file.pk, "now": clock.now()}
        quietly(lambda: steering.resume(actor=till.cashier.actor, **told))


def _is_over(till: Till) -> bool:
    del till
    file = the_file()
    return file is not None and file.state in FINAL


LIVES: tuple[Life, ...] = (
    Life("line of a file", _two_accounts, _hand_in, _is_over),
    Life("second line", _two_accounts, _hand_in, _is_over, passes=1),
)
