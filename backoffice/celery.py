"""The Celery application: `celery -A backoffice.celery worker`, and `beat` for the schedule."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backoffice.settings.prod")

app = Celery("backoffice", amqp="backoffice.core.runtime.broker:Messages")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
