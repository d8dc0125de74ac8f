"""Sessions as Django keeps them, looked up by a kept statement."""

from datetime import timedelta

import pytest
from django.contrib.sessions.backends.db import SessionStore as Djangos
from django.contrib.sessions.models import Session

from backoffice.core import clock
from backoffice.core.runtime.sessions import SessionStore

pytestmark = pytest.mark.django_db


def kept():
    """A session that was saved with something in it."""
    session = SessionStore()
    session["seen_at"] = 7
    session.save()
    return session


def test_what_was_saved_is_found_as_django_finds_it():
    key = kept().session_key
    assert dict(SessionStore(key).items()) == dict(Djangos(key).items()) == {"seen_at": 7}


@pytest.mark.parametrize("key", [None, "", "short", "0" * 32, "'; DROP TABLE django_session; --"])
def test_who_has_no_session_gets_a_new_and_empty_one(key):
    kept()
    session = SessionStore(key)
    assert not list(session.items())
    assert session.session_key is None


def test_one_that_is_over_is_none():
    session = kept()
    past = clock.now() - timedelta(seconds=1)
    Session.objects.filter(pk=session.session_key).update(expire_date=past)
    again = SessionStore(session.session_key)
    assert not list(again.items())
    assert again.session_key is None


def test_one_that_was_ended_elsewhere_stays_ended():
    session = kept()
    Session.objects.filter(pk=session.session_key).delete()
    assert not list(SessionStore(session.session_key).items())
