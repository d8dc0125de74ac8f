"""Stepping up: an act asks again, watching goes on, nothing that was typed is lost."""

from decimal import Decimal

import pytest
from django.test import Client as Browser

from backoffice.company.actions import policies
from backoffice.company.models import Brand
from backoffice.core import records
from backoffice.identity.actions import two_factor
from backoffice.identity.models import User
from backoffice.identity.queries.step_up import needs_own_proof
from tests.backoffice.identity.conftest import Wheel
from tests.backoffice.identity.test_passkeys import a_passkey
from tests.factories.people import (
    NOW,
    PASSWORD,
    SETUP,
    a_browser,
    a_device,
    a_legal_entity,
    a_staff_user,
    code_of,
)

pytestmark = pytest.mark.django_db
INSIDE, OWN = "/recovery-codes/", "/my-sign-in/"
ACT = "/my-sign-in/passkeys/987654321/remove/"
ADD_BRAND = "/admin/company/brand/add/"


@pytest.fixture
def user(wheel: Wheel) -> User:
    return a_staff_user("administrator")


def a_brand() -> dict[str, str]:
    """What an administrator types for a new brand."""
    return {"legal_entity": str(a_legal_entity().pk), "code": "blue", "name": "Blue & <Sky>"}


def test_watching_goes_on_while_acting_asks_again(user: User, wheel: Wheel) -> None:
    device, browser = a_device(user), a_browser(user, at=wheel.at)
    for _visit in range(3):
        wheel.turn(minutes=14)
        assert browser.get(INSIDE).status_code == 200
    wheel.turn(minutes=16)
    assert browser.get(OWN).status_code == 200
    assert browser.get(OWN).status_code == 200  # and looking brings nobody back to life:
    typed = browser.post(ACT, {"name": "mine"})
    assert typed.status_code == 401
    assert ("name", "mine") in typed.context["carried"]
    proof = {"name": "mine", "step_up_code": code_of(device, wheel.at)}
    assert browser.post(ACT, proof).status_code == 404
    assert browser.post("/taste/", {"theme": "dark"}).status_code == 204


def test_a_taste_is_no_act(user: User, wheel: Wheel) -> None:
    browser = a_browser(user, at=wheel.at)
    wheel.turn(minutes=16)
    assert browser.post("/taste/", {"theme": "dark"}).status_code == 204


def test_one_proof_covers_ten_minutes(user: User, wheel: Wheel) -> None:
    device, browser = a_device(user), a_browser(user, at=wheel.at)
    wheel.turn(minutes=10)
    assert browser.post(ADD_BRAND, {}).status_code == 200  # the form, with what is missing
    wheel.turn(seconds=1)
    asked = browser.post(ADD_BRAND, a_brand())
    assert asked.status_code == 401
    assert "Blue &amp; &lt;Sky&gt;" in asked.text
    assert not Brand.objects.exists()
    fields = dict(asked.context["carried"])
    wheel.turn(seconds=30)
    proof = {**fields, "step_up_code": code_of(device, wheel.at)}
    assert browser.post(ADD_BRAND, proof).status_code == 302
    assert Brand.objects.get().name == "Blue & <Sky>"
    wheel.turn(minutes=9)
    assert browser.post(ADD_BRAND, {}).status_code == 200
    told = [view.name for view in records.for_subject("user", user.pk)]
    assert told.count("identity.user.stepped_up") == 1


def test_a_passkey_proves_exactly_what_it_was_asked_for(user: User, wheel: Wheel) -> None:
    a_device(user)
    key, browser = a_passkey(user), a_browser(user, at=wheel.at)
    wheel.turn(minutes=11)
    typed = a_brand()
    asked = browser.post(ADD_BRAND, typed)
    signed = key.sign(asked.context["passkey_options"])
    other = browser.post(ADD_BRAND, {**typed, "name": "Red", "passkey_answer": signed})
    assert other.status_code == 401  # another payload than the one that was confirmed
    signed = key.sign(browser.post(ADD_BRAND, typed).context["passkey_options"])
    assert browser.post(ADD_BRAND, {**typed, "passkey_answer": signed}).status_code == 302
    assert Brand.objects.get().name == "Blue & <Sky>"


def test_a_recovery_code_is_no_proof(user: User, wheel: Wheel) -> None:
    a_device(user)
    codes = two_factor.make_recovery_codes(user_id=user.pk, actor=user.actor, now=NOW)
    browser = Browser()
    browser.post("/sign-in/", {"email": user.email, "password": PASSWORD})
    assert browser.post("/sign-in/code/", {"code": codes[0]}).status_code == 302
    assert browser.get(INSIDE).status_code == 200
    assert browser.post(ADD_BRAND, a_brand()).status_code == 401
    proof = {**a_brand(), "step_up_code": codes[1]}
    assert browser.post(ADD_BRAND, proof).status_code == 401
    assert not Brand.objects.exists()


def test_five_wrong_proofs_end_the_session(user: User, wheel: Wheel) -> None:
    a_device(user)
    browser = a_browser(user, at=wheel.at)
    wheel.turn(minutes=11)
    for _try in range(4):
        assert browser.post(ADD_BRAND, {"step_up_code": "000000"}).status_code == 401
    assert browser.post(ADD_BRAND, {"step_up_code": "000000"})["Location"] == "/sign-in/"
    assert browser.get(INSIDE).status_code == 302
    told = [view.name for view in records.for_subject("user", user.pk)]
    assert told.count("identity.user.step_up_refused") == 5


def test_a_fragment_is_asked_where_the_page_stands(user: User, wheel: Wheel) -> None:
    browser = a_browser(user, at=wheel.at)
    wheel.turn(minutes=16)
    asked = browser.post(ACT, {"name": "x"}, headers={"HX-Request": "true"})
    assert (asked.status_code, asked["HX-Retarget"]) == (200, "#page")


def test_from_the_limit_on_every_act_needs_its_own_proof() -> None:
    assert not needs_own_proof(Decimal("9999.99"), "USD", now=NOW)
    assert needs_own_proof(Decimal(10_000), "USD", now=NOW)
    assert needs_own_proof(Decimal(1), "XAU", now=NOW)
    for value in ({"limits": {"USD": "500"}}, {"limits": {"USD": "nonsense"}}, {"limits": {}}):
        policies.set_policy(
            code="step-up", value=value, valid_from=NOW, reason="test", actor=SETUP, now=NOW
        )
        assert needs_own_proof(Decimal(500), "USD", now=NOW)
    assert needs_own_proof(Decimal(1), "USD", now=NOW)
