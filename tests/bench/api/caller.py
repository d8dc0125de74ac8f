"""The program that makes a machine in a running demo, and times the bare action beside it.

python -m tests.bench.api.caller PUBLIC_KEY_HEX    (in the demo's environment; JSON at its end)
"""

import json
import sys
import time
from datetime import timedelta
from uuid import uuid4

import django

if __name__ == "__main__":
    django.setup()  # before anything that has models

from backoffice.company.queries import entities
from backoffice.core import permissions
from backoffice.core.actors import Actor
from backoffice.core.clock import now
from backoffice.identity.actions.machines import Grant
from backoffice.machines.actions import integrations, keys, tokens
from backoffice.machines.actions.integrations import Reaching
from crm.actions import clients
from crm.actions.clients import Person, Place
from crm.models import Client
from tests.bench.figures import middle

ACTOR = Actor.system("bench")
LOOPS = 150


def main(public_key: str) -> None:
    """Make it; tell its key, its token, a client to read, and the action's own time."""
    every = list(entities.list_entities())
    integration = integrations.register(
        name=f"Bench {uuid4().hex[:6]}",
        purpose="The bench",
        grant=Grant(scopes=list(permissions.scopes()), entity_ids=[one.pk for one in every]),
        reaching=Reaching(networks=["127.0.0.0/8"], per_minute=60_000, burst=10_000),
        actor=ACTOR,
        now=now(),
    )
    told = {"user_id": integration.pk, "actor": ACTOR, "now": now()}
    key = keys.add_public_key(text=public_key, **told).key
    life = timedelta(hours=1)
    issued = tokens.issue(label="bench", scopes=integration.user.scopes, life=life, **told)
    client = Client.objects.filter(legal_entity=every[0]).order_by("id").first()
    assert client is not None
    answer = {
        "key_id": key.key_id,
        "token": issued.secret,
        "client": client.pk,
        "entity": every[0].code,
        "register_ms": registering_ms(every[0].pk),
    }
    sys.stdout.write("\n" + json.dumps(answer) + "\n")


def registering_ms(entity_id: int) -> float:
    """The median of registering somebody by the action itself, with nothing around it."""
    taken = []
    for _ in range(LOOPS):
        person = Person(full_name="Bench", email=f"{uuid4().hex}@bench.example", country="ES")
        start = time.monotonic()
        clients.register_client(
            person=person, place=Place(legal_entity_id=entity_id), actor=ACTOR, now=now()
        )
        taken.append(1000 * (time.monotonic() - start))
    return middle(taken)


if __name__ == "__main__":
    main(sys.argv[1])
