"""Makes a MetaTrader server known: `manage.py register_server live1 --agent-url …`."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from backoffice.core import clock
from backoffice.core.actors import Actor
from backoffice.core.errors import Rejected
from trading.actions import servers


class Command(BaseCommand):
    """The feed and the mirror take the server up within seconds."""

    help = "Make a MetaTrader server known."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take what the action asks for."""
        parser.add_argument("code", help="as in MT4_AGENT_KEYS, for example live1")
        parser.add_argument("--name", required=True, help="as people call it")
        parser.add_argument("--kind", choices=["live", "demo"], default="live")
        parser.add_argument("--timezone", required=True, help="of the server's clock: Asia/Nicosia")
        parser.add_argument("--source", choices=["agent", "replica"], default="agent")
        parser.add_argument("--agent-url", default="", help="https://host:9100, for an agent")

    def handle(self, *args: Any, **options: Any) -> None:
        """Register; one sentence when it cannot be done."""
        asked = ("code", "name", "kind", "timezone", "agent_url")
        told = {name: options[name] for name in asked}
        if (options["source"] == "agent") is not bool(told["agent_url"]):
            raise CommandError("Give --agent-url, or --source replica: one of the two.")
        try:
            server = servers.register_server(
                **told, actor=Actor.system("register-server"), now=clock.now()
            )
        except Rejected as reason:
            raise CommandError(str(reason)) from reason
        self.stdout.write(f"Server {server.code} is registered.")
