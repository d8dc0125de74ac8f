"""Compares our copy of MetaTrader with MetaTrader: `manage.py mt4_verify [--server CODE]`."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from backoffice.core import clock
from backoffice.core.actors import Actor
from backoffice.core.errors import Rejected
from trading.actions.verification import report, verifying
from trading.queries import servers
from trading.states import Source

ACTOR = Actor.system("mt4-verify")


class Command(BaseCommand):
    """Every account, every ticket, every balance record, every field; exit code 1 for a no."""

    help = "Compare our whole copy of each server with the server, and print what differs."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take one server or all, and whether to mend."""
        parser.add_argument("--server", metavar="CODE", help="only this one")
        sources = [one.value for one in Source]
        parser.add_argument("--source", choices=sources, help="only this one of its sources")
        parser.add_argument("--repair", action="store_true", help="write the server's word over it")
        wait = "how long a change may take to arrive before it counts as a difference"
        parser.add_argument("--patience", type=int, default=60, metavar="SECONDS", help=wait)

    def handle(self, *args: Any, **options: Any) -> None:
        """Compare; the last line is the verdict."""
        results = [self._verified(server_id, options) for server_id in _asked(options["server"])]
        if not results:
            raise CommandError("No MetaTrader server is registered: see register_server.")
        if not all(results):
            raise SystemExit(1)

    def _verified(self, server_id: int, options: dict[str, Any]) -> bool:
        """Print one server's report; return whether nothing differs."""
        source = Source(options["source"]) if options["source"] else None
        try:
            results = verifying.verify_sources(
                server_id=server_id, actor=ACTOR, now=clock.now(), only=source,
                repair=options["repair"], patience_seconds=options["patience"],
            )  # fmt: skip
        except Rejected as reason:
            raise CommandError(str(reason)) from reason
        for result in results:
            self.stdout.write("\n".join(report.lines(result)))
        return all(result.is_equal for result in results)


def _asked(code: str | None) -> list[int]:
    try:
        return servers.asked_server_ids(code)
    except LookupError as reason:
        raise CommandError(str(reason)) from reason
