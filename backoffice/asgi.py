"""Sockets only: `uvicorn backoffice.asgi:application` serves /ws/; pages go by wsgi."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backoffice.settings.prod")
get_asgi_application()  # loads the apps, which routing needs

from backoffice.core.runtime import memory  # noqa: E402
from backoffice.routing import application  # noqa: E402

__all__ = ["application"]

memory.set_aside()
