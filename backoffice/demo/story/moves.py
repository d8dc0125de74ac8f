"""What the broker's staff move by hand: transfers, corrections, credits, a bulk file, disputes.

Some of it is done, some waits for its second person: every page of these has something to show.
"""

import random
from contextlib import suppress
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from accounts.actions.adjusting import asking as adjusting
from accounts.actions.bulk import approving, steering, taking
from accounts.actions.disputes import answering, opening
from accounts.actions.transfers import requesting, to_another
from accounts.actions.transfers.requesting import Place
from accounts.queries import deposits
from accounts.states import MethodKind
from accounts.terms import Deposit as Incoming
from accounts.terms.adjustments import AdjustmentKind, Cause
from backoffice.core.clock import now
from backoffice.core.errors import Conflict, Later, Rejected
from backoffice.demo import asking
from backoffice.demo.asking import Purse
from backoffice.demo.broker import Broker
from backoffice.demo.story import levels
from crm.queries import known

CURRENCY, OTHER = "USD", "EUR"
FEWEST = 30  # clients; of a handful nobody is to lose their calm by it
CREDIT_DAYS, ANSWER_DAYS = 30, 10
GIVEN = Decimal(100)
#: What is asked for: of which kind, how much, why, in which words; and whether it is agreed to.
WISHES = (
    (AdjustmentKind.CREDIT_IN, GIVEN, Cause.BONUS, "Welcome bonus of November", True),
    (AdjustmentKind.CORRECTION, Decimal(25), Cause.COMPENSATION, "Late fill on XAUUSD", True),
    (AdjustmentKind.CORRECTION, Decimal("-15.50"), Cause.FEE, "Bank's fee of a recall", False),
    (AdjustmentKind.CREDIT_IN, Decimal(250), Cause.PROMOTION, "Autumn promotion", False),
)


class Moves:
    """Makes the moves of one broker."""

    def __init__(
        self, broker: Broker, entity_id: int, server_id: int, left_alone: set[int]
    ) -> None:
        self._broker, self._entity_id, self._server_id = broker, entity_id, server_id
        self._left_alone = left_alone  # clients who sign in: their money is theirs to move
        self._chance = random.Random(f"moves {broker.seed}")
        self._used: set[int] = set()

    def make(self) -> None:
        """Make each of them; what cannot be, for want of clients or money, is left out."""
        if self._broker.clients < FEWEST:
            return
        for part in (self._transfers, self._gift, self._adjustments, self._files, self._disputes):
            with suppress(Rejected, Conflict, Later, asking.NobodyLeft):
                part()

    def _key(self, name: str) -> UUID:
        return uuid5(NAMESPACE_URL, f"demo move {self._broker.seed} {name}")

    def _purse(self) -> Purse:
        """Return another calm account in dollars each time."""
        while True:
            purse = asking.a_calm_purse(self._chance, self._used)
            self._used.add(purse.account_id)
            if purse.currency == CURRENCY and purse.client_id not in self._left_alone:
                return purse

    def _transfers(self) -> None:
        """One into the client's wallet, one into a wallet of another currency."""
        support = asking.staff("support@linden.example")
        for currency in (CURRENCY, OTHER):
            purse = self._purse()
            with suppress(Rejected):
                levels.prove(purse.client_id)
            request = requesting.Request(
                key=self._key(f"transfer {currency}"),
                client_id=purse.client_id,
                source=Place(account_id=purse.account_id),
                target=Place(wallet=currency),
                amount=asking.amount_of(self._chance, purse, 4, 12),
            )
            requesting.request_transfer(request=request, actor=support.actor, now=now())

    def _gift(self) -> None:
        """To another client: it waits for those who decide."""
        giver, taker = self._purse(), self._purse()
        with suppress(Rejected):
            levels.prove(giver.client_id, levels.FUNDS_PROVED)
        to = known.get_client(taker.client_id)
        if to is None or giver.client_id == taker.client_id:
            return
        gift = to_another.Gift(
            key=self._key("gift"),
            client_id=giver.client_id,
            source=Place(account_id=giver.account_id),
            login=taker.login,
            email=to.email,
            amount=asking.amount_of(self._chance, giver, 4, 12),
            note="Brothers, both passports seen",
        )
        support = asking.staff("support@linden.example")
        to_another.request_gift(gift=gift, actor=support.actor, now=now())

    def _adjustments(self) -> None:
        """Dealing asks, risk agrees to what is due."""
        dealer, risk = asking.staff("dealer@linden.example"), asking.staff("risk@linden.example")
        for kind, amount, cause, reason, is_due in WISHES:
            is_credit = kind is AdjustmentKind.CREDIT_IN
            wish = adjusting.Wish(
                key=self._key(reason),
                kind=kind,
                account_id=self._purse().account_id,
                cause=cause,
                reason=reason,
                amount=amount,
                ends_at=now() + timedelta(days=CREDIT_DAYS) if is_credit else None,
            )
            asked = adjusting.ask_adjustment(wish=wish, actor=dealer.actor, now=now())
            if is_due and asked.approval_id is not None:
                asking.agree(asked.approval_id, risk, now())

    def _files(self) -> None:
        """Rebates of the month: one file was begun and paused, one waits to be agreed to."""
        finance = asking.staff("finance@linden.example")
        first = self._file("rebates-october.csv", "October", finance)
        approving.ask_for_approval(
            file_id=first.pk, reason="Rebates of October", actor=finance.actor, now=now()
        )
        approving.agree(
            file_id=first.pk,
            seen=approving.seen_of(first),
            actor=asking.staff("compliance@linden.example").actor,
            now=now(),
        )
        steering.pause(
            file_id=first.pk,
            reason="The partner asks to look at the list once more",
            actor=finance.actor,
            now=now(),
        )
        second = self._file("rebates-november.csv", "November", finance)
        approving.ask_for_approval(
            file_id=second.pk, reason="Rebates of November", actor=finance.actor, now=now()
        )

    def _file(self, name: str, month: str, finance: Any) -> Any:
        """Hand in a file with a line for some clients, and one for a number that nobody has."""
        lines = ["login,amount,currency,reason,comment"]
        for _number in range(6):
            login, amount = self._purse().login, self._chance.randint(300, 4_000) / Decimal(100)
            lines.append(f"{login},{amount:.2f},{CURRENCY},rebate,Rebate of {month}")
        lines.append(f"999999999,12.00,{CURRENCY},rebate,Rebate of {month}")
        upload = taking.Upload(
            key=self._key(name),
            server_id=self._server_id,
            legal_entity_id=self._entity_id,
            name=name,
            body="\n".join(lines).encode(),
        )
        return taking.take_file(upload=upload, actor=finance.actor, now=now())

    def _disputes(self) -> None:
        """Two clients call card money back: one case is to be answered, one is lost."""
        finance = asking.staff("finance@linden.example")
        rows = deposits.list_deposits_for(finance).filter(
            state=Incoming.CREDITED, method__kind=MethodKind.CARD
        )
        rows = rows.exclude(client_id__in=self._left_alone)
        for number, deposit in enumerate(rows.order_by("id")[:2]):
            claim = opening.Claim(
                deposit_id=deposit.pk,
                amount=deposit.received_amount or deposit.amount,
                reason_code=("10.4", "13.1")[number],
                answer_by=now() + timedelta(days=ANSWER_DAYS),
                reference=f"CASE-{self._chance.randrange(10**6):06d}",
            )
            case = opening.open_dispute(claim=claim, actor=finance.actor, now=now())
            if number:
                told: dict[str, Any] = {"dispute_id": case.pk, "actor": finance.actor}
                answering.send_evidence(**told, reason="Sent at the provider's page", now=now())
                answering.lose_dispute(**told, reason="The bank decided for the client", now=now())
