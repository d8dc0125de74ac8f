"""The lives of what staff move by hand: corrections, credit in and out, an operation's opposite,
and the debit of card money that its bank called back.
"""

from collections.abc import Callable
from typing import Any

from accounts.actions.adjusting import settling
from accounts.models import Adjustment, Dispute
from accounts.providers.port import Told
from accounts.queries import settlements
from accounts.queries.adjusting import rows
from accounts.terms.adjustments import ADJUSTMENT_FINAL, AdjustmentKind
from accounts.terms.adjustments import Adjustment as State
from backoffice.approvals.actions import executing
from backoffice.core import clock
from tests.factories.accounts.adjusting import Desk, vote
from tests.factories.accounts.disputes import credited, said
from tests.factories.incoming.deposits import known_client
from tests.factories.payments import SYSTEM, Till
from tests.prove.matrix.lived.life import Life
from tests.prove.matrix.lived.people import by_two, key_of, quietly

GIVEN, TAKEN = "50.00", "-20.00"
CORRECTION, REVERSAL = AdjustmentKind.CORRECTION, AdjustmentKind.REVERSAL
IN, OUT = AdjustmentKind.CREDIT_IN, AdjustmentKind.CREDIT_OUT


def the_adjustment(till: Till, kind: AdjustmentKind) -> Adjustment | None:
    """The adjustment that the life is about: what it stands on was made before."""
    return Adjustment.objects.filter(key=key_of(till, kind)).first()


def _desk(world: Any) -> None:
    vars(world.till)["desk"] = Desk(world.till)


def _upon(kind: AdjustmentKind) -> Callable[[Any], None]:
    """Let something be booked first, in peace."""

    def prepare(world: Any) -> None:
        _desk(world)
        desk: Desk = vars(world.till)["desk"]
        first = desk.booked(kind, GIVEN)
        assert first.state == State.DONE, first.state
        vars(world.till)["first"] = first

    return prepare


def _press(kind: AdjustmentKind, amount: str | None) -> Callable[[Till], None]:
    """Ask, agree as another person, let it be carried out."""

    def press(till: Till) -> None:
        adjustment, desk = the_adjustment(till, kind), vars(till)["desk"]
        if adjustment is None:
            told: dict[str, Any] = {"key": key_of(till, kind)}
            if kind is REVERSAL:
                told["ticket"] = vars(till)["first"].ticket
            quietly(lambda: desk.ask(kind, amount, **told))
            adjustment = the_adjustment(till, kind)
        _agree(desk, adjustment)

    return press


def _agree(desk: Desk, adjustment: Adjustment | None) -> None:
    """Somebody else agrees to what is asked for, and it is carried out."""
    if adjustment is None or adjustment.state != State.REQUESTED:
        return
    request = adjustment.approval_id or 0
    quietly(lambda: vote(adjustment, desk.risk))
    quietly(lambda: executing.execute(request_id=request, actor=SYSTEM, now=clock.now()))


# Charged back: the provider tells of a dispute, and that it is lost; two people agree to the debit


def _paid_by_card(world: Any) -> None:
    _desk(world)
    known_client(world.till)
    vars(world.till)["first"] = credited(vars(world.till)["desk"], GIVEN)


def the_debit() -> Adjustment | None:
    """The debit of the dispute, once it is asked for."""
    return Adjustment.objects.filter(kind=AdjustmentKind.CHARGEBACK).order_by("id").first()


def _is_called_back(till: Till) -> None:
    deposit, debit = vars(till)["first"], the_debit()
    if debit is None:
        is_known = Dispute.objects.exists()
        told = Told.DISPUTE_LOST if is_known else Told.DISPUTED
        quietly(lambda: said(deposit, told))
    else:
        _agree(vars(till)["desk"], debit)


def _is_charged_back(till: Till) -> bool:
    del till
    debit = the_debit()
    return debit is not None and debit.state in ADJUSTMENT_FINAL


def _is_over(kind: AdjustmentKind) -> Callable[[Till], bool]:
    def is_over(till: Till) -> bool:
        adjustment = the_adjustment(till, kind)
        return adjustment is not None and adjustment.state in ADJUSTMENT_FINAL

    return is_over


def settle(till: Till) -> None:
    """Two people settle what waits for them."""
    for adjustment in Adjustment.objects.filter(needs_person=True):
        own = {"adjustment_id": adjustment.pk}
        standing_now = settlements.proposed_of(rows.operation_to_settle(adjustment.pk))
        by_two(till, settling, own, standing_now)


LIVES: tuple[Life, ...] = (
    Life("correction", _desk, _press(CORRECTION, TAKEN), _is_over(CORRECTION)),
    Life("credit in", _desk, _press(IN, GIVEN), _is_over(IN)),
    Life("credit out", _upon(IN), _press(OUT, TAKEN), _is_over(OUT)),
    Life("reversal", _upon(CORRECTION), _press(REVERSAL, None), _is_over(REVERSAL)),
    Life("chargeback", _paid_by_card, _is_called_back, _is_charged_back),
)
