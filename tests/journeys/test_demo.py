"""`make demo`: it starts, survives what dies, stops without a trace, and finds its data again."""

import os
import pwd
import re
import signal
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from backoffice.demo.children import wait_until
from backoffice.demo.processes import serves
from tests.bench.stage import sign_in
from tests.journeys.running import Demo, lives, spoken_codes

NewDemo = Callable[[], Demo]
ROLES = 11
PARTS = {
    "web server": "granian",
    "socket server": "uvicorn",
    "worker": "backoffice.celery worker",
    "scheduler": "backoffice.celery beat",
    "feed": "run_feed",
    "agent": "trading.gateway.agent",
    "simulated MetaTrader": "trading.gateway.simulator",
    "Redis server": "valkey-server",
    "PostgreSQL server": "bin/postgres",
}


def test_the_card_has_a_sign_in_for_every_role(demo: Demo) -> None:
    """Address, e-mail, password and code; `make demo-code` prints them again."""
    assert demo.address in demo.said
    assert len(spoken_codes(demo.said)) == ROLES
    for person in demo.secrets["staff"]:
        assert person["email"] in demo.said
        assert person["password"] in demo.said
    again = demo.verb("code")
    assert again.returncode == 0
    assert len(spoken_codes(again.stdout)) == ROLES


def test_a_second_demo_on_the_same_data_is_one_sentence(demo: Demo) -> None:
    """And a reset is refused while it runs."""
    second = demo.verb("run")
    assert second.returncode == 2
    assert f"A demo already runs on port {demo.port}" in second.stderr
    assert "Traceback" not in second.stderr
    assert demo.verb("reset").returncode == 2
    assert serves(demo.address)


@pytest.mark.parametrize("name", PARTS)
def test_a_killed_part_is_said_and_comes_back(demo: Demo, name: str) -> None:
    """One line for the person at the terminal; the pages answer again."""
    killed = demo.find(PARTS[name])
    os.kill(killed, signal.SIGKILL)
    line = f"The {name} was killed by SIGKILL; started again"
    assert wait_until(lambda: line in demo.said, seconds=30)
    assert wait_until(lambda: found(demo, PARTS[name]) not in (None, killed), seconds=30)
    assert wait_until(lambda: serves(f"{demo.address}/health/ready"), seconds=60)


def found(demo: Demo, words: str) -> int | None:
    """The part's process, if it runs."""
    try:
        return demo.find(words)
    except (AssertionError, OSError):
        return None


@pytest.fixture(scope="module")
def other(new_demo: NewDemo) -> Demo:
    """Another broker of another size; it makes its tables itself, as everybody's first start."""
    other = new_demo()
    other.migrates = True
    other.environment |= {"CLIENTS": "10", "ACCOUNTS": "14", "SEED": "3"}
    return other.start()


def test_two_stand_side_by_side(demo: Demo, other: Demo) -> None:
    """Another port is another broker, with another size: neither sees the other's data."""
    assert "Making the tables" in other.said
    assert other.secrets["secret_key"] != demo.secrets["secret_key"]
    for one in (demo, other):
        assert serves(one.address)
    assert_generated(other)


def test_killed_without_warning_it_leaves_nobody_and_finds_its_data(
    demo: Demo, other: Demo
) -> None:
    """Its own parts, PostgreSQL and the short folder go; the next start has the same staff."""
    first, family, sockets = other.secrets, other.family, other.sockets
    assert len(family) >= len(PARTS)
    other.stop(signal.SIGKILL)
    assert wait_until(lambda: not any(map(lives, family)), seconds=60)
    assert wait_until(lambda: not sockets.exists(), seconds=30)

    other.start()
    assert other.secrets["staff"] == first["staff"]
    assert "Making the tables" not in other.said
    assert "Making the broker" not in other.said
    family, sockets = other.family, other.sockets
    other.stop()
    assert not any(map(lives, family))
    assert not sockets.exists()
    assert "Stopped. Its data stays in" in other.said
    other.environment["CLIENTS"] = "11"
    refused = other.verb("run")
    assert refused.returncode == 2
    assert "CLIENTS=10 ACCOUNTS=14 DAYS=30 SEED=3" in refused.stderr
    assert serves(demo.address)
    assert other.verb("reset").returncode == 0
    assert not (other.data / str(other.port)).exists()


def assert_generated(demo: Demo) -> None:
    """Ten clients with fourteen accounts, a lead, and withdrawals that wait or are over."""
    browser = sign_in(demo, "back_office")
    listed = browser.get("/clients/").text
    queue = browser.get("/payments/", params={"view": "all"}).text
    browser.close()
    assert len(re.findall(r"<a[^>]* data-row", listed)) == 11
    assert "Lead" in listed
    assert "Requested" in queue
    emails = Counter(one["email"] for one in demo.manager("accounts")["records"])
    assert (len(emails), sum(emails.values())) == (10, 14)


# An ordinary user who may read what root may: the environment can stand in root's home.
ORDINARY = [
    *("setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"),
    *("--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"),
    *("/bin/sh", "-c", 'exec "$@"', "sh"),
]


@pytest.mark.skipif(os.geteuid() != 0, reason="whoever is no root runs all of these as themselves")
def test_an_ordinary_user_runs_it_too(new_demo: NewDemo) -> None:
    """As `nobody`, with data of their own and a checkout that they may only read."""
    nobody = pwd.getpwnam("nobody").pw_uid
    demo = new_demo()
    os.chown(demo.data, nobody, -1)
    demo.environment["HOME"] = str(demo.data)
    demo.command = [*ORDINARY, *demo.command]
    demo.start()
    family = demo.family
    assert {Path(f"/proc/{one}").stat().st_uid for one in family} == {nobody}
    demo.stop()
    assert not any(map(lives, family))
