"""Enters a bank account: `manage.py bank_account ENTITY METHOD CURRENCY NUMBER …`."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.actions.bank import opening
from accounts.queries.payment_methods import method_of
from backoffice.core import clock
from backoffice.core.actors import Actor
from backoffice.core.errors import Rejected

ACTOR = Actor.system("bank-account")


class Command(BaseCommand):
    """Lets wires of a method come in at a bank account of ours, whose statements are imported."""

    help = "Enter a bank account of a legal entity for one of its bank wires."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take whose it is, which wire, and what clients are told to pay to."""
        for name in ("entity", "method", "currency", "number"):
            parser.add_argument(name)
        parser.add_argument("--holder", required=True)
        parser.add_argument("--name", required=True)
        parser.add_argument("--bic", default="")

    def handle(self, *args: Any, **told: Any) -> None:
        """Enter it, or say why not."""
        method = method_of(told["entity"], told["method"], told["currency"])
        if method is None:
            raise CommandError("There is no such method of this legal entity in this currency.")
        details = opening.Details(**{k: told[k] for k in ("name", "holder", "number", "bic")})
        try:
            account = opening.open_bank_account(
                method_id=method.pk, details=details, actor=ACTOR, now=clock.now()
            )
        except Rejected as no:
            raise CommandError(str(no)) from no
        self.stdout.write(f"{account}: {account.number}")
