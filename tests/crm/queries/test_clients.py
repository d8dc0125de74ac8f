"""Who sees which clients, what a search finds, and how much is counted."""

from decimal import Decimal

import pytest
from django.db import connection
from django.http import Http404, QueryDict
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

from backoffice.identity.actions import roles
from backoffice.identity.models import Role, User
from backoffice.ui import keyset
from crm.actions import clients as actions
from crm.actions.figures import Figures, record_figures
from crm.models import Client
from crm.queries import clients, timeline
from tests.factories.people import (
    NOW,
    SETUP,
    a_client,
    a_desk,
    a_legal_entity,
    a_staff_user,
)

pytestmark = pytest.mark.django_db


class House:
    """Two legal entities, two desks in the first, one client at each place."""

    def __init__(self) -> None:
        self.entity, self.abroad = a_legal_entity(), a_legal_entity()
        self.desk = a_desk(self.entity, "sales")
        self.team = a_desk(self.entity, "team", parent=self.desk)
        self.aside = a_desk(self.entity, "aside")
        self.colleague = a_staff_user(desk=self.team)

    def fill(self, person: User) -> None:
        """Give the person one client, their team one, another desk, nobody and abroad one each."""
        self.own = a_client("Own", entity=self.entity, owner=person, desk=self.desk)
        self.teams = a_client("Team", entity=self.entity, owner=self.colleague, desk=self.team)
        self.asides = a_client("Aside", entity=self.entity, desk=self.aside)
        self.nobodys = a_client("Nobody", entity=self.entity)
        self.foreign = a_client("Foreign", entity=self.abroad)


OWN = {"Own"}
DESK = {"Own", "Team"}
ENTITY = {"Own", "Team", "Aside", "Nobody"}
ALL = {*ENTITY, "Foreign"}
SEES = {
    "sales_agent": OWN,
    "retention": OWN,
    "sales_manager": DESK,
    "support": ENTITY,
    "back_office": ENTITY,
    "finance": ENTITY,
    "compliance": ENTITY,
    "dealer": ALL,
    "risk": ALL,
    "auditor": ALL,
    "administrator": ALL,
}
SEES_CONTACTS = {"sales_manager", "support", "back_office", "compliance"}


def names(rows: object) -> set[str]:
    return {client.full_name for client in rows}


def filtered(user: User, query: str) -> set[str]:
    request = RequestFactory().get("/")
    request.user = user
    narrowed = clients.ClientFilter(
        QueryDict(query), queryset=clients.list_clients_for(user), request=request
    )
    return names(narrowed.qs)


def test_every_role_is_in_the_table() -> None:
    assert set(Role.objects.values_list("code", flat=True)) == set(SEES)


@pytest.mark.parametrize("role", SEES)
def test_each_role_sees_its_reach_and_nothing_else(role: str) -> None:
    house = House()
    within = house.entity if SEES[role] != ALL else None
    user = a_staff_user(role, desk=house.desk, entity=within)
    house.fill(user)
    assert names(clients.list_clients_for(user)) == SEES[role]
    for client in Client.objects.all():
        if client.full_name in SEES[role]:
            assert clients.get_client_for(user, client.pk) == client
        else:
            with pytest.raises(Http404):
                clients.get_client_for(user, client.pk)
            with pytest.raises(Http404):
                timeline.list_timeline_for(user, client.pk)


@pytest.mark.parametrize("role", SEES)
def test_who_sees_contacts(role: str) -> None:
    assert clients.sees_contacts(a_staff_user(role)) is (role in SEES_CONTACTS)


def test_without_a_role_there_are_no_clients() -> None:
    user = a_staff_user()
    a_client(owner=user)
    assert not clients.list_clients_for(user).exists()
    with pytest.raises(Http404):
        clients.get_client_for(user, Client.objects.get().pk)


def test_an_absent_client_and_a_foreign_one_look_alike() -> None:
    user, foreign = a_staff_user("sales_agent"), a_client()
    refusals = []
    for pk in (foreign.pk, 10**12):
        with pytest.raises(Http404) as refusal:
            clients.get_client_for(user, pk)
        refusals.append(str(refusal.value))
    assert refusals[0] == refusals[1]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("ruiz", {"Ana Ruiz"}),
        ("ana  RUI", {"Ana Ruiz"}),
        ("an", {"Ana Ruiz", "Anke Böhm"}),
        ("böhm", {"Anke Böhm"}),
        ("BÖHM", {"Anke Böhm"}),
        ("%", set()),
        ("_", set()),
        ("\x00", {"Ana Ruiz", "Anke Böhm", "Jon Ek"}),
        ("mail.es", {"Ana Ruiz"}),
        ("ana@", {"Ana Ruiz"}),
        ("+34 600-123", {"Ana Ruiz"}),
        ("123210", {"Ana Ruiz"}),
        ("777001", {"Jon Ek"}),
        ("#777001", {"Jon Ek"}),
        ("#777", set()),
        ("9" * 40, set()),
        ("nobody", set()),
    ],
)
def test_a_search_finds(text: str, found: set[str]) -> None:
    user = a_staff_user("back_office")
    a_client("Ana Ruiz", email="ana@mail.es", phone="+34 600 123 210")
    a_client("Anke Böhm", email="anke@post.example")
    a_client("Jon Ek", number=777_001)
    rows = clients.search(clients.list_clients_for(user), text, by_contacts=True)
    assert names(rows) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("ana@mail.es", {"Ana Ruiz"}),
        ("ANA@mail.es", {"Ana Ruiz"}),
        ("ana@", set()),
        ("mail.es", set()),
        ("+34 (600) 123-210", {"Ana Ruiz"}),
        ("600123", set()),
        ("ruiz", {"Ana Ruiz"}),
    ],
)
def test_masked_contacts_are_not_spelled_out_by_searching(text: str, found: set[str]) -> None:
    user = a_staff_user("dealer")
    a_client("Ana Ruiz", email="ana@mail.es", phone="+34600123210")
    assert filtered(user, encoded(q=text)) == found


def encoded(**fields: str) -> str:
    query = QueryDict(mutable=True)
    query.update(fields)
    return query.urlencode()


def test_filters_narrow_within_the_reach() -> None:
    house, user = House(), a_staff_user("auditor")
    house.fill(user)
    actions.change_status(client_id=house.own.pk, verb="silence", reason="x", actor=SETUP, now=NOW)
    actions.update_client(
        client_id=house.teams.pk,
        changes={"country": "ES", "tags": ["VIP"]},
        actor=SETUP,
        now=NOW,
    )
    assert filtered(user, "status=SILENT") == {"Own"}
    assert filtered(user, "status=SILENT&status=REGISTERED") == ALL
    assert filtered(user, "country=es") == {"Team"}
    assert filtered(user, "tag=VIP") == {"Team"}
    assert filtered(user, f"owner={house.colleague.pk}") == {"Team"}
    assert filtered(user, "owner=null") == {"Aside", "Nobody", "Foreign"}
    assert filtered(user, f"desk={house.aside.pk}") == {"Aside"}
    assert filtered(user, f"legal_entity={house.abroad.pk}") == {"Foreign"}
    assert filtered(user, "kyc=0") == ALL
    agent = a_staff_user("sales_agent")
    roles.grant_role(user_id=agent.pk, role="retention", actor=SETUP, now=NOW)
    assert filtered(agent, f"legal_entity={house.abroad.pk}") == set()


@pytest.mark.parametrize("name", clients.ORDERS)
def test_every_order_pages_through_all_clients_once(name: str) -> None:
    user, entity = a_staff_user("auditor"), a_legal_entity()
    several = [a_client(f"Name {number % 3}", entity=entity) for number in range(7)]
    figures = [
        Figures(
            client_id=client.pk,
            currency="USD",
            equity=Decimal(number % 2),
            balance=Decimal(number % 3),
            net_deposits=Decimal(number % 4),
            accounts_count=1,
            open_lots_hundredths=0,
        )
        for number, client in enumerate(several)
    ]
    record_figures(rows=figures, now=NOW)
    order = clients.ORDERS[name]
    seen, after = [], ""
    for _page in range(4):
        page = keyset.cut(clients.list_clients_for(user), order, after=after, size=2)
        seen += page.rows
        after = page.older
    assert after == ""
    assert seen == list(clients.list_clients_for(user).order_by(*order))
    assert len(seen) == 7


def test_totals_are_exact_until_there_are_too_many() -> None:
    user = a_staff_user("auditor")
    dollars, euros = a_legal_entity(), a_legal_entity(reporting_currency="EUR")
    for entity, equity in ((dollars, "1.25"), (dollars, "2.50"), (euros, "7")):
        client = a_client(entity=entity)
        client.figures.equity = Decimal(equity)
        client.figures.save()
    rows = clients.list_clients_for(user)
    with CaptureQueriesContext(connection) as asked:
        totals = clients.totals_of(rows)
    counting = [query for query in asked if "crm_client" in query["sql"]]
    assert len(counting) == 1
    assert "LIMIT 1001" in counting[0]["sql"]
    assert (totals.count, totals.is_more) == (3, False)
    assert totals.equity == {"USD": Decimal("3.75"), "EUR": Decimal(7)}
    capped = clients.totals_of(rows, cap=2)
    assert (capped.count, capped.is_more, capped.equity) == (2, True, {})


def test_a_list_is_one_query_besides_the_rights() -> None:
    user = a_staff_user("sales_agent")
    for _number in range(5):
        a_client(owner=user)
    rows = clients.list_clients_for(user).order_by("full_name", "id")
    with CaptureQueriesContext(connection) as asked:
        shown = [
            (row.figures.equity, row.owner.full_name, row.desk, row.email_masked) for row in rows
        ]
    assert (len(shown), len(asked)) == (5, 1)


def test_a_timeline_tells_who_did_what_newest_first() -> None:
    user = a_staff_user("auditor", name="Olga Berg")
    client = a_client()
    for verb in ("activate", "silence"):
        actions.change_status(
            client_id=client.pk, verb=verb, reason="why", actor=user.actor, now=NOW
        )
    lines = timeline.list_timeline_for(user, client.pk)
    assert [line.sentence for line in lines] == [
        "Olga Berg changed the status from Active to Silent: why",
        "Olga Berg changed the status from Registered to Active: why",
        f"The system (setup) registered client {client.number} as Registered",
    ]
    older = timeline.list_timeline_for(user, client.pk, before=lines[0].number, limit=1)
    assert older == [lines[1]]
