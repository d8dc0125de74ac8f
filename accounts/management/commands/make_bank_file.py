"""Writes the bank's next statement, for playing: `manage.py make_bank_file NUMBER FILE`."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.calc.bank import writing
from accounts.queries.bank import playing, standing
from backoffice.core import clock


class Command(BaseCommand):
    """Changes nothing: the file is imported as any other."""

    help = "Write a made-up statement: wires that are awaited, a stranger, a return, a fee."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the bank account's number, where to write, and which format."""
        parser.add_argument("number", help="IBAN or account number as it was entered")
        parser.add_argument("file", type=Path)
        parser.add_argument("--mt940", action="store_true", help="instead of camt.053")

    def handle(self, *args: Any, **told: Any) -> None:
        """Write it."""
        found = standing.accounts_of_number(told["number"])
        if len(found) != 1:
            raise CommandError("No bank account, or several, have this number.")
        statement = playing.next_statement(found[0], clock.now().date())
        write = writing.mt940 if told["mt940"] else writing.camt
        told["file"].write_bytes(write(statement))
        self.stdout.write(f"{told['file']}: {len(statement.rows)} rows")
