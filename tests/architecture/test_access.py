"""Every address × every visitor: who is let in, who is refused; refusals leave no trace."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, resolve, reverse

from accounts.models import Payment
from backoffice.core.models import EventRecord
from backoffice.core.permissions import registered
from backoffice.identity.models import Role, User
from backoffice.identity.pages.entry import BACKEND
from backoffice.machines.models import Integration
from backoffice.ui.admin_site import site
from tests.architecture import access
from tests.architecture.access import DOORS, ROLES, STAFF, STRANGERS, Door
from tests.factories.accounts.approvals import a_delegation, an_approval_of
from tests.factories.accounts.changes import an_alert_of
from tests.factories.accounts.orders import a_command_of
from tests.factories.accounts.strangers import a_binding_of
from tests.factories.house import House, a_house
from tests.factories.incoming.deposits import a_deposit_of
from tests.factories.machines import an_integration
from tests.factories.payments import a_request_of
from tests.factories.people import NOW, PASSWORD, a_browser, a_device, a_staff_user

pytestmark = pytest.mark.django_db
ABSENT = 987_654_321
#: Integrations are seen by roles that reach everything (their own test: machines/test_pages.py).
NEAR_AND_FAR = [name for name, door in DOORS.items() if door.about not in ("", "integration")]
#: What the house notes of a visit; it changes nothing.
NOTES = ("audit.door.refused", "audit.record.viewed")


def addresses(resolver: Any = None, space: str = "") -> Iterator[str]:
    """Every named address of the site, with its namespace; a nameless one by its pattern."""
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            yield from addresses(entry, f"{space}{entry.namespace}:" if entry.namespace else space)
        elif isinstance(entry, URLPattern):
            yield space + (entry.name or f"nameless {entry.pattern}")


def admin_addresses() -> set[str]:
    """The names that the admin site may have: its pages, and five for every model."""
    models = {model._meta for model in site._registry}
    records = {
        f"{meta.app_label}_{meta.model_name}_{page}"
        for meta in models
        for page in access.ADMIN_RECORDS
    }
    names = {*access.ADMIN_PAGES, *access.ADMIN_PASSWORDS, *records}
    # Django's own redirects: an old form of the change page, and everything unknown.
    return {f"admin:{name}" for name in (*names, *access.ADMIN_NAMELESS)}


@pytest.fixture
def house() -> House:
    """Something behind every door."""
    return a_house()


def place(door: str, house: House, *, far: bool = False, absent: bool = False) -> str:
    """The address of a door, at the record in reach or at the one out of it."""
    client, account = (house.far, house.far_account) if far else (house.near, house.account)
    values = {
        "": dict,
        "client": lambda: {"pk": client.pk},
        "account": lambda: {"pk": account.pk},
        "client_id": lambda: {"client_id": client.pk},
        "deposit": lambda: {"pk": a_deposit_of(client, 80_000 + client.pk).pk},
        "provider": lambda: {"provider": "nobody"},
        "payment": lambda: {"pk": payment_of(client).pk},
        "command": lambda: {"pk": a_command_of(account).pk},
        "alert": lambda: {"pk": an_alert_of(account).pk},
        "approval": lambda: {"pk": an_approval_of(client).pk},
        "policy": lambda: {"kind": "nowhere" if far else "approvals.policy"},
        "delegation": lambda: {"pk": a_delegation().pk},
        "binding": lambda: {"pk": a_binding_of(account).pk},
        "integration": lambda: {"pk": machine_of(client).pk},
    }[DOORS[door].about]()
    return reverse(door, kwargs=dict.fromkeys(values, ABSENT) if absent else values)


def payment_of(client: Any) -> Payment:
    """A withdrawal of the client that waits; asked for when it is first needed."""
    asked = Payment.objects.filter(client_id=client.pk).first()
    return asked or a_request_of(client, 70_000 + client.pk)


def told() -> int:
    """How many events there are, but for those that tell of refusals and of looks."""
    return EventRecord.objects.exclude(name__in=NOTES).count()


def machine_of(client: Any) -> Any:
    """A machine that serves the client's legal entity."""
    return Integration.objects.first() or an_integration(client.legal_entity)


def knock(browser: Browser, door: Door, url: str) -> Any:
    """Ask as the door is asked."""
    return browser.post(url, door.data) if door.method == "post" else browser.get(url)


def holder(role: str | None, house: House) -> User:
    """Somebody of the house with one role, who can reach the near client by any reach."""
    user = a_staff_user(role, desk=house.desk, entity=house.entity)
    house.give_to(user)
    return user


def is_sent_to_sign_in(answer: Any) -> bool:
    """Whether the answer leads to the sign-in and nowhere else."""
    return answer.status_code == 302 and answer.url.startswith(reverse("identity:sign-in"))


def test_every_address_stands_in_the_table() -> None:
    found = set(addresses())
    admin = {name for name in found if name.startswith("admin:")}
    machines = {name for name in found if name.startswith("api:")}  # api/test_doors.py
    wanted = set(DOORS)
    assert found - admin - machines == wanted, "write new addresses into access.py beside this"
    assert admin == admin_addresses()


def test_every_role_of_the_house_stands_in_the_table() -> None:
    assert set(Role.objects.values_list("code", flat=True)) == set(ROLES)
    for door in DOORS.values():
        assert door.roles <= STRANGERS


def test_roles_hold_only_permissions_that_exist() -> None:
    for role in Role.objects.all():
        assert set(role.permissions) <= set(registered()), role.code


@pytest.mark.parametrize("name", DOORS)
def test_nobody_is_sent_to_the_sign_in(house: House, name: str) -> None:
    door, url = DOORS[name], place(name, house)
    before = told()
    answer = knock(Browser(), door, url)
    if door.roles == STRANGERS:
        assert answer.status_code == door.to_nobody
    else:
        assert is_sent_to_sign_in(answer)
    assert told() == before


@pytest.mark.parametrize("name", DOORS)
def test_a_password_alone_opens_nothing(house: House, name: str) -> None:
    user = holder("administrator", house)
    a_device(user)
    browser = Browser()
    browser.force_login(user, backend=BACKEND)
    url, before = place(name, house), told()
    answer = knock(browser, DOORS[name], url)
    if DOORS[name].roles != STRANGERS:
        assert is_sent_to_sign_in(answer)
        assert told() == before


@pytest.mark.parametrize("name", DOORS)
def test_a_client_comes_in_nowhere(house: House, name: str) -> None:
    user = User.objects.create(
        kind="client",
        email="nora@example.com",
        full_name="Nora Near",
        client_id=house.near.pk,
        created_at=NOW,
    )
    user.set_password(PASSWORD)
    user.save()
    browser, url = a_browser(user), place(name, house)
    before = told()
    answer = knock(browser, DOORS[name], url)
    if DOORS[name].roles == STRANGERS:
        assert answer.status_code in (200, 302, DOORS[name].to_nobody)
    else:
        assert is_sent_to_sign_in(answer)
        assert told() == before


@pytest.mark.parametrize("name", DOORS)
def test_the_table_decides_for_every_role(house: House, name: str) -> None:
    door = DOORS[name]
    for role in ROLES:
        browser, url = a_browser(holder(role, house)), place(name, house)
        before = told()
        answer = knock(browser, door, url)
        wanted = door.answers if role in door.roles else 403
        assert answer.status_code == wanted, f"{role} at {name}"
        if role not in door.roles:
            assert told() == before, f"{role} was refused at {name} and left a trace"


@pytest.mark.parametrize("name", [name for name, door in DOORS.items() if door.roles != STRANGERS])
def test_without_the_right_role_there_is_403(house: House, name: str) -> None:
    door = DOORS[name]
    Role.objects.create(code="idle", name="Idle", permissions=[], reach="all")
    Role.objects.create(
        code="stranger", name="Stranger", permissions=["crm.client.decide_contacts"], reach="all"
    )
    for role in (None, "idle", "stranger"):
        browser, url = a_browser(holder(role, house)), place(name, house)
        before = told()
        answer = knock(browser, door, url)
        assert answer.status_code == (door.answers if door.roles == STAFF else 403), role
        if door.roles != STAFF:
            assert told() == before


@pytest.mark.parametrize("name", NEAR_AND_FAR)
def test_out_of_reach_looks_like_absent(house: House, name: str) -> None:
    door, narrow = DOORS[name], Role.objects.exclude(reach="all")
    roles = sorted(door.roles & set(narrow.values_list("code", flat=True)))
    assert roles
    for role in roles:
        browser, url = a_browser(holder(role, house)), place(name, house, far=True)
        nowhere, before = place(name, house, absent=True), told()
        far, absent = knock(browser, door, url), knock(browser, door, nowhere)
        assert far.status_code == absent.status_code == door.far, role
        assert b"Fred Far" not in far.content
        assert told() == before


def test_a_suspended_person_comes_in_nowhere(house: House) -> None:
    user = holder("administrator", house)
    browser = a_browser(user)
    assert browser.get(reverse("home")).status_code == 200
    User.objects.filter(pk=user.pk).update(is_active=False)
    for name, door in DOORS.items():
        if door.roles != STRANGERS:
            assert is_sent_to_sign_in(knock(browser, door, place(name, house))), name


def admin_places() -> list[str]:
    """An address of every admin page that can be asked for."""
    names = [f"admin:{name}" for name in ("index", "jsi18n", "autocomplete")]
    for model in site._registry:
        names += [f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}"
                  for page in access.ADMIN_RECORDS]  # fmt: skip
    return [_filled(name) for name in names]


def _filled(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return reverse(name, args=[ABSENT])


@pytest.mark.parametrize("role", [None, "auditor"])
def test_every_admin_page_is_shut_to_others(house: House, role: str | None) -> None:
    browser = a_browser(holder(role, house))
    for url in admin_places():
        assert browser.get(url, follow=True).status_code == 403, url


def test_the_admin_site_is_shut_to_every_other_role(house: House) -> None:
    url = reverse("admin:company_brand_add")
    for role in sorted(set(ROLES) - access.ADMINISTERS):
        browser = a_browser(holder(role, house))
        before = told()
        assert browser.get(reverse("admin:index"), follow=True).status_code == 403, role
        assert browser.post(url, {"code": "x"}, follow=True).status_code == 403, role
        assert told() == before


def test_the_admin_site_sends_nobody_to_our_sign_in() -> None:
    for url in admin_places():
        assert is_sent_to_sign_in(Browser().get(url)), url


def test_administrators_see_every_list_and_edit_configuration_only(house: House) -> None:
    browser = a_browser(holder("administrator", house))
    writable = set()
    for model in site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        assert browser.get(reverse(f"{name}_changelist")).status_code == 200, name
        add = browser.get(reverse(f"{name}_add")).status_code
        assert add in (200, 403)
        if add == 200:
            writable.add(model._meta.label_lower)
        row = model._default_manager.first()
        if row is not None:
            assert browser.get(reverse(f"{name}_change", args=[row.pk])).status_code == 200, name
            gone = browser.post(reverse(f"{name}_delete", args=[row.pk]), {"post": "yes"})
            assert gone.status_code == 403, f"{name} can be deleted"
    assert writable == access.CONFIGURATION


def test_no_address_ends_in_a_stack_trace(house: House) -> None:
    browser = a_browser(holder("administrator", house))
    for url in ("/nowhere/", "/clients/0/", "/clients/x/", "/trading/accounts/99999999999999999/"):
        assert browser.get(url).status_code == 404, url
    assert resolve("/").url_name == "home"
