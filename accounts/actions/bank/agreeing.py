"""The second person agrees to what a row is proposed for: a fee on the house, a way back."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actions.bank import binding, steps
from accounts.actions.deposits import steps as deposit_steps
from accounts.events import BankRowUsed
from accounts.models import BankUse
from accounts.permissions import AGREE_WIRES
from accounts.terms import Use
from backoffice.core.actors import Actor


@transaction.atomic
def agree_use(*, row_id: int, actor: Actor, now: datetime) -> BankUse:
    """Agree to what somebody else proposed. Raises NotAllowed, NotPossible, SamePerson.

    A deposit's row is bound now, its fee on the house. One that goes back to its sender may be sent
    at the bank now; the outgoing row of a later statement settles it.
    """
    row = steps.locked(row_id)
    use = steps.require_use(row)
    if not use.waits_for_second:
        raise steps.NotPossible(_("Nothing waits for a second person here."))
    steps.require_another(actor, use.made_by)
    steps.require_right(actor, AGREE_WIRES, row.account)
    use.row = row
    use.agreed_by, use.agreed_at = str(actor), now
    if use.kind == Use.DEPOSIT and use.deposit is not None:
        binding.require_fits(row, deposit_steps.locked(use.deposit.pk))
        return binding.carry_out(use, (), actor, now)
    use.save(update_fields=["agreed_by", "agreed_at"])
    event = BankRowUsed(**steps.told(row), use=str(use.kind))
    steps.emit(row, event, actor=actor, now=now)
    return use
