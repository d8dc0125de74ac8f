"""The Celery application: `celery -A backoffice.celery worker`, and `beat` for the schedule."""

import os
from typing import Any

from celery import Celery
from celery.signals import worker_init

from backoffice.core.runtime import memory

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backoffice.settings.prod")

app = Celery("backoffice", amqp="backoffice.core.runtime.broker:Messages")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_init.connect
def set_aside(**_told: Any) -> None:
    """Begin a worker, its tasks loaded: the processes that carry them out are forked from it."""
    memory.set_aside()
