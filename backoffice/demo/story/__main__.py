"""Tells the story of the demo's broker: a program of its own, run again at every start.

    python -m backoffice.demo.story PORT AGENT_ADDRESS METATRADER_SOCKET

What is done already is found and left alone. Lines like `@250 clients` say how far it is (of 1000),
those with a `!` what people have to know.
"""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import django

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backoffice.settings.demo")
    django.setup()

from backoffice.core.clock import now
from backoffice.demo import asking
from backoffice.demo.broker import Broker
from backoffice.demo.places import Place
from backoffice.demo.processes import SERVER
from backoffice.demo.story import deposits, people, settlements, sign_ins, staff, wires
from backoffice.demo.story.moves import Moves
from backoffice.demo.story.payments import Office, Till
from backoffice.demo.story.staff import ACTOR
from crm.actions import clients
from trading.actions import sending_terms, servers, sync
from trading.queries import servers as known_servers

SUPPORT = "support@linden.example"
Told = Callable[[float], None]


def part(title: str, start: float, end: float) -> Told:
    """Return what says how far a part of the story is, which takes this share of all of it."""

    def told(share: float) -> None:
        sys.stdout.write(f"@{round(1000 * (start + (end - start) * share))} {title}\n")
        sys.stdout.flush()

    told(0.0)
    return told


def warn(words: str) -> None:
    """Say what people have to know; nothing for no words."""
    if words:
        sys.stdout.write(f"!{words}\n")
        sys.stdout.flush()


def register_server(agent_url: str) -> int:
    """The MetaTrader server, at the agent's address of this start; its key."""
    try:
        server = servers.register_server(
            code=SERVER,
            name="Linden-Live",
            kind="live",
            timezone="Europe/Athens",
            agent_url=agent_url,
            actor=ACTOR,
            now=now(),
        )
    except servers.ServerKnown:
        (server_id,) = known_servers.active_server_ids()
        servers.move_agent(server_id=server_id, agent_url=agent_url, actor=ACTOR, now=now())
        return server_id
    return server.pk


def read_server(server_id: int) -> None:
    """Mirror the whole server before the first page is asked for."""
    terms = sending_terms.Terms(
        deadline_ms=5_000, transport_delay_ms=500, clock_skew_ms=500, visibility_lag_ms=500
    )
    sending_terms.set_sending_terms(server_id=server_id, terms=terms, actor=ACTOR, now=now())
    for _pass in range(60):
        synced = sync.sync_server(server_id=server_id, now=now(), full=True)
        if synced.trouble:
            raise SystemExit(f"The MetaTrader server could not be read: {synced.trouble}")
        if synced.finished:
            return


def office(person: Callable[[str], Any] = asking.staff) -> Office:
    """Who works on withdrawals."""
    return Office(
        support=person("support@linden.example"),
        back_office=person("back.office@linden.example"),
        colleague=person("felix.amsel@linden.example"),
        compliance=person("compliance@linden.example"),
        finance=person("finance@linden.example"),
        second_finance=person("ruth.okafor@linden.example"),
    )


def found(place: Place, server_id: int, broker: Broker, metatrader: Path) -> None:
    """Set the broker up, hire its staff, register its clients, begin its day."""
    told = part("staff", 0.0, 0.08)
    everybody = [*staff.planned_staff(place), *staff.colleagues()]
    entity_id, brand_id = staff.company()
    desk_ids = staff.set_up_desks(entity_id)
    keys = {person["email"]: staff.hire(person, desk_ids) for person in everybody}
    staff.offer_wires(entity_id)
    staff.offer_cards(entity_id)
    told = part("MetaTrader", 0.08, 0.35)
    read_server(server_id)
    servers.assign_groups(
        server_id=server_id, mask="*", legal_entity_id=entity_id, actor=ACTOR, now=now()
    )
    told = part("clients", 0.35, 0.7)
    owners = owners_of(everybody, keys)
    where = clients.Place(legal_entity_id=entity_id, brand_id=brand_id)
    once(place, "leads", lambda: people.tell_leads(where, owners, broker))
    people.tell_clients(server_id, where, owners, broker, told)
    once(place, "deposits", lambda: deposits.pay_in(entity_id, broker, asking.staff(SUPPORT)))
    once(place, "wires", lambda: wires.wire_in(entity_id, broker, asking.staff(SUPPORT)))
    once(place, "sign-ins", lambda: sign_ins.let_in(place))
    told = part("withdrawals", 0.7, 1.0)
    till = Till(broker=broker, office=office(), server_id=server_id, metatrader=metatrader)
    once(place, "withdrawals", lambda: warn(till.fill(told)))
    once(place, "statement", wires.send_statement)
    once(place, "settlement", settlements.hand_in)
    once(place, "moves", lambda: tell_moves(place, entity_id, server_id, broker))


def tell_moves(place: Place, entity_id: int, server_id: int, broker: Broker) -> None:
    """Move things by hand, on nobody's account who signs in."""
    sign_in = {one["client_id"] for one in place.secrets().get("clients", [])}
    Moves(broker, entity_id, server_id, sign_in).make()


def owners_of(everybody: list[dict[str, Any]], keys: dict[str, int]) -> people.Owners:
    """Who sells, by desk; the manager has clients on both."""
    sellers = [one for one in everybody if one["desk"].startswith("sales")]
    return people.Owners(
        **{
            side: [
                keys[one["email"]] for one in sellers if one["desk"] in ("sales", f"sales-{side}")
            ]
            for side in ("north", "south")
        }
    )


def once(place: Place, name: str, do: Callable[[], None]) -> None:
    """Do it, unless an earlier start did."""
    done = place.secrets().get("done", [])
    if name not in done:
        do()
        place.remember({**place.secrets(), "done": [*done, name]})


def main(port: int, agent_url: str, metatrader: Path) -> None:
    """Tell the story as far as it is not told yet."""
    place = Place(port)
    server_id = register_server(agent_url)
    if "staff" not in place.secrets():
        found(place, server_id, Broker(**place.secrets()["broker"]), metatrader)
        place.remember({**place.secrets(), "staff": place.secrets()["planned"]})
    place.remember({**place.secrets(), "told_agent": agent_url})


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], Path(sys.argv[3]))
