"""Begins the books from the mirror: `manage.py open_books [--apply]`; first only a preview."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from accounts.actions import opening
from accounts.queries.opening import previews
from accounts.queries.reconciling.differences import accounts_to_compare
from accounts.states import PAST_LABELS
from backoffice.core import clock
from backoffice.core.actors import Actor
from backoffice.core.errors import Later

ACTOR = Actor.system("open-books")


class Command(BaseCommand):
    """Opens the books of every client's account, and imports past deposits and withdrawals.

    The policy `books-begin` states the day; without it the books begin now.
    """

    help = "Show what opening the books would post; with --apply open them and import the past."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take whether to act."""
        parser.add_argument("--apply", action="store_true", help="open and import")

    def handle(self, *args: Any, **options: Any) -> None:
        """Show the preview; with --apply go over the accounts one by one, and show what is left."""
        accounts = accounts_to_compare()
        self._show(accounts)
        if options["apply"]:
            imported, busy = self._imported(accounts)
            self.stdout.write(
                f"imported {imported} movements; {busy} accounts were busy: run again"
            )
            self._show(accounts)

    def _imported(self, accounts: list[int]) -> tuple[int, int]:
        """Import account by account; return how many movements, and how many were busy."""
        imported = busy = 0
        for account_id in accounts:
            try:
                imported += opening.import_past(account_id=account_id, actor=ACTOR, now=clock.now())
            except Later:
                busy += 1
        return imported, busy

    def _show(self, accounts: list[int]) -> None:
        """Print one line for each currency."""
        for one in previews(accounts, now=clock.now()):
            moved = ", ".join(
                f"{count} × {PAST_LABELS[kind].lower()} {total:f}"
                for kind, (count, total) in sorted(one.moved.items())
            )
            self.stdout.write(
                f"{one.currency}: {one.accounts} accounts, {one.unopened} to open with "
                f"{one.opening:f}; to import: {moved or 'nothing'}; imported: {one.imported}"
            )
