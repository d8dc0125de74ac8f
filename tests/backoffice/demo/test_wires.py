"""The demo's wires: clients told to pay, and one statement with something for finance to press."""

import pytest

from accounts.models import BankRow, Deposit, PaymentMethod
from accounts.queries.bank import rows, standing
from accounts.terms import Deposit as State
from backoffice.demo.broker import Broker
from backoffice.demo.story import wires
from tests.factories.incoming.deposits import known_client
from tests.factories.payments import a_till

pytestmark = pytest.mark.django_db


def test_the_story_leaves_a_sure_row_a_strange_one_and_a_fee() -> None:
    till = a_till()
    known_client(till)
    PaymentMethod.objects.filter(pk=till.method.pk).update(kind="bank_wire", direction="both")

    wires.wire_in(till.client.legal_entity_id, Broker(), till.asker)
    wires.send_statement()

    assert Deposit.objects.get().state == State.PENDING
    names = list(BankRow.objects.order_by("id").values_list("other_name", flat=True))
    assert names == ["Ana Ruiz", "Somebody Unknown", ""]
    assert [deposit for _row, deposit in rows.sure_rows_for(till.cashier)] == [
        Deposit.objects.get().pk
    ]
    assert standing.differing() == []
