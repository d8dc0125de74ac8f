"""The clients that we hand out, against a real server: Python's and PHP's."""

import base64
import importlib.util
import json
import shutil
import subprocess
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from types import ModuleType
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from django.core.handlers.wsgi import WSGIHandler
from django.db import connections

from backoffice.demo.redis import Redis
from backoffice.machines.actions import keys
from crm.models import Client
from tests.cluster import ROOT, Database
from tests.factories.machines import an_integration
from tests.factories.people import SETUP, a_legal_entity

GUIDE = ROOT / "docs" / "how-to" / "api"
PERSON = {
    "full_name": "Ada New",
    "email": "ada@new.example",
    "country": "ES",
    "legal_entity": "house",
}

PHP = """
require $argv[1];
[$url, $keyId, $seed, $person] = array_slice($argv, 2);
$office = new BackOffice($url, $keyId, $seed);
$made = $office->act('clients/register', json_decode($person, true), 'php-form-0001');
$again = $office->act('clients/register', json_decode($person, true), 'php-form-0001');
$found = $office->get('clients', ['email' => 'ada@new.example']);
try {
    $office->get('clients/987654321');
    $problem = 'none';
} catch (Problem $no) {
    $problem = $no->status . ' ' . $no->errorCode;
}
echo json_encode([$made['id'], $again['id'], count($found['items']), $problem]);
"""


class Quiet(WSGIRequestHandler):
    """Says nothing."""

    def log_message(self, *args: Any) -> None:
        """Stay silent."""


class Handler(WSGIHandler):
    """Our application; it lets go of the thread's connection after each answer."""

    def __call__(self, environ: Any, start_response: Any) -> Any:
        """Answer."""
        try:
            return super().__call__(environ, start_response)
        finally:
            connections.close_all()


@pytest.fixture
def url(fresh_database: Database, redis_server: Redis) -> Iterator[str]:
    """The API of a real server on loopback."""
    server = make_server("127.0.0.1", 0, Handler(), handler_class=Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/api/v1"
    server.shutdown()
    thread.join(30)
    server.server_close()


@pytest.fixture
def private() -> Ed25519PrivateKey:
    """The maker's own key."""
    return Ed25519PrivateKey.generate()


@pytest.fixture
def key_id(url: str, private: Ed25519PrivateKey) -> str:
    """The key as an administrator added it."""
    integration = an_integration(a_legal_entity("house"))
    text = base64.b64encode(private.public_key().public_bytes_raw()).decode()
    told = {"user_id": integration.pk, "actor": SETUP, "now": datetime.now(UTC)}
    return keys.add_public_key(text=text, **told).key.key_id


def loaded() -> ModuleType:
    """The Python client, as its readers copy it."""
    spec = importlib.util.spec_from_file_location("client", GUIDE / "client.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_python_client(url: str, key_id: str, private: Ed25519PrivateKey) -> None:
    client = loaded()
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    office = client.BackOffice(url, key_id, pem)
    made = office.act("clients/register", PERSON, key="web-form-0001")
    assert office.act("clients/register", PERSON, key="web-form-0001") == made
    assert Client.objects.get().pk == made["id"]
    for number in range(2):
        person = PERSON | {"email": f"ada{number}@new.example"}
        office.act("clients/register", person, key=f"web-form-1{number}00")
    assert len(list(office.pages("clients", size=1))) == 3
    assert office.get("clients", email="ada@new.example")["items"][0]["id"] == made["id"]
    with pytest.raises(client.Problem) as no:
        office.act("clients/register", PERSON | {"country": "Spain"}, key="web-form-0002")
    assert (no.value.status, no.value.code, list(no.value.errors)) == (422, "invalid", ["country"])
    office.clock_ahead = -3600.0  # a clock that is an hour late is set by the server's
    assert office.get("me")["name"] == "Web site"
    assert abs(office.clock_ahead) < 10


@pytest.mark.skipif(shutil.which("php") is None, reason="php-cli is not installed")
def test_the_php_client(url: str, key_id: str, private: Ed25519PrivateKey) -> None:
    seed = base64.b64encode(private.private_bytes_raw()).decode()
    line = ["php", "-n", "-r", PHP, "--", str(GUIDE / "client.php")]
    told = subprocess.run(
        [*line, url, key_id, seed, json.dumps(PERSON)],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert told.returncode == 0, told.stderr + told.stdout
    made, again, found, problem = json.loads(told.stdout)
    assert made == again == Client.objects.get().pk
    assert (found, problem) == (1, "404 not_found")
