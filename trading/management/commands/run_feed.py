"""The live feed as a process: `manage.py run_feed`, until SIGTERM or Ctrl-C."""

import asyncio
import signal
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from backoffice.core.runtime import memory
from trading.actions import gateways, sync
from trading.live import feed


class Command(BaseCommand):
    """Follows every active MetaTrader server; new ones are taken up within seconds."""

    help = "Follow every active MetaTrader server: board, screens, mirror."

    def handle(self, *args: Any, **options: Any) -> None:
        """Run until told to stop."""
        memory.set_aside()
        asyncio.run(followed())


async def followed() -> None:
    """Compose the feed with the mirror; a signal ends it cleanly."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await feed.run(
        on_change=sync.apply,
        gateway_of=gateways.gateway_of,
        redis_url=settings.REDIS_URL,
        reporting_currency=settings.REPORTING_CURRENCY,
        stop=stop,
    )
