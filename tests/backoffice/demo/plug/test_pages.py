"""The page that pulls plugs: in the demo for administrators, elsewhere not at all."""

import json
import os
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core import signing
from django.test import Client as Browser
from django.urls import NoReverseMatch, get_resolver, reverse

from accounts.models import Payment
from backoffice.demo.plug.killing import VICTIMS
from backoffice.demo.plug.pages import SALT
from backoffice.demo.plug.witness import Evidence, Proof, proof_of, tickets_of
from backoffice.demo.redis import Redis
from backoffice.identity.models import User
from tests.architecture.access import DEMO_DOORS, ROLES, STRANGERS
from tests.backoffice.settings.test_env import PRODUCTION, ROOT
from tests.factories.agents import a_record
from tests.factories.payments import Till, a_till
from tests.factories.people import a_browser, a_staff_user
from trading.gateway.lines import write_line

QUERIES = {"plug:panel": 8, "plug:now": 6}  # of a page with a withdrawal in flight


class FakeSupervisor:
    """A supervisor's door that tells what a test wants, and notes what it was asked to kill."""

    def __init__(self, folder: Path) -> None:
        self.kills: list[dict[str, Any]] = []
        self.states = dict.fromkeys(VICTIMS.values(), "running")
        self._door = socket.socket(socket.AF_UNIX)
        self._door.bind(str(folder / "supervisor"))
        self._door.listen(8)
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                asking, _address = self._door.accept()
            except OSError:
                return
            with asking, asking.makefile("rw") as line:
                line.write(json.dumps(self._answer(json.loads(line.readline()))) + "\n")

    def _answer(self, asked: dict[str, Any]) -> dict[str, Any]:
        if asked["verb"] == "kill":
            self.kills.insert(0, self._killed(asked))
            return {"killed": self.kills[0]}
        fleet = [
            {
                "name": name,
                "pid": 100 + number,
                "state": state,
                "seconds": 65,
                "restarts": number,
                "last_end": "was killed by SIGKILL",
            }
            for number, (name, state) in enumerate(self.states.items())
        ]
        return {"fleet": fleet, "kills": self.kills}

    @staticmethod
    def _killed(asked: dict[str, Any]) -> dict[str, Any]:
        known = {name: asked[name] for name in ("victim", "pid", "note")}
        at = "2026-03-02T09:30:00+00:00"
        return {**known, "number": 1, "at": at, "seconds": 1.5, "successor": 999}

    def close(self) -> None:
        """Nobody is answered any more."""
        self._door.shutdown(socket.SHUT_RDWR)
        self._door.close()


@pytest.fixture
def supervisor(
    db: None, redis_server: Redis, tmp_path: Path, settings: Any
) -> Iterator[FakeSupervisor]:
    """The demo's addresses, and somebody behind its supervisor's door."""
    settings.ROOT_URLCONF = "backoffice.demo.plug.site"
    settings.PULLS_PLUGS = True
    settings.DEMO_SOCKETS = str(tmp_path)
    supervisor = FakeSupervisor(tmp_path)
    yield supervisor
    supervisor.close()


@pytest.fixture
def till(supervisor: FakeSupervisor) -> Till:
    """A client with money."""
    return a_till()


def signed(user: User) -> str:
    """The address of the live part, as the page of this person has it."""
    return f"{reverse('plug:now')}?as={signing.dumps(user.pk, salt=SALT)}"


def test_elsewhere_it_does_not_exist() -> None:
    """Neither in the product's addresses nor in its menu."""
    with pytest.raises(NoReverseMatch):
        reverse("plug:panel")
    words = (
        "import django; django.setup()\n"
        "from django.conf import settings\n"
        "from django.urls import Resolver404, resolve\n"
        "assert settings.ROOT_URLCONF == 'backoffice.urls' and not settings.PULLS_PLUGS\n"
        "for path in ('/plug/', '/plug/now', '/plug/kill', '/plug/withdraw'):\n"
        "    try: resolve(path)\n"
        "    except Resolver404: continue\n"
        "    raise SystemExit(path)\n"
        "import sys; assert 'backoffice.demo.plug.pages' not in sys.modules"
    )
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    ended = subprocess.run(
        [sys.executable, "-c", words],
        cwd=ROOT,
        env={**kept, **PRODUCTION, "DJANGO_SETTINGS_MODULE": "backoffice.settings.prod"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr


@pytest.mark.django_db
def test_elsewhere_an_administrator_finds_nothing_there() -> None:
    """404, as for any address that is none."""
    browser = a_browser(a_staff_user("administrator"))
    for path in ("/plug/", "/plug/now", "/plug/kill", "/plug/withdraw"):
        assert browser.get(path).status_code == 404
    assert "/plug/" not in browser.get("/").text


def test_every_address_stands_in_the_table(supervisor: FakeSupervisor) -> None:
    """And nothing else is under /plug/."""
    (resolver,) = [
        one for one in get_resolver().url_patterns if getattr(one, "namespace", "") == "plug"
    ]
    assert {f"plug:{one.name}" for one in resolver.url_patterns} == set(DEMO_DOORS)


@pytest.mark.parametrize("name", DEMO_DOORS)
def test_the_table_decides_for_every_role(supervisor: FakeSupervisor, name: str) -> None:
    """Administrators come in; others get 403 and nobody dies of it; strangers sign in."""
    door = DEMO_DOORS[name]
    for role in ROLES:
        browser = a_browser(a_staff_user(role))
        answer = getattr(browser, door.method)(reverse(name))
        assert answer.status_code == (door.answers if role in door.roles else 403), role
    answer = getattr(Browser(), door.method)(reverse(name))
    if door.roles == STRANGERS:
        assert answer.status_code == door.to_nobody
    else:
        assert answer.url.startswith(reverse("identity:sign-in"))
    assert supervisor.kills == []


def test_a_kill_needs_the_token_of_the_form(supervisor: FakeSupervisor) -> None:
    """Another site's form kills nobody."""
    user = a_staff_user("administrator")
    browser = a_browser(user)
    strict = Browser(enforce_csrf_checks=True)
    strict.cookies = browser.cookies
    assert strict.post(reverse("plug:kill"), {"victim": "agent"}).status_code == 403
    assert supervisor.kills == []


def test_a_part_is_killed_by_its_number_with_what_was_in_flight(
    supervisor: FakeSupervisor, till: Till
) -> None:
    """The note keeps the withdrawals as they stood; the page shows them as they stand now."""
    payment = till.approve(till.ask())
    browser = a_browser(a_staff_user("administrator"))
    answer = browser.post(
        reverse("plug:kill"), {"victim": "worker"}, headers={"HX-Request": "true"}
    )
    assert "The worker (process 102) was killed." in answer.text
    (kill,) = supervisor.kills
    assert (kill["victim"], kill["pid"]) == ("worker", 102)
    assert kill["note"]["flights"] == {str(payment.pk): "payment:APPROVED"}
    page = browser.get(reverse("plug:panel"))
    assert "worker, process 102, killed" in page.text
    assert "Back after 1.5 s as process 999" in page.text
    assert page.text.count(f'data-withdrawal="{payment.pk}"') == 2  # in flight, and at the kill


@pytest.mark.parametrize("data", [{}, {"victim": "web server"}, {"victim": "agent", "moment": "x"}])
def test_nonsense_kills_nobody(supervisor: FakeSupervisor, data: dict[str, str]) -> None:
    """One sentence says what is to be chosen."""
    browser = a_browser(a_staff_user("administrator"))
    for name in ("plug:kill", "plug:withdraw"):
        answer = browser.post(reverse(name), data, headers={"HX-Request": "true"})
        assert "Choose a part, and a moment." in answer.text
    assert supervisor.kills == []


def test_without_staff_or_money_nothing_is_begun(supervisor: FakeSupervisor, till: Till) -> None:
    """The broker's own people ask and approve; where they are missing, nobody is killed either."""
    browser = a_browser(a_staff_user("administrator"))
    answer = browser.post(
        reverse("plug:withdraw"), {"victim": "agent"}, headers={"HX-Request": "true"}
    )
    assert "There is no support@linden.example." in answer.text
    assert supervisor.kills == []
    assert not Payment.objects.exists()


def test_the_live_part_is_told_to_whom_the_page_was_drawn_for(
    supervisor: FakeSupervisor, till: Till
) -> None:
    """By signature, without a cookie; not to others, and not after a suspension."""
    user, other = a_staff_user("administrator"), a_staff_user("auditor")
    till.approve(till.ask())
    page = a_browser(user).get(reverse("plug:panel"))
    (url,) = re.findall(r'data-plug="([^"]+)"', page.text)
    assert till.client.full_name in Browser().get(url).text
    assert Browser().get(signed(other)).status_code == 403
    assert Browser().get(url[:-2]).status_code == 403
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert Browser().get(url).status_code == 403


def test_while_postgresql_is_away_it_is_not_asked(
    supervisor: FakeSupervisor, till: Till, django_assert_num_queries: Any
) -> None:
    """The processes are shown, and what cannot be known is said so."""
    user, payment = a_staff_user("administrator"), till.approve(till.ask())
    a_browser(user).post(reverse("plug:kill"), {"victim": "postgresql"})
    supervisor.states["PostgreSQL server"] = "waiting"
    with django_assert_num_queries(0):
        text = Browser().get(signed(user)).text
    assert "PostgreSQL does not answer." in text
    assert "Not known now" in text
    assert f'data-withdrawal="{payment.pk}"' in text
    assert till.client.full_name not in text


@pytest.mark.parametrize("name", QUERIES)
def test_more_withdrawals_send_few_more_queries(
    supervisor: FakeSupervisor, till: Till, name: str, django_assert_num_queries: Any
) -> None:
    """What a page sends is on record; another withdrawal of the same account adds none."""
    user = a_staff_user("administrator")
    browser = a_browser(user)
    url = signed(user) if name == "plug:now" else reverse(name)
    asker = Browser() if name == "plug:now" else browser
    till.approve(till.ask("10.00"))
    asker.get(url)
    with django_assert_num_queries(QUERIES[name]):
        asker.get(url)
    till.approve(till.ask("11.00"))
    with django_assert_num_queries(QUERIES[name]):
        asker.get(url)


def test_tickets_are_read_from_the_lines_that_metatrader_sends() -> None:
    """The lines are those of the wire itself, a text with a line feed in it among them."""
    comments = {71: "BO:abc", 72: "two\nlines\tand \u2028 a tab"}
    records = [a_record(ticket, comment=comment) for ticket, comment in comments.items()]
    assert tickets_of("".join(map(write_line, records))) == [71, 72]
    assert tickets_of("") == []


@pytest.mark.parametrize(
    ("state", "evidence", "proof"),
    [
        ("DEBITED", Evidence((7,), ()), Proof("once", (7,))),
        ("PAID", Evidence((7, 8), ()), Proof("wrong", (7, 8))),
        ("SENT", Evidence((), ()), Proof("wrong")),
        ("SENT", Evidence((9,), ()), Proof("wrong", (9,))),  # another ticket than the books have
        ("APPROVED", Evidence((7,), ()), Proof("open", (7,))),
        ("UNCERTAIN", Evidence((), ()), Proof("open")),
        ("REFUSED", Evidence((), ()), Proof("never")),
        ("CANCELLED", Evidence((7,), ()), Proof("wrong", (7,))),
        ("RETURNED", Evidence((7,), (8,)), Proof("once", (7,))),
        ("RETURNED", Evidence((7,), ()), Proof("wrong", (7,))),
        ("RETURNED", Evidence((7,), (8, 9)), Proof("wrong", (7, 8, 9))),
        ("PAID", None, Proof("away")),
    ],
)
def test_the_evidence_is_held_against_the_state(
    state: str, evidence: Evidence | None, proof: Proof
) -> None:
    """Moved exactly once, not at all, being found out, not known, or wrong."""
    payment = Payment(state=state, ticket=7, return_ticket=8)
    flight: Any = type("Flight", (), {"payment": payment})()
    assert proof_of(flight, evidence) == proof
