"""One's own password: the old one is asked for, and every other session ends."""

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from backoffice.core import records
from backoffice.identity.models import User
from tests.backoffice.identity.conftest import Wheel
from tests.factories.people import PASSWORD, a_browser, a_device, a_legal_entity, a_staff_user
from tests.factories.sign_in.rows import a_visit

pytestmark = pytest.mark.django_db
PAGE, NEW = "/my-sign-in/password/", "another long battery"


@pytest.fixture
def user(wheel: Wheel) -> User:
    return a_staff_user("dealer")


def test_a_new_password_ends_every_other_session(user: User, wheel: Wheel) -> None:
    a_device(user)
    here, there, visit = a_browser(user), a_browser(user), a_visit(user)
    assert there.get("/").status_code == 200
    done = here.post(PAGE, {"now": PASSWORD, "new": NEW, "again": NEW})
    assert done["Location"] == "/my-sign-in/"
    assert here.get("/").status_code == 200
    assert there.get("/").status_code == 302
    visit.refresh_from_db()
    assert visit.ended_at is not None
    assert User.objects.get(pk=user.pk).check_password(NEW)
    told = [view.name for view in records.for_subject("user", user.pk)]
    assert "identity.password.changed" in told


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"now": "wrong", "new": NEW, "again": NEW}, "not your password"),
        ({"now": PASSWORD, "new": NEW, "again": NEW + "x"}, "alike twice"),
        ({"now": PASSWORD, "new": "zq9x", "again": "zq9x"}, "too short"),
        ({"now": PASSWORD, "new": "password1234", "again": "password1234"}, "too common"),
    ],
)
def test_what_does_not_do_is_said(
    user: User, wheel: Wheel, sent: dict[str, str], sentence: str
) -> None:
    browser = a_browser(user, at=wheel.at)
    answer = browser.post(PAGE, sent)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert sent["new"] not in answer.text
    assert User.objects.get(pk=user.pk).check_password(PASSWORD)


def test_an_old_session_proves_itself_first(user: User, wheel: Wheel) -> None:
    browser = a_browser(user, at=wheel.at)
    wheel.turn(minutes=11)
    assert browser.get(PAGE).status_code == 401
    assert browser.post(PAGE, {"now": PASSWORD, "new": NEW, "again": NEW}).status_code == 401
    assert User.objects.get(pk=user.pk).check_password(PASSWORD)


@pytest.mark.parametrize(
    "password", ["Alpha-Markets-2026!", "MetaTrader-4-2026", "alphamarketsalpha"]
)
def test_the_houses_own_names_are_no_password(password: str) -> None:
    a_legal_entity("alpha", name="Alpha Markets")
    with pytest.raises(ValidationError, match="own names"):
        validate_password(password)


@pytest.mark.parametrize("password", ["alpha horse battery staple", "739518264019"])
def test_no_rule_says_which_signs_a_password_has(password: str) -> None:
    a_legal_entity("alpha", name="Alpha Markets")
    validate_password(password)
