"""Clockwork: what a sign-in leaves behind is forgotten when nothing needs it any more."""

from datetime import datetime, timedelta

from axes.models import AccessAttempt, AccessLog
from django.conf import settings
from django.contrib.sessions.models import Session

from backoffice.core.actors import Actor
from backoffice.identity.models import Visit

ATTEMPTS_KEPT = timedelta(days=1)  # far longer than any lock-out lasts
CLOCK = Actor.system("clock")
ADDRESSES_KEPT = timedelta(days=90)


def clear_old_sign_ins(*, now: datetime) -> None:
    """Remove sessions that ran out, old attempts, and the addresses of old sign-ins.

    Nothing is announced: what happened stays told by the events.
    """
    Session.objects.filter(expire_date__lt=now).delete()
    run_out = now - timedelta(seconds=settings.SESSION_SECONDS)
    Visit.objects.filter(ended_at=None, started_at__lt=run_out).update(
        ended_at=now, ended_by=str(CLOCK), session_key=""
    )
    Visit.objects.filter(started_at__lt=now - ADDRESSES_KEPT).delete()
    AccessAttempt.objects.filter(attempt_time__lt=now - ATTEMPTS_KEPT).delete()
    AccessLog.objects.filter(attempt_time__lt=now - ADDRESSES_KEPT).delete()
