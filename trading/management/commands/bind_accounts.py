"""Finds out whose accounts are: `manage.py bind_accounts [--server live1] [--apply]`."""

from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from backoffice.core import clock
from backoffice.core.actors import Actor
from trading.actions.ownership import binding
from trading.actions.ownership.binding import Pair
from trading.queries.ownership import batches, suggestions, weighing
from trading.queries.servers import server_ids
from trading.queries.unbound import list_unbound

ACTOR = Actor.system("bind-accounts")


class Command(BaseCommand):
    """Shows what speaks for whom; with --apply gives what is certain, batch by batch."""

    help = "Suggest whose the accounts without a client are; with --apply bind what is certain."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take which server, and whether to act."""
        parser.add_argument("--server", default="", help="the server's code; all without it")
        parser.add_argument("--apply", action="store_true", help="bind the strong, single ones")

    def handle(self, *args: Any, **options: Any) -> None:
        """Go over the accounts in batches, and print what was found and done."""
        by_code, only = server_ids(), options["server"]
        if only and only not in by_code:
            raise CommandError(f"There is no server {only}.")
        counts: Counter[str] = Counter()
        for code, server_id in sorted(by_code.items()):
            if not only or code == only:
                self._over(code, list_unbound(server_id), counts, apply=options["apply"])
        told = ("strong", "ambiguous", "fair", "weak", "nobody", "bound")
        self.stdout.write(" · ".join(f"{name} {counts[name]}" for name in told))

    def _over(self, code: str, accounts: Any, counts: Counter[str], *, apply: bool) -> None:
        """Walk one server's accounts by key, so that bound ones do not shift the rest."""
        after = 0
        while True:
            page = accounts.filter(login__gt=after).select_related("server", "group")
            rows = list(page[: binding.MOST])
            if not rows:
                return
            after = rows[-1].login
            pairs = self._pairs(code, rows, counts)
            if apply and pairs:
                counts["bound"] += self._bound(pairs)

    def _pairs(self, code: str, rows: list[Any], counts: Counter[str]) -> list[Pair]:
        """Return what is certain among these, and print every suggestion."""
        pairs, found = [], suggestions.suggest(rows)
        for row in rows:
            offers = found[row.pk]
            sure = weighing.certain(offers)
            counts[_kind(offers, sure)] += 1
            for one in offers:
                why = ", ".join(one.reasons)
                self.stdout.write(f"{code} {row.login} #{one.number} {one.strength}: {why}")
            if sure is not None:
                pairs.append(Pair(account_id=row.pk, client_id=sure.client_id))
        return pairs

    def _bound(self, pairs: list[Pair]) -> int:
        """Give them, and say under which number the batch can be undone."""
        batch = binding.bind_many(pairs=pairs, actor=ACTOR, now=clock.now())
        given = batches.count_given(batch.pk)
        self.stdout.write(f"batch {batch.pk}: {given} bound; its page can undo it")
        return given


def _kind(offers: list[Any], sure: Any) -> str:
    if sure is not None:
        return "strong"
    if not offers:
        return "nobody"
    best = str(offers[0].strength)
    return "ambiguous" if best == "strong" else best
