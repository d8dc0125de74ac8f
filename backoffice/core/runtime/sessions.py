"""Sessions in the database as Django keeps them; read, at every request, by a kept statement."""

from datetime import datetime

from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session

from backoffice.core import clock
from backoffice.core.compiled import Question

STANDING: Question[Session] = Question(
    lambda key, now: Session.objects.filter(session_key=key, expire_date__gt=now),
    str,
    datetime,
)


class SessionStore(db.SessionStore):
    """Django's own, but for how a session is looked up."""

    def _get_session_from_db(self) -> Session | None:
        found = STANDING.first(self.session_key, clock.now()) if self.session_key else None
        if found is None:
            self._session_key = None
        return found
