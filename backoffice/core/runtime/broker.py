"""How worker and scheduler wait for a broker that is away: they knock every two seconds.

Celery itself knocks ever more rarely, up to half a minute apart; work would wait as long.
"""

from typing import Any

from celery.app.amqp import AMQP
from kombu import Connection

KNOCKING = {"interval_start": 1, "interval_step": 1, "interval_max": 2}  # seconds


class Broker(Connection):
    """A connection that never waits long before it tries again."""

    def ensure_connection(self, *args: Any, **kwargs: Any) -> Any:
        """Return the connection as soon as the broker takes it."""
        return super().ensure_connection(*args, **{**KNOCKING, **kwargs})


class Messages(AMQP):
    """Celery's messaging, on such connections."""

    Connection = Broker
