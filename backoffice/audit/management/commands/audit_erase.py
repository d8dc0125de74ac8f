"""`manage.py audit_erase KIND KEY --reason WHY`: forget a person in the audit log."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from backoffice.audit.actions import erasure
from backoffice.core import clock
from backoffice.core.actors import Actor
from backoffice.core.errors import Rejected


class Command(BaseCommand):
    """Erases what the log keeps sealed of somebody."""

    help = "Forget what the audit log keeps sealed of a person; the log stays verifiable."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take whom, and why."""
        parser.add_argument("kind", help="client, user or account")
        parser.add_argument("key")
        parser.add_argument("--reason", required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        """Erase, and say how much."""
        whom = {name: options[name] for name in ("kind", "key", "reason")}
        try:
            count = erasure.erase_subject(
                **whom, actor=Actor.system("audit_erase"), now=clock.now()
            )
        except Rejected as reason:
            raise CommandError(str(reason)) from None
        self.stdout.write(f"{count} values are gone; what proves the log is untouched.")
