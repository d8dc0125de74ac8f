"""Lets an agent with a new journal send again: `manage.py confirm_journal live1 --by … …`."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from backoffice.core import clock
from backoffice.core.actors import Actor
from backoffice.core.errors import Conflict, Later, Rejected
from trading.actions import agent_journals


class Command(BaseCommand):
    """Run it once a lost journal's operations are settled (docs/how-to/run-the-agent.md)."""

    help = "Let the agent of a server send again although its journal is new."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the server and the two who vouch."""
        parser.add_argument("code", help="the server, for example live1")
        parser.add_argument("--by", required=True, help="who confirms")
        parser.add_argument("--second", required=True, help="who agrees")

    def handle(self, *args: Any, **options: Any) -> None:
        """Confirm; one sentence when it cannot be done."""
        told = {name: options[name] for name in ("by", "second")}
        try:
            journal_id = agent_journals.confirm_journal(
                code=options["code"],
                **told,
                actor=Actor.system("confirm-journal"),
                now=clock.now(),
            )
        except (Conflict, Later, Rejected) as reason:
            raise CommandError(str(reason)) from reason
        self.stdout.write(f"The journal {journal_id} of {options['code']} is confirmed.")
