"""Whose an account may be: each piece of evidence, what speaks against, and who may see it."""

from typing import Any

import pytest

from crm.models import Client
from tests.factories.accounts.strangers import some_strangers
from tests.factories.market import NOON
from tests.factories.people import SETUP, a_client, a_desk, a_legal_entity, a_staff_user
from tests.factories.servers import a_server
from trading.actions import trading_accounts
from trading.queries.ownership import suggestions, weighing
from trading.states import Evidence, Strength

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna() -> Client:
    """A client whom everything is known of."""
    return a_client(
        "Anna Berg", email="anna@example.com", phone="+49 170 1234567", country="DE", number=88123
    )


def offers(**person: Any) -> list[weighing.Suggestion]:
    """Who is suggested for an account that says this of its person."""
    plain = {"name": "", "email": "", "phone": "", "country": "", "comment": ""}
    [account] = some_strangers(a_server(), plain | person)
    return suggestions.suggest([account])[account.pk]


@pytest.mark.parametrize(
    ("person", "evidence", "strength"),
    [
        (
            {"email": "ANNA@example.com", "name": "Berg, Anna"},
            [Evidence.EMAIL, Evidence.NAME],
            Strength.STRONG,
        ),
        ({"email": "anna@example.com"}, [Evidence.EMAIL], Strength.FAIR),
        (
            {"email": "anna@example.com", "name": "Jon Ek"},
            [Evidence.EMAIL, Evidence.OTHER_NAME],
            Strength.WEAK,
        ),
        (
            {"phone": "0170/1234567", "country": "Germany", "name": "ANNA BERG"},
            [Evidence.PHONE, Evidence.NAME, Evidence.COUNTRY],
            Strength.STRONG,
        ),
        (
            {"phone": "0170 1234567", "name": "Anna Berg"},
            [Evidence.NAME, Evidence.PHONE_TAIL],
            Strength.FAIR,
        ),
        ({"name": "Anna Berg"}, [Evidence.NAME], Strength.WEAK),
        (
            {"comment": "CRM #88123", "name": "Anna Berg"},
            [Evidence.COMMENT_NUMBER, Evidence.NAME],
            Strength.FAIR,
        ),
        ({"comment": "see anna@example.com"}, [Evidence.COMMENT_EMAIL], Strength.FAIR),
    ],
)
def test_each_piece_of_evidence(
    anna: Client, person: dict[str, str], evidence: list[Evidence], strength: Strength
) -> None:
    [offer] = offers(**person)
    assert (offer.client_id, list(offer.evidence)) == (anna.pk, evidence)
    assert offer.strength is strength
    assert len(offer.reasons) == len(evidence)


@pytest.mark.parametrize(
    "person",
    [
        {"email": "other@example.com"},
        {"country": "Germany"},
        {"comment": "bonus 88124"},
        {"comment": "from #12"},
        {"phone": "4567"},
        {},
    ],
)
def test_what_is_no_evidence_suggests_nobody(anna: Client, person: dict[str, str]) -> None:
    assert offers(**person) == []


def test_another_account_of_the_client_speaks_too(anna: Client) -> None:
    """The e-mail changed since, but an older account of hers still has the old one."""
    other = a_server("demo-2")
    [old] = some_strangers(other, {"email": "berg@old.example", "agent_login": 900})
    trading_accounts.bind_account(account_id=old.pk, client_id=anna.pk, actor=SETUP, now=NOON)
    [new] = some_strangers(
        other, {"email": "Berg@Old.example", "name": "Anna Berg", "agent_login": 900}, first=8001
    )
    [offer] = suggestions.suggest([new])[new.pk]
    assert offer.client_id == anna.pk
    assert set(offer.evidence) == {Evidence.ACCOUNT_EMAIL, Evidence.NAME, Evidence.AGENT}
    assert offer.strength is Strength.STRONG


def test_two_strong_ones_are_not_certain(anna: Client) -> None:
    twin = a_client("Anna Berg", email="anna@example.com")
    found = offers(email="anna@example.com", name="Anna Berg")
    assert {one.client_id for one in found} == {anna.pk, twin.pk}
    assert {one.strength for one in found} == {Strength.STRONG}
    assert weighing.certain(found) is None
    assert weighing.certain(found[:1]) == found[0]


def test_nobody_is_named_who_is_out_of_reach(anna: Client) -> None:
    [account] = some_strangers(a_server(), {"email": "anna@example.com", "name": "Anna Berg"})
    elsewhere = a_legal_entity()
    stranger = a_staff_user("back_office", desk=a_desk(elsewhere), entity=elsewhere)
    insider = a_staff_user("back_office", entity=anna.legal_entity)
    assert suggestions.suggestions_for(stranger, [account])[account.pk] == []
    assert len(suggestions.suggestions_for(insider, [account])[account.pk]) == 1


def test_as_many_questions_for_many_accounts(anna: Client, django_assert_num_queries: Any) -> None:
    people = [{"email": f"p{at}@example.com", "phone": f"+49 170 10000{at:02}"} for at in range(40)]
    accounts = some_strangers(a_server(), *people)  # of whom only Anna is known
    with django_assert_num_queries(2):
        suggestions.suggest(accounts)
