"""What people see when something fails; a database that is away is no mistake of ours."""

import pytest
from django.db import InterfaceError, OperationalError
from django.test import Client, RequestFactory

from backoffice.ui.failures import server_error


@pytest.mark.parametrize("kind", [OperationalError, InterfaceError])
def test_without_the_database_the_page_says_not_now(kind: type[Exception]) -> None:
    """503, when to come again, and nothing of the error's own words."""
    try:
        raise kind("connection to server at 10.0.0.5 failed")
    except kind:
        answer = server_error(RequestFactory().get("/clients/"))
    assert answer.status_code == 503
    assert answer["Retry-After"] == "5"
    assert "The database does not answer" in answer.content.decode()
    assert "10.0.0.5" not in answer.content.decode()


def test_any_other_failure_has_a_reference() -> None:
    """500, and six letters to quote."""
    try:
        raise ValueError("a secret")
    except ValueError:
        answer = server_error(RequestFactory().get("/clients/"))
    assert answer.status_code == 500
    told = answer.content.decode()
    assert "Quote" in told
    assert "nothing was changed" in told
    assert "a secret" not in told


def test_a_failure_while_saving_promises_nothing_and_leads_clients_home() -> None:
    """What was begun may be done; a client's page is theirs, in the theme that they chose."""
    request = RequestFactory().post("/portal/deposits/new/", headers={"cookie": "theme=dark"})
    try:
        raise ValueError
    except ValueError:
        told = server_error(request).content.decode()
    assert "look before you do it again" in told
    assert "nothing was changed" not in told
    assert 'href="/portal/"' in told
    assert "Personal area" in told
    assert 'data-theme="dark"' in told


@pytest.mark.django_db
def test_a_form_without_its_seal_is_told_in_our_words() -> None:
    """403 on a page of ours: what happened, that nothing changed, what to do."""
    answer = Client(enforce_csrf_checks=True).post("/sign-in/", {"email": "a@b.example"})
    assert answer.status_code == 403
    assert "This form is too old" in answer.content.decode()
    assert "load the page anew" in answer.content.decode()
