"""The queue, a request's page with its buttons, policies and delegations: through the doors."""

import re
from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse

from backoffice.approvals.actions import asking
from backoffice.approvals.models import ApprovalRequest, ApprovalVote, VoteDelegation
from backoffice.approvals.pages import requests as pages
from backoffice.approvals.queries import policies as reading
from backoffice.core import clock, work
from backoffice.core.models import EventRecord
from tests.factories.accounts import approvals
from tests.factories.accounts.approvals import CODE, DONE, FACTS, a_policy, a_voter, a_wish
from tests.factories.payments import a_request_of
from tests.factories.people import a_browser, a_client, a_staff_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def kind() -> Any:
    """The tests' own act."""
    return approvals.a_kind()


def asked(user: Any, **changes: Any) -> ApprovalRequest:
    """Ask for it, now."""
    return asking.ask(wish=a_wish(**changes), actor=user.actor, now=clock.now())


def url(request: ApprovalRequest, verb: str = "detail") -> str:
    return reverse(f"approvals:request-{verb}", args=[request.pk])


def hidden(answer: Any, verb: str) -> dict[str, str]:
    """The hidden fields of one form of the decision bar."""
    form = re.search(
        rf'<form[^>]*action="[^"]*/{verb}/".*?</form>', answer.content.decode(), re.DOTALL
    )
    assert form is not None, verb
    fields = re.findall(r'name="(payload|facts)" value="([^"]*)"', form[0])
    return {name: value.replace("&quot;", '"') for name, value in fields}


def said(answer: Any) -> str:
    text = re.sub(r"<[^>]+>", " ", answer.content.decode())
    return re.sub(r"\s+", " ", text)


def test_it_waits_for_who_may_and_for_nobody_else() -> None:
    asker, voter = a_staff_user("sales_agent"), a_voter()
    asked(asker)
    queue = reverse("approvals:request-list")
    waits = a_browser(voter).get(queue)
    assert "Credit" in said(waits)
    assert waits.content.count(b'<span class="unit">USD</span>') == 2  # beside it, and on a phone
    assert "Nothing waits for you" in said(a_browser(asker).get(queue))
    assert "Credit" in said(a_browser(asker).get(f"{queue}?view=mine"))
    count = a_browser(voter).get(reverse("approvals:request-count"), headers={"HX-Request": "true"})
    assert "1" in said(count)


def test_agreeing_carries_it_out_and_the_page_says_so() -> None:
    request, browser = asked(a_staff_user("sales_agent")), a_browser(a_voter())
    page = browser.get(url(request))
    assert "goodwill" in said(page)
    assert browser.post(url(request, "agree"), hidden(page, "agree")).status_code == 302
    assert len(DONE) == 1
    assert "Carried out" in said(browser.get(url(request)))
    work.run_due(clock.now())
    assert len(DONE) == 1


def test_what_changed_meanwhile_stands_beside_what_was() -> None:
    FACTS["Free"] = "100.00"
    request, browser = asked(a_staff_user("sales_agent")), a_browser(a_voter())
    seen = hidden(browser.get(url(request)), "agree")
    FACTS["Free"] = "10.00"
    answer = browser.post(url(request, "agree"), seen)
    assert answer.status_code == 422
    assert "look again" in said(answer)
    assert "100.00 10.00 changed" in said(answer)
    assert browser.post(url(request, "agree"), hidden(answer, "agree")).status_code == 302


def test_who_asked_sees_why_and_takes_it_back() -> None:
    voter = a_voter()
    request, browser = asked(voter), a_browser(voter)
    assert f"Take back {request}" in said(browser.get(url(request)))
    seen = {"payload": request.payload_digest, "facts": request.facts}
    answer = browser.post(url(request, "agree"), seen)
    assert (answer.status_code, "Four eyes" in said(answer)) == (422, True)
    assert browser.post(url(request, "cancel")).status_code == 302
    assert ApprovalRequest.objects.get(pk=request.pk).state == "CANCELLED"


def test_the_session_that_asked_does_not_agree() -> None:
    """One browser, two people: whoever asks leaves, and another signs in in the same session."""
    administrator, second = a_staff_user("administrator"), a_staff_user("compliance")
    browser = a_browser(administrator)
    form = {"key": str(uuid4()), "hours": "3", "line-0-person_0": "any", "reason": "quicker"}
    change = reverse("approvals:policy-change", args=[CODE])
    assert browser.post(change, form).status_code == 302
    request = ApprovalRequest.objects.get()
    other = a_browser(second)
    ApprovalRequest.objects.filter(pk=request.pk)  # its session is the administrator's
    assert len(request.asked_session) == 32
    page = other.get(url(request))
    assert other.post(url(request, "agree"), hidden(page, "agree")).status_code == 302
    assert reading.in_force(CODE).rules["hours"] == "3"


def at_device(browser: Any, key: str, way: str = "passkey") -> Any:
    """The browser, signed in from a device of this key and with this second factor."""
    session = browser.session
    session["device_key"], session["proved_by"] = key, way
    session.save()
    return browser


def test_the_device_that_asked_does_not_agree_whoever_sits_there_now() -> None:
    """One browser, two people, each with a login session of their own."""
    desk, phone = "d" * 64, "p" * 64
    browser = at_device(a_browser(a_staff_user("administrator")), desk)
    form = {"key": str(uuid4()), "hours": "3", "line-0-person_0": "any", "reason": "quicker"}
    browser.post(reverse("approvals:policy-change", args=[CODE]), form)
    request = ApprovalRequest.objects.get()
    assert len(request.asked_device) == 32
    person = a_staff_user("compliance")
    same = at_device(a_browser(person), desk)
    page = same.get(url(request))
    assert "on this very device" in said(page)
    seen = {"payload": request.payload_digest, "facts": request.facts}
    assert same.post(url(request, "agree"), seen).status_code == 422
    assert at_device(a_browser(person), phone).post(url(request, "agree"), seen).status_code == 302
    vote = ApprovalVote.objects.get()
    assert (vote.proof, vote.stepped_up, len(vote.device_digest)) == ("passkey", True, 32)
    assert vote.proved_at is not None
    assert vote.device_digest != request.asked_device
    assert "with a passkey" in said(same.get(url(request)))
    told = EventRecord.objects.filter(name="approvals.request.voted").latest("id").told()
    assert told["fields"]["proof"] == "passkey"


def test_turning_it_down_needs_words() -> None:
    request, browser = asked(a_staff_user("sales_agent")), a_browser(a_voter())
    seen = hidden(browser.get(url(request)), "refuse")
    assert browser.post(url(request, "refuse"), seen).status_code == 422
    words = seen | {"reason": "not for this client"}
    assert browser.post(url(request, "refuse"), words).status_code == 302
    assert "not for this client" in said(browser.get(url(request)))


def test_what_was_done_alone_is_reviewed_by_another() -> None:
    a_policy([])
    request, browser = asked(a_staff_user("sales_agent")), a_browser(a_voter())
    assert "Credit" in said(browser.get(reverse("approvals:request-list") + "?view=review"))
    seen = hidden(browser.get(url(request)), "review")
    words = seen | {"verdict": "objection", "reason": "no call reference"}
    assert browser.post(url(request, "review"), words).status_code == 302
    assert "no call reference" in said(browser.get(url(request)))


def test_a_policy_page_answers_who_would_have_to_agree() -> None:
    browser = a_browser(a_staff_user("administrator"))
    change = reverse("approvals:policy-change", args=[CODE])
    form = {"key": str(uuid4()), "hours": "24", "reason": "x", "line-1-above": "1,000"}
    answer = browser.post(change, form)
    told = said(answer)
    assert (answer.status_code, "Name the currency" in told, "Choose who" in told) == (
        422,
        True,
        True,
    )
    form |= {"line-0-person_0": "any", "line-1-currency": "usd", "line-1-person_0": "any"}
    form |= {"line-1-person_1": "compliance", "line-1-or_1": "risk"}
    assert browser.post(change, form).status_code == 302
    second = a_browser(a_staff_user("compliance"))
    request = ApprovalRequest.objects.get()
    detail = reverse("approvals:policy-detail", args=[CODE])
    for waits in (browser.get(detail), browser.get(change)):
        assert f'already: <a href="{url(request)}">' in waits.content.decode()
    page = second.get(url(request))
    assert "Compliance or Risk" in said(page)
    assert "About Credit" in said(page)  # whose policy it is that would change
    assert "Above 1,000.00 USD whoever may decide + Compliance or Risk (new)" in said(page)
    assert "Confirm anew who you are no instead of: yes" in said(page)
    assert f"Agree to {request}" in said(page)
    second.post(url(request, "agree"), hidden(page, "agree"))
    assert "asked for already" not in said(browser.get(detail))
    back = {"key": str(uuid4()), "hours": "24", "reason": "x", "line-0-person_0": "any"}
    assert browser.post(change, back).status_code == 302
    page = second.get(url(ApprovalRequest.objects.get(state="WAITING")))
    assert "no rule of its own instead of: whoever may decide + Compliance or Risk" in said(page)
    answer = browser.get(f"{detail}?amount=1,000.01&currency=usd")
    assert "whoever may decide + Compliance or Risk" in said(answer)
    tried = browser.get(f"{detail}?amount=lots&currency=usd").content.decode()
    assert "is no amount" in tried.split('role="alert"')[1]
    assert browser.get(reverse("approvals:policy-detail", args=["nothing"])).status_code == 404


def test_a_vote_is_lent_and_taken_back_on_a_page() -> None:
    lender, colleague = a_voter(), a_staff_user("dealer")
    browser = a_browser(lender)
    lend = {"to_user": colleague.pk, "days": "3", "reason": "holiday"}
    page = reverse("approvals:delegation-list")
    assert browser.post(page, lend).status_code == 302
    assert "holiday" in said(a_browser(colleague).get(page))
    made = VoteDelegation.objects.get()
    end = reverse("approvals:delegation-end", args=[made.pk])
    assert a_browser(colleague).post(end).status_code == 404
    assert browser.post(end).status_code == 302
    assert browser.post(end).status_code == 422


def test_a_role_is_asked_for_on_a_page() -> None:
    boss, person = a_staff_user("administrator"), a_staff_user("sales_agent")
    form = {"key": str(uuid4()), "user": person.pk, "role": "risk", "reason": "moves"}
    assert a_browser(boss).post(reverse("approvals:role-ask"), form).status_code == 302
    request, second = ApprovalRequest.objects.get(), a_browser(a_staff_user("compliance"))
    page = second.get(url(request))
    assert person.full_name in said(page)
    second.post(url(request, "agree"), hidden(page, "agree"))
    assert person.grants.filter(role__code="risk", revoked_at=None).exists()


def test_out_of_reach_is_as_if_it_were_not_there() -> None:
    request = asked(a_staff_user("sales_agent"), client_id=a_client().pk)
    assert a_browser(a_staff_user("sales_agent")).get(url(request)).status_code == 404
    assert a_browser(a_staff_user("auditor")).get(url(request)).status_code == 200


def test_an_act_with_a_page_of_its_own_is_shown_there_and_reviewed_here(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The act's own page has no review: leading there from a review would lead nowhere."""
    monkeypatch.setattr(pages, "own_page", lambda found: "/elsewhere/")
    browser, waiting = a_browser(a_voter()), asked(a_staff_user("sales_agent"))
    assert browser.get(url(waiting))["Location"] == "/elsewhere/"
    a_policy([])
    alone = asked(a_staff_user("sales_agent"), subject=("client", 88))
    assert "facts" in hidden(browser.get(url(alone)), "review")


def test_a_withdrawals_request_leads_to_its_payment() -> None:
    """Its votes are bound to a picture, and that is no list of facts."""
    payment = a_request_of(a_client(), 4_410_233)
    answer = a_browser(a_staff_user("administrator")).get(
        reverse("approvals:request-detail", args=[payment.approval_id])
    )
    assert answer["Location"] == reverse("accounts:payment-detail", args=[payment.pk])
