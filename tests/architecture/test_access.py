"""Every address × every visitor × whose the record is: who is let in; refusals leave no trace.

The addresses come from the router, the visitors and positions from access.py and world.py. What
may not be seen answers like what is not there, byte for byte, and changes nothing.
"""

import ast
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.test import Client as Browser
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, resolve, reverse
from pytest_django import DjangoDbBlocker

from backoffice.core.models import EventRecord
from backoffice.core.permissions import registered
from backoffice.identity.models import Role, User
from backoffice.identity.pages.entry import BACKEND
from backoffice.routing import TOPICS
from backoffice.ui.admin_site import site
from backoffice.ui.shapes import StaffPage
from tests.architecture import access
from tests.architecture.access import DOORS, ROLES, STAFF, STRANGERS, Door
from tests.architecture.matrix import world
from tests.architecture.matrix.world import NAMES, POSITIONS, World, arguments, rolled_back
from tests.cluster import ROOT
from tests.factories.people import NOW, PASSWORD, a_browser, a_device, a_staff_user
from tests.factories.sign_in.clients import signed_in

ABSENT = world.ABSENT
#: What the house notes of a visit; it changes nothing.
NOTES = ("audit.door.refused", "audit.record.viewed")
#: What differs between two answers that are the same: a token, the moment, how long it took.
PASSING = re.compile(
    rb'(name="csrfmiddlewaretoken" value=|"X-CSRFToken": |data-now=)"[^"]*"|<span data-page-ms>.*'
)


def addresses(resolver: Any = None, space: str = "") -> Iterator[str]:
    """Every named address of the site, with its namespace; a nameless one by its pattern."""
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            yield from addresses(entry, f"{space}{entry.namespace}:" if entry.namespace else space)
        elif isinstance(entry, URLPattern):
            yield space + (entry.name or f"nameless {entry.pattern}")


def included(resolver: Any = None) -> Iterator[str]:
    """Every module of addresses that the router includes, by name."""
    resolver = resolver or get_resolver()
    module = resolver.urlconf_module
    yield getattr(module, "__name__", "")
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from included(entry)


def written() -> Iterator[str]:
    """Every module of ours that declares addresses, by name."""
    for app in ("backoffice", "crm", "trading", "accounts", "reports"):
        for path in (ROOT / app).rglob("*.py"):
            if "urlpatterns" not in (text := path.read_text("utf-8")):
                continue
            targets = [t for one in ast.parse(text).body for t in getattr(one, "targets", ())]
            if any(getattr(target, "id", "") == "urlpatterns" for target in targets):
                yield ".".join(path.relative_to(ROOT).with_suffix("").parts)


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


@pytest.fixture(scope="module")
def shared(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    """The world, built once for this module and never committed."""
    with django_db_blocker.unblock(), rolled_back():
        yield world.a_world()


@pytest.fixture
def cell(shared: World) -> Iterator[World]:
    """The world within a savepoint of this test."""
    shared.rows.clear()
    with rolled_back():
        yield shared


def told() -> int:
    """How many events there are, but for those that tell of refusals and of looks."""
    return EventRecord.objects.exclude(name__in=NOTES).count()


def knock(browser: Browser, door: Door, url: str) -> Any:
    """Ask as the door is asked."""
    return browser.post(url, door.data) if door.method == "post" else browser.get(url)


def body(answer: Any, *asked: Any) -> bytes:
    """What an answer shows, without the numbers in its own address and without what passes."""
    whole = b"".join(answer.streaming_content) if answer.streaming else answer.content
    for number in (one for one in asked if isinstance(one, int)):
        whole = re.sub(rb"(?<=/)%d(?=/)" % number, b"#", whole)
    return PASSING.sub(b"", whole)


def is_sent_to_sign_in(answer: Any) -> bool:
    """Whether the answer leads to the sign-in and nowhere else."""
    return answer.status_code == 302 and answer.url.startswith(reverse("identity:sign-in"))


def everywhere(cell: World, role: str = "administrator") -> Iterator[tuple[str, Door, str]]:
    """Every door with the address of something that is there."""
    for name, door in DOORS.items():
        yield name, door, reverse(name, kwargs=arguments(name, cell, "own", role))


def test_every_address_stands_in_the_table() -> None:
    found = set(addresses())
    admin = {name for name in found if name.startswith("admin:")}
    machines = {name for name in found if name.startswith("api:")}  # api/test_doors.py
    wanted = set(DOORS) | set(access.PORTAL)  # matrix/test_portal.py
    assert found - admin - machines == wanted, "write new addresses into access.py beside this"
    assert admin == admin_addresses()


def test_every_module_of_addresses_is_behind_the_router() -> None:
    """So that no address is served that the matrix does not see."""
    assert set(written()) - set(included()) == access.ELSEWHERE


def test_every_kind_of_topic_stands_in_the_table() -> None:
    assert {"user", *TOPICS} == set(access.TOPICS), "write new topics into access.py"


def test_every_role_of_the_house_stands_in_the_table(cell: World) -> None:
    assert set(Role.objects.values_list("code", flat=True)) == set(ROLES)
    for door in DOORS.values():
        assert door.roles <= STRANGERS


def test_roles_hold_only_permissions_that_exist(cell: World) -> None:
    for role in Role.objects.all():
        assert set(role.permissions) <= set(registered()), role.code


@pytest.mark.parametrize("name", DOORS)
def test_every_role_at_every_position(cell: World, name: str) -> None:
    """The matrix: let in at one's reach, refused outside the role, absent outside the reach."""
    door = DOORS[name]
    for role in ROLES:
        browser, absent = cell.enters(role), b""
        positions = positions_of(name, cell, role)
        places = {one: arguments(name, cell, one, role) for one in positions}
        before = told()
        for position, kwargs in reversed(places.items()):
            where, wanted = f"{role} at {name}, {position}", wanted_of(cell, door, role, position)
            with rolled_back():
                answer = knock(browser, door, reverse(name, kwargs=kwargs))
                assert answer.status_code == wanted, where
                assert wanted not in (403, 404) or told() == before, f"{where}: it left a trace"
            shown = body(answer, *kwargs.values())
            if position == "absent":
                absent = shown
            elif not sees(cell, door, role, position):
                assert shown == absent, f"{where}: it tells that there is something"
            for far in POSITIONS:
                if not cell.sees(role, far):
                    assert NAMES[far].encode() not in shown, f"{where}: {NAMES[far]} is named"


def positions_of(name: str, cell: World, role: str) -> list[str]:
    """Where a role is tried at a door: at every position, but for two kinds of doors.

    Where the address names the same record whoever asks, there is one position; and a page of ours
    that lets a role in nowhere refuses before it looks at the record, so that the nearest one and
    none at all tell.
    """
    door = DOORS[name]
    if not door.about:
        return ["own"]
    if door.about in world.SHARED:
        return ["own", "absent"]
    page: Any = resolve(reverse(name, kwargs=arguments(name, cell, "own", role))).func
    kind = getattr(page, "view_class", None)
    refuses_at_once = getattr(kind, "dispatch", None) is StaffPage.dispatch
    if role not in door.roles and refuses_at_once:
        return ["own", "absent"]
    return [*POSITIONS, "absent"]


def sees(cell: World, door: Door, role: str, position: str) -> bool:
    """Whether this role reaches a record of the door at this position."""
    if position == "absent":
        return False
    if door.about in world.SHARED:
        return True
    return position == "own" or (door.about not in world.PERSONAL and cell.sees(role, position))


def wanted_of(cell: World, door: Door, role: str, position: str) -> int:
    """What the table and the role's reach want a door to answer."""
    if role not in door.roles:
        return 403
    if door.about and not sees(cell, door, role, position):
        return door.far
    return door.answers


def test_suspended_people_come_in_nowhere(cell: World) -> None:
    """The roles take the doors in turn: a suspended person is nobody before a role is asked for."""
    shut = [name for name, door in DOORS.items() if door.roles != STRANGERS]
    for at, role in enumerate(ROLES):
        browser = cell.enters(role)
        assert browser.get(reverse("home")).status_code == 200, role
        User.objects.filter(pk=cell.users[role].pk).update(is_active=False)
        names = ["home", *shut[at :: len(ROLES)]]
        urls = {name: reverse(name, kwargs=arguments(name, cell, "own", role)) for name in names}
        before = told()
        for name, url in urls.items():
            assert is_sent_to_sign_in(knock(browser, DOORS[name], url)), (role, name)
        assert told() == before, role


def test_nobody_is_sent_to_the_sign_in(cell: World) -> None:
    for name, door, url in list(everywhere(cell)):
        before, answer = told(), knock(Browser(), door, url)
        if door.roles == STRANGERS or door.to_nobody is not None:
            assert answer.status_code == door.to_nobody, name
        else:
            assert is_sent_to_sign_in(answer), name
        assert told() == before, name


def test_a_password_alone_opens_nothing(cell: World) -> None:
    user = a_staff_user("administrator", desk=cell.house.desk)
    a_device(user)
    browser = Browser()
    browser.force_login(user, backend=BACKEND)
    for name, door, url in list(everywhere(cell)):
        if door.roles != STRANGERS:
            before = told()
            assert is_sent_to_sign_in(knock(browser, door, url)), name
            assert told() == before, name


def test_a_client_comes_in_nowhere(cell: World) -> None:
    user = User.objects.create(
        kind="client",
        email="nora@example.com",
        full_name="Nora Near",
        client_id=cell.house.near.pk,
        created_at=NOW,
    )
    user.set_password(PASSWORD)
    user.save()
    inside = signed_in(user)  # in the personal area, whose session is tried as the staff's too
    key = inside.cookies[settings.CLIENT_COOKIE_NAME].value
    inside.cookies[settings.SESSION_COOKIE_NAME] = key
    for browser in (a_browser(user), inside):
        for name, door, url in list(everywhere(cell)):
            if door.roles != STRANGERS:
                before = told()
                assert is_sent_to_sign_in(knock(browser, door, url)), name
                assert told() == before, name


def test_without_the_right_role_there_is_403(cell: World) -> None:
    Role.objects.create(code="idle", name="Idle", permissions=[], reach="all")
    Role.objects.create(
        code="stranger", name="Stranger", permissions=["crm.client.decide_contacts"], reach="all"
    )
    for role in (None, "idle", "stranger"):
        user = a_staff_user(role, desk=cell.house.desk, entity=cell.house.entity)
        cell.house.give_to(user)
        browser = a_browser(user)
        for name, door, url in list(everywhere(cell)):
            if door.roles in (STAFF, STRANGERS):
                continue
            before = told()
            assert knock(browser, door, url).status_code == 403, (role, name)
            assert told() == before, name


@pytest.mark.parametrize("kind", access.TOPICS)
def test_every_role_at_every_topic(cell: World, kind: str) -> None:
    """What a socket may subscribe to: the same reach as the pages."""
    allowed = access.TOPICS[kind]
    keys = {
        "account": {at: row.pk for at, row in cell.accounts.items()},
        "client": {at: row.pk for at, row in cell.clients.items()},
    }.get(kind)
    for role in ROLES:
        cell.enters(role)
        user = User.objects.select_related("desk").get(pk=cell.users[role].pk)
        if kind == "user":
            others = [one.pk for one in cell.users.values()]
            assert permitted(kind, user, [*others, ABSENT]) == {user.pk}, role
        elif keys is None:  # shared with everybody whom the table names
            known = {cell.house.server.pk}
            assert permitted(kind, user, known) == (known if role in allowed else set()), role
        else:
            reached = {pk for at, pk in keys.items() if role in allowed and cell.sees(role, at)}
            assert permitted(kind, user, [*keys.values(), ABSENT]) == reached, role
        assert not permitted(kind, a_staff_user(), [*(keys or {}).values()]), kind


def permitted(kind: str, user: User, keys: Any) -> set[int]:
    """What the socket's register lets this user watch."""
    permit = {"user": lambda user, keys: {user.pk} & set(keys), **TOPICS}[kind]
    return set(permit(user, set(keys)))


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
def test_every_admin_page_is_shut_to_others(cell: World, role: str | None) -> None:
    browser = cell.enters(role) if role else a_browser(a_staff_user())
    for url in admin_places():
        assert browser.get(url, follow=True).status_code == 403, url


def test_the_admin_site_is_shut_to_every_other_role(cell: World) -> None:
    url = reverse("admin:company_brand_add")
    for role in sorted(set(ROLES) - access.ADMINISTERS):
        browser = cell.enters(role)
        before = told()
        assert browser.get(reverse("admin:index"), follow=True).status_code == 403, role
        assert browser.post(url, {"code": "x"}, follow=True).status_code == 403, role
        assert told() == before


def test_the_admin_site_sends_nobody_to_our_sign_in(cell: World) -> None:
    for url in admin_places():
        assert is_sent_to_sign_in(Browser().get(url)), url


def test_administrators_see_every_list_and_edit_configuration_only(cell: World) -> None:
    browser = cell.enters("administrator")
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


def test_no_address_ends_in_a_stack_trace(cell: World) -> None:
    browser = cell.enters("administrator")
    long = ("/trading/accounts/99999999999999999/", f"/clients/{10**30}/")
    for url in ("/nowhere/", "/clients/0/", "/clients/x/", *long):
        assert browser.get(url).status_code == 404, url
    assert resolve("/").url_name == "home"
