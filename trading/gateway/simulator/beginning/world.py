"""An invented server: people, accounts and their past, the same for the same seed and moment.

Who the people are and what their accounts may do hangs on the seed alone; only what they traded
hangs on the moment too (nobody trades on a Sunday). So each account draws from streams of its own.
"""

import random
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from trading.calc.equity import account_state
from trading.gateway.simulator.beginning.career import Career, Draft
from trading.gateway.simulator.beginning.instruments import groups, instruments
from trading.gateway.simulator.beginning.paths import HOUR, Paths
from trading.gateway.simulator.beginning.people import Person, holders, people
from trading.gateway.simulator.beginning.reckoner import Reckoner, Scene
from trading.gateway.simulator.beginning.state import Beginning
from trading.gateway.simulator.hours import Hours
from trading.terms import AccountRecord, Cmd, GroupSpec, LevelType, TradeRecord

FIRST_LOGIN = 2_100_001
FIRST_TICKET = 1_000_001
NOTHING = Decimal(0)
_SHARES = (0, 0, 0, 0, 1, 1, 2, 2, 3)  # of the groups, in their order


def invent(
    *,
    seed: int,
    accounts: int,
    days: int,
    company: str,
    hours: Hours,
    now: datetime,
    clients: int = 0,
) -> Beginning:
    """Return a server with so many accounts whose past reaches back so many days.

    `clients` is how many people share the accounts; 0: as many as there are accounts.
    """
    now = now.replace(microsecond=0)
    start = now - timedelta(days=days)
    known = instruments()
    specs = {one.spec.name: one.spec for one in known}
    scene = Scene(Paths(_chance(seed, "prices"), known, start, days * 24), known, specs, hours, now)
    kinds = groups(company)
    careers = []
    for at in range(accounts):
        chance = _chance(seed, f"account {at}")
        living = _chance(seed, f"career {at}")
        sums = Reckoner(living, scene, FIRST_LOGIN + at, kinds[chance.choice(_SHARES)])
        registered = start + HOUR * chance.randrange(max(1, days * 24 * 2 // 3))
        registered = (registered + timedelta(seconds=chance.randrange(3600))).replace(microsecond=0)
        careers.append(Career(sums, registered))
    for career in careers:
        career.live()
    owners = _owners(seed, clients or accounts, accounts)
    rights = _chance(seed, "rights")
    records = [_account(*pair, rights) for pair in zip(careers, owners, strict=True)]
    for career, record in zip(careers, records, strict=True):
        _keep_solvent(career, record)
    drafts = [draft for career in careers for draft in career.drafts]
    return Beginning(
        symbols=tuple(specs.values()),
        groups=kinds,
        quotes=tuple(replace(q, at=now) for q in scene.paths.quotes(now).values()),
        accounts=tuple(records),
        trades=tuple(_numbered(drafts)),
    )


def _owners(seed: int, clients: int, accounts: int) -> list[Person]:
    known = people(_chance(seed, "people"), min(clients, accounts))
    return [known[at] for at in holders(_chance(seed, "holders"), len(known), accounts)]


def _chance(seed: int, stream: str) -> random.Random:
    return random.Random(f"world {seed} {stream}")


def _numbered(drafts: list[Draft]) -> list[TradeRecord]:
    """Return the tickets, numbered in the order in which the server gave them."""
    drafts.sort(key=lambda draft: (draft.created, draft.record.login))
    numbers = {id(draft): FIRST_TICKET + at for at, draft in enumerate(drafts)}
    parents = {id(draft.rest): numbers[id(draft)] for draft in drafts if draft.rest is not None}
    trades = []
    for draft in drafts:
        comment = draft.record.comment
        if draft.rest is not None:
            comment = f"to #{numbers[id(draft.rest)]}"
        elif id(draft) in parents:
            comment = f"from #{parents[id(draft)]}"
        trades.append(replace(draft.record, ticket=numbers[id(draft)], comment=comment))
    return trades


def _account(career: Career, owner: Person, chance: random.Random) -> AccountRecord:
    hours, now, group = career.scene.hours, career.scene.now, career.group
    day_end = datetime.combine(hours.last_ended_day(now), hours.end_of_day)
    before = hours.utc(day_end)
    touched = max((draft.record.changed_stamp for draft in career.drafts), default=0)
    return AccountRecord(
        login=career.sums.login,
        group=group.name,
        name=owner.name,
        currency=group.currency,
        leverage=group.default_leverage,
        balance=sum((amount for _, amount in career.bookings), NOTHING),
        credit=career.credit,
        enabled=chance.random() > 0.04,
        read_only=chance.random() < 0.04,
        email=owner.email,
        phone=owner.phone,
        country=owner.country,
        city=owner.city,
        comment="",
        agent_login=0,
        registered_at=career.registered,
        registered_server_time=hours.server_time(career.registered),
        previous_balance=sum((a for moment, a in career.bookings if moment <= before), NOTHING),
        changed_stamp=max(touched, hours.stamp(career.registered)),
    )


def _keep_solvent(career: Career, account: AccountRecord) -> None:
    """Take open positions out of the story, the newest first, until the account is safe."""
    quotes, specs = career.scene.paths.quotes(career.scene.now), career.scene.specs
    group: GroupSpec = career.group
    while True:
        # Without a number the tickets are still distinct records; the sums do not look at numbers.
        positions = [one for one in career.drafts if _is_position(one.record)]
        records = [one.record for one in positions]
        state = account_state(account, records, specs, group, quotes)
        if state.level_type is LevelType.OK and state.free_margin >= 0:
            return
        career.drafts.remove(max(positions, key=lambda one: one.created))


def _is_position(record: TradeRecord) -> bool:
    return record.is_open and record.cmd in (Cmd.BUY, Cmd.SELL)
