"""`manage.py forget_client NUMBER --reason WHY`: a person's data and what the log keeps of them."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from backoffice.core import clock
from backoffice.core.actors import Actor
from backoffice.core.errors import Rejected
from crm.actions import forgetting
from crm.queries import clients


class Command(BaseCommand):
    """Forgets one client."""

    help = "Clear a client's personal data for good; the audit log stays verifiable."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the client's number, and why."""
        parser.add_argument("number", type=int)
        parser.add_argument("--reason", required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        """Forget, and say so."""
        client_id = clients.find_number(options["number"])
        if client_id is None:
            raise CommandError(f"There is no client {options['number']}.")
        whom = {"client_id": client_id, "reason": options["reason"]}
        try:
            count = forgetting.forget_client(
                **whom, actor=Actor.system("forget_client"), now=clock.now()
            )
        except Rejected as reason:
            raise CommandError(str(reason)) from None
        self.stdout.write(f"Forgotten: {count} sealed values are gone; the log still proves.")
