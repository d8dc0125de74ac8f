"""KYC levels of the clients who sign in: the back office asks, compliance agrees."""

from uuid import NAMESPACE_URL, uuid5

from backoffice.core.clock import now
from backoffice.demo.asking import agree, staff
from crm.actions import kyc
from crm.actions.kyc import KycWish

RESIDENCE_PROVED = 2
FUNDS_PROVED = 3  # what a transfer to somebody else asks for


def prove(client_id: int, level: int = RESIDENCE_PROVED) -> None:
    """Raise a client's level to what lets them pay in, transfer and withdraw."""
    wish = KycWish(
        key=uuid5(NAMESPACE_URL, f"mt4-backoffice demo kyc {client_id}"),
        level=level,
        reason="Passport and a bank statement seen",
    )
    asker, officer = staff("back.office@linden.example"), staff("compliance@linden.example")
    number = kyc.ask_for_level(client_id=client_id, wish=wish, actor=asker.actor, now=now())
    agree(number, officer, now())
