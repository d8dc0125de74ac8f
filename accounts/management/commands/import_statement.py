"""Imports a bank's statement: `manage.py import_statement NUMBER FILE…`; a refusal ends with 1."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.actions.bank import importing
from accounts.queries.bank import standing
from accounts.terms import FileOutcome
from backoffice.core import clock
from backoffice.core.actors import Actor
from backoffice.core.errors import Rejected

ACTOR = Actor.system("import-statement")


class Command(BaseCommand):
    """Takes files in the order in which they are named; the first that is refused ends it."""

    help = "Import camt.053 or MT940 files of one bank account."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the bank account's number and the files."""
        parser.add_argument("number", help="IBAN or account number as it was entered")
        parser.add_argument("files", nargs="+", type=Path)

    def handle(self, *args: Any, **told: Any) -> None:
        """Import them one by one."""
        found = standing.accounts_of_number(told["number"])
        if len(found) != 1:
            raise CommandError("No bank account, or several, have this number.")
        for path in told["files"]:
            self._take(found[0].pk, path)

    def _take(self, account_id: int, path: Path) -> None:
        try:
            body = path.read_bytes()
            upload = importing.Upload(bank_account_id=account_id, name=path.name, body=body)
            file = importing.take_file(upload=upload, actor=ACTOR, now=clock.now())
        except (OSError, Rejected) as no:
            raise CommandError(f"{path.name}: {no}") from no
        if file.outcome == FileOutcome.REFUSED:
            raise CommandError(f"{path.name}: refused, nothing posted. {file.words}")
        self.stdout.write(f"{path.name}: {file.rows_new} new rows, {file.rows_known} known before")
