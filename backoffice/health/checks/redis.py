"""Does Redis answer? Without it live figures stand still and age; nothing is lost."""

import redis
from django.conf import settings
from django.utils.translation import gettext as _

from backoffice.health.checks.part import DOWN, OK, Part

PATIENCE = 0.3  # seconds: a page must not wait for it


def check() -> Part:
    """Ping it."""
    line = redis.Redis.from_url(
        settings.REDIS_URL, socket_connect_timeout=PATIENCE, socket_timeout=PATIENCE
    )
    try:
        line.ping()
    except redis.RedisError:
        return Part(
            "redis", _("Live line"), DOWN, _("Redis does not answer: live figures stand still.")
        )
    finally:
        line.close()
    return Part("redis", _("Live line"), OK)
