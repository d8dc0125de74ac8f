"""The navigation leads somewhere, shows nobody what they may not open, and its keys are apart."""

import re
from typing import Any

import pytest
from django.urls import resolve, reverse

from backoffice.core.permissions import registered
from backoffice.identity.models import Role
from backoffice.menu import MENU, Entry
from backoffice.ui.badges import BADGES
from tests.architecture.access import DOORS, STAFF, STRANGERS
from tests.cluster import ROOT
from tests.factories.people import a_browser, a_staff_user

SPRITE = (ROOT / "static" / "icons" / "sprite.svg").read_text("utf-8")
ICONS = set(re.findall(r'<symbol[^>]*\bid="([a-z_-]+)"', SPRITE))


@pytest.mark.parametrize("entry", MENU, ids=lambda entry: entry.url_name)
def test_an_entry_leads_to_a_page(entry: Entry) -> None:
    assert resolve(reverse(entry.url_name)).func


@pytest.mark.parametrize("entry", MENU, ids=lambda entry: entry.url_name)
def test_an_entry_asks_for_what_its_page_asks_for(entry: Entry) -> None:
    if entry.permission is not None:
        assert str(entry.permission) in registered()
    if not entry.url_name.startswith("admin:"):
        page: Any = resolve(reverse(entry.url_name)).func
        assert page.view_class.permission == entry.permission


def test_entries_have_a_word_a_drawing_and_a_key_of_their_own() -> None:
    keys = [entry.key for entry in MENU if entry.key]
    assert len(set(keys)) == len(keys)
    assert len({entry.label for entry in MENU}) == len(MENU)
    assert {entry.icon for entry in MENU} <= ICONS


def test_a_counter_is_open_to_whoever_sees_its_entry() -> None:
    for entry in MENU:
        if entry.counter:
            page: Any = resolve(reverse(entry.counter)).func
            assert page.view_class.permission == entry.permission


def test_every_drawing_that_is_named_is_in_the_sprite() -> None:
    named = set()
    for path in (ROOT / "templates").rglob("*.html"):
        named |= set(re.findall(r'\{% icon "([a-z_-]+)"', path.read_text("utf-8")))
    named |= {badge.icon for family in BADGES.values() for badge in family.values()}
    assert named - ICONS == set()


@pytest.mark.django_db
def test_everybody_sees_exactly_what_they_may_open() -> None:
    for role in (None, *Role.objects.values_list("code", flat=True)):
        user = a_staff_user(role)
        browser = a_browser(user)
        page = browser.get(reverse("home"))
        wanted = [
            reverse(entry.url_name)
            for entry in MENU
            if entry.permission is None or user.may(str(entry.permission))
        ]
        shown = [line.url for line in (*page.context["menu"], *page.context["menu_end"])]
        assert sorted(shown) == sorted(wanted), role
        for url in shown:
            assert browser.get(url).status_code == 200, (role, url)
            assert f'href="{url}"' in page.text


def test_every_list_of_the_staff_can_be_reached_from_the_menu() -> None:
    """A page that needs no record stands in the menu, or is a part of a page that does."""
    parts = {
        "health:footer",
        "identity:recovery-codes",
        "identity:own",
        "identity:role-list",
        "identity:desk-tree",
        "identity:new-devices",
        "identity:passkey-add",
        "identity:password",
        "crm:panel-views",
        "accounts:payment-count",
        "approvals:request-count",
        "approvals:delegation-list",
        "approvals:role-ask",
        "accounts:bank-count",
        "accounts:bulk-count",
        "accounts:bulk-new",
        "accounts:bulk-resets",
        "accounts:bank-import",
        "accounts:bank-sure",
        "accounts:deposit-count",
        "accounts:transfer-count",
        "accounts:difference-count",
        "accounts:clearing",
        "accounts:settlement-list",
        "accounts:settlement-import",
        "accounts:dispute-rates",
        "accounts:payment-news",
        "accounts:panel-morning",
        "trading:unbound-count",
        "trading:by-hand-count",
        "trading:alert-count",
        "trading:command-count",
        "audit:change-list",
        "audit:entry",
        "audit:object-history",
        "audit:person-day",
        "audit:standing",
        "machines:integration-new",
        "machines:reference",
    }
    plain = {
        name
        for name, door in DOORS.items()
        if not door.about and door.method == "get" and door.roles != STRANGERS
    }
    assert plain - parts == {e.url_name for e in MENU} - {"admin:index"}
    assert STAFF < STRANGERS
