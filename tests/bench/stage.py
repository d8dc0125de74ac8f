"""Where the bench plays: one running demo, and a member of staff who is signed in to it."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx

from backoffice.demo.children import wait_until
from backoffice.demo.postgres import Postgres
from tests.cluster import ROOT
from tests.journeys.running import Demo, fresh_code

CLIENTS, ACCOUNTS = "300", "400"
IDLE = "Nothing is due"
FORM_TOKEN = r'name="csrfmiddlewaretoken" value="([^"]+)"'


class Stage:
    """A demo with more accounts than the tests have."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.demo = Demo(folder, CLIENTS=CLIENTS, ACCOUNTS=ACCOUNTS).start()
        self.sockets = self.demo.sockets
        self._client: httpx.Client | None = None

    @property
    def client(self) -> httpx.Client:
        """A signed-in browser without a screen."""
        if self._client is None:
            self._client = client = sign_in(self.demo, "administrator")
            # What making the broker caused is still worked off: it would be measured too, and a
            # role that was granted a minute ago would close our socket.
            done = wait_until(lambda: IDLE in client.get("/health/").text, seconds=180)
            assert done, "the work list does not come to rest"
        return self._client

    def database_url(self, user: str, database: str) -> str:
        """An address in the demo's cluster."""
        pg = Postgres(
            programs=self.folder, data=self.folder, sockets=self.sockets / "pg", log=self.folder
        )
        return pg.url(user, database)

    def environment(self, database_url: str) -> dict[str, str]:
        """What a program of ours needs to work beside the demo."""
        secrets = self.demo.secrets
        return self.demo.environment | {
            "DJANGO_SETTINGS_MODULE": "backoffice.settings.demo",
            "ENVIRONMENT": "demo",
            "SECRET_KEY": secrets["secret_key"],
            "DATABASE_URL": database_url,
            "REDIS_URL": f"unix://{self.sockets}/redis",
            "MT4_AGENT_KEYS": f"linden-live=demo:{secrets['agent_key']}",
            "STATIC_ROOT": str(self.folder / str(self.demo.port) / "static"),
            "LOG_LEVEL": "ERROR",
        }

    def run(self, *arguments: str, env: dict[str, str]) -> Any:
        """Run a program of ours to its end; the JSON of its last line."""
        done = subprocess.run(
            [sys.executable, *arguments], cwd=ROOT, env=env, capture_output=True, text=True,
            check=False,
        )  # fmt: skip
        if done.returncode != 0:
            raise RuntimeError(f"{arguments} failed: {done.stderr[-2000:]}")
        last = done.stdout.strip().rpartition("\n")[2]
        return json.loads(last) if last.startswith("{") else None

    def profile_of(self, login: int) -> str:
        """The path of the client's profile that holds a login."""
        email = self.demo.manager("account", login=login)["email"]
        page = self.client.get("/clients/", params={"q": email}).text
        return first(r'href="(/clients/\d+/)"', page)

    def account_topic(self, profile: str) -> str:
        """The live topic of the first account on a profile."""
        page = self.client.get(profile).text
        panel = self.client.get(first(r'"accounts-head" hx-get="([^"]*)"', page)).text
        return first(r'data-live="(account:\d+):equity"', panel)

    def close(self) -> None:
        """Stop the demo and throw its data away."""
        if self._client is not None:
            self._client.close()
        self.demo.stop()
        self.demo.verb("reset")


def first(pattern: str, text: str) -> str:
    """The first group of the first match."""
    match = re.search(pattern, text)
    if match is None:
        raise RuntimeError(f"nothing on the page looks like {pattern}")
    return match[1]


def sign_in(demo: Demo, role: str) -> httpx.Client:
    """Sign in by both forms."""
    person = next(one for one in demo.secrets["staff"] if one["role"] == role)
    client = httpx.Client(base_url=demo.address, follow_redirects=True, timeout=30)
    page = client.get("/sign-in/")
    for fields in (
        {"email": person["email"], "password": person["password"]},
        {"code": fresh_code(person)},
    ):
        token = {"csrfmiddlewaretoken": first(FORM_TOKEN, page.text)}
        page = client.post(page.url, data=fields | token, headers={"Referer": demo.address})
    if "sign-in" in str(page.url):
        raise RuntimeError(f"the sign-in of {role} did not succeed: {page.url}")
    return client
