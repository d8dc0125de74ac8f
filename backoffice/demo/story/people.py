"""The broker's clients and leads: whoever MetaTrader's accounts name, as the broker knew them."""

import random
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction

from backoffice.core.clock import now
from backoffice.demo.broker import Broker
from backoffice.demo.story.staff import ACTOR
from crm.actions import clients
from trading.actions import trading_accounts
from trading.queries.unbound import list_unbound

if TYPE_CHECKING:
    from trading.models import TradingAccount

AT_ONCE = 50  # people told in one transaction: each commit waits for the disk
# country as MetaTrader has it → its code, time zone, language
COUNTRIES = {
    "Germany": ("DE", "Europe/Berlin", "de"),
    "Poland": ("PL", "Europe/Warsaw", "pl"),
    "Spain": ("ES", "Europe/Madrid", "es"),
    "Italy": ("IT", "Europe/Rome", "it"),
    "Greece": ("GR", "Europe/Athens", "el"),
    "Cyprus": ("CY", "Asia/Nicosia", "el"),
    "Kenya": ("KE", "Africa/Nairobi", "en"),
    "South Africa": ("ZA", "Africa/Johannesburg", "en"),
    "Vietnam": ("VN", "Asia/Ho_Chi_Minh", "vi"),
    "Japan": ("JP", "Asia/Tokyo", "ja"),
    "Brazil": ("BR", "America/Sao_Paulo", "pt"),
    "United Kingdom": ("GB", "Europe/London", "en"),
}
SOUTH = ("Spain", "Italy", "Greece", "Cyprus", "Brazil", "South Africa")
SOURCES = ("referral", "website", "website", "partner", "search", "event")
TAGS = ("newsletter", "phone only", "expert advisor", "complained once")
VIP_DOLLARS = 20_000
# how a client who has money may stand; and one who has none
LIVES = (
    *("activate",) * 23, *("fund",) * 6, *("slow",) * 4, *("silence",) * 3, *("rest",) * 2,
    "block", "close",
)  # fmt: skip
BEGINNERS = ("verify", "verify", "", "", "rest")
LEADS = [
    ("Ines Calder", "United Kingdom"), ("Piotr Sadowski", "Poland"), ("Mwende Kilonzo", "Kenya"),
    ("Luis Arrieta", "Spain"), ("Hana Kimura", "Japan"), ("Stefan Brugger", "Germany"),
    ("Elena Prokopi", "Cyprus"), ("Tuan Ngo", "Vietnam"), ("Carla Benati", "Italy"),
    ("Joao Furtado", "Brazil"), ("Sanele Mabaso", "South Africa"), ("Dimitra Lekka", "Greece"),
    ("Colin Ashworth", "United Kingdom"), ("Agata Wrona", "Poland"), ("Daniel Mbugua", "Kenya"),
    ("Marta Iglesias", "Spain"), ("Yuto Okada", "Japan"), ("Franziska Dorn", "Germany"),
    ("Pavlos Tofas", "Cyprus"), ("Linh Cao", "Vietnam"), ("Enzo Ferraro", "Italy"),
    ("Beatriz Lobo", "Brazil"), ("Johan Steyn", "South Africa"), ("Manolis Fotis", "Greece"),
]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Owners:
    """Who may own a client, on each sales desk: the numbers of staff."""

    north: Sequence[int]
    south: Sequence[int]


def tell_clients(
    server_id: int,
    place: clients.Place,
    owners: Owners,
    broker: Broker,
    told: Callable[[float], None],
) -> None:
    """Register whoever the server's accounts name, and give them their accounts.

    Accounts of the last few belong to nobody yet: the back office has something to find out.
    """
    by_person: dict[str, list[TradingAccount]] = defaultdict(list)
    for account in list_unbound(server_id):
        by_person[account.email or account.name].append(account)
    ours = list(by_person.values())
    ours = ours[: len(ours) - broker.strangers]
    for start in range(0, len(ours), AT_ONCE):
        with transaction.atomic():
            for accounts in ours[start : start + AT_ONCE]:
                tell_client(accounts, place, owners, broker.seed)
        told(min(1.0, (start + AT_ONCE) / len(ours)))


def tell_client(
    accounts: "Sequence[TradingAccount]", place: clients.Place, owners: Owners, seed: int
) -> None:
    """One person with all accounts: registered when the first was opened, as they stand now."""
    first = accounts[0]
    chance = random.Random(f"client {seed} {first.email}")
    owner_id = chance.choice(owners.south if first.country in SOUTH else owners.north)
    where = replace(place, owner_id=owner_id if chance.random() > 0.12 else None)
    client = clients.register_client(
        person=described(accounts, chance), place=where, actor=ACTOR, now=first.registered_at
    )
    for account in accounts:
        trading_accounts.bind_account(
            account_id=account.pk, client_id=client.pk, actor=ACTOR, now=account.registered_at
        )
    has_money = any(account.balance for account in accounts)
    verb = chance.choice(LIVES if has_money else BEGINNERS)
    if verb:
        clients.change_status(
            client_id=client.pk, verb=verb, reason=REASONS[verb], actor=ACTOR, now=now()
        )


#: How far somebody without an account got.
PROGRESS: tuple[tuple[str, ...], ...] = ((), (), (), (), ("register",), ("register", "verify"))
REASONS = {
    "register": "Filled in the application",
    "activate": "Trades every week",
    "fund": "Deposited, trades little yet",
    "slow": "Trades less than the month before",
    "silence": "No trade for two weeks",
    "rest": "No trade and no sign-in for a month",
    "block": "Documents ran out and were not renewed",
    "verify": "Identity and address verified",
    "close": "Closed at the client's wish",
}


def described(accounts: "Sequence[TradingAccount]", chance: random.Random) -> clients.Person:
    """What MetaTrader knows of the person behind the accounts, and what sales added."""
    first = accounts[0]
    country, timezone, language = COUNTRIES.get(first.country, ("", "", ""))
    tags = [chance.choice(TAGS)] if chance.random() < 0.15 else []
    if any(one.currency == "USD" and one.balance >= VIP_DOLLARS for one in accounts):
        tags.append("VIP")
    return clients.Person(
        full_name=first.name,
        email=first.email,
        phone=first.phone,
        country=country,
        city=first.city,
        language=language,
        timezone=timezone,
        source=chance.choice(SOURCES),
        tags=tuple(tags),
    )


@transaction.atomic
def tell_leads(place: clients.Place, owners: Owners, broker: Broker) -> None:
    """People who asked in the last days and have no account yet; some are on their way to one."""
    number = max(1, min(len(LEADS), broker.clients // 16))
    for name, land in LEADS[:number]:
        chance = random.Random(f"lead {broker.seed} {name}")
        country, timezone, language = COUNTRIES[land]
        person = clients.Person(
            full_name=name,
            email=f"{name.lower().replace(' ', '.')}@example.com",
            country=country,
            language=language,
            timezone=timezone,
            source=chance.choice(SOURCES),
        )
        owner_id = chance.choice(owners.south if land in SOUTH else owners.north)
        where = replace(place, owner_id=owner_id if chance.random() < 0.6 else None)
        asked_at = now() - timedelta(minutes=chance.randint(5, 6 * 1440))
        lead = clients.register_client(
            person=person, place=where, is_lead=True, actor=ACTOR, now=asked_at
        )
        for verb in chance.choice(PROGRESS):
            clients.change_status(
                client_id=lead.pk, verb=verb, reason=REASONS[verb], actor=ACTOR, now=now()
            )
