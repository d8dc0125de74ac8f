"""The first administrator of a new house comes from the command line."""

import io

import pytest
from django.core.management import CommandError, call_command

from backoffice.identity.permissions import USE_ADMIN
from backoffice.identity.queries.people import find_staff

pytestmark = pytest.mark.django_db


def create(monkeypatch: pytest.MonkeyPatch, password: str) -> str:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{password}\n"))
    said = io.StringIO()
    call_command(
        "create_administrator",
        email="Root@house.example",
        name="Olga",
        password_stdin=True,
        stdout=said,
    )
    return said.getvalue()


def test_an_administrator_is_made_once(monkeypatch: pytest.MonkeyPatch) -> None:
    assert create(monkeypatch, "a long horse battery") == "root@house.example can sign in.\n"
    assert find_staff("root@house.example").may(USE_ADMIN)
    with pytest.raises(CommandError, match="already"):
        create(monkeypatch, "a long horse battery")


def test_a_weak_password_makes_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(CommandError, match="too short"):
        create(monkeypatch, "short")
    assert find_staff("root@house.example") is None
