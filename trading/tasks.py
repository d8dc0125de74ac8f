"""Clockwork of the market: mirrors every server, each in a task of its own."""

import contextlib
from datetime import datetime

from celery import shared_task

from backoffice.core import clock
from backoffice.core.actors import Actor
from backoffice.core.errors import Later
from backoffice.core.work import reacts_to
from trading.actions import looking_up, sync
from trading.actions.by_hand import booking
from trading.actions.ordering import approving, chasing
from trading.actions.verification import verifying
from trading.actions.watching import attributing
from trading.events import TicketVanished
from trading.queries import by_hand, operations, servers
from trading.queries.ordering import commands

SOFT_LIMIT_SECONDS = 150
HARD_LIMIT_SECONDS = 180
#: A turn that no worker took before the next one is due is not taken at all.
TURN_SECONDS = 15
FULL_TURN_SECONDS = 300
CHASE_SECONDS = 5
NIGHT_SECONDS = 3600
#: A verification only reads, and a message that is delivered again finds it under way and goes.
VERIFY_SOFT_LIMIT_SECONDS = 3000
VERIFY_HARD_LIMIT_SECONDS = 3060
CHASER = Actor.system("chase")
WATCHER = Actor.system("watch")
VERIFIER = Actor.system("nightly-verification")
approving.register()


@shared_task(name="trading.tasks.sync_all")
def sync_all() -> None:
    """Give every active server its turn; a server that hangs delays no other."""
    for server_id in servers.active_server_ids():
        sync_server.apply_async((server_id,), expires=TURN_SECONDS)


@shared_task(name="trading.tasks.compare_all")
def compare_all() -> None:
    """Give every active server its turn of the full key snapshot."""
    for server_id in servers.active_server_ids():
        compare_server.apply_async((server_id,), expires=FULL_TURN_SECONDS)


@shared_task(
    name="trading.tasks.sync_server",
    soft_time_limit=SOFT_LIMIT_SECONDS,
    time_limit=HARD_LIMIT_SECONDS,
)
def sync_server(server_id: int) -> None:
    """Bring one server's mirror up to date."""
    sync.sync_server(server_id=server_id, now=clock.now())


@shared_task(
    name="trading.tasks.compare_server",
    soft_time_limit=SOFT_LIMIT_SECONDS,
    time_limit=HARD_LIMIT_SECONDS,
)
def compare_server(server_id: int) -> None:
    """Compare one server's keys and open prices with its mirror."""
    sync.sync_server(server_id=server_id, now=clock.now(), full=True)


@shared_task(name="trading.tasks.verify_all")
def verify_all() -> None:
    """Once a night: give every active server its turn of the whole comparison."""
    for server_id in servers.active_server_ids():
        verify_server.apply_async((server_id,), expires=NIGHT_SECONDS)


@shared_task(
    name="trading.tasks.verify_server",
    soft_time_limit=VERIFY_SOFT_LIMIT_SECONDS,
    time_limit=VERIFY_HARD_LIMIT_SECONDS,
)
def verify_server(server_id: int) -> None:
    """Compare one server's whole book with its mirror."""
    with contextlib.suppress(verifying.AlreadyVerifying):
        verifying.verify_sources(server_id=server_id, actor=VERIFIER, now=clock.now())


@shared_task(name="trading.tasks.chase_operations")
def chase_operations() -> None:
    """Look up every money command that has no answer; one that hangs delays no other."""
    for operation_id in operations.operations_to_chase():
        chase_operation.apply_async((operation_id,), expires=CHASE_SECONDS)


@shared_task(name="trading.tasks.chase_operation")
def chase_operation(operation_id: int) -> None:
    """Settle one money command as far as it can be; what is still unknown is asked again."""
    with contextlib.suppress(Later):
        looking_up.look_up(operation_id=operation_id, actor=CHASER, now=clock.now())


@shared_task(name="trading.tasks.match_by_hand")
def match_by_hand() -> None:
    """Find in the mirror what people booked for us in the MT4 Manager."""
    for operation_id in by_hand.to_match():
        booking.match(operation_id=operation_id, actor=CHASER, now=clock.now())


@shared_task(name="trading.tasks.chase_commands")
def chase_commands() -> None:
    """Bring on every account command that nobody is left to bring on."""
    for command_id in commands.to_chase(clock.now()):
        chase_command.apply_async((command_id,), expires=CHASE_SECONDS)


@shared_task(name="trading.tasks.chase_command")
def chase_command(command_id: int) -> None:
    """Bring one of them on as far as it can be."""
    with contextlib.suppress(Later):
        chasing.chase(command_id=command_id, actor=CHASER, now=clock.now())


@reacts_to(TicketVanished)
def notice_vanished(event: TicketVanished, *, actor: Actor, now: datetime) -> None:
    """A deleted ticket is somebody's deed."""
    attributing.note_vanished(told=event, now=now)


@shared_task(name="trading.tasks.watch_all")
def watch_all() -> None:
    """Give every active server its turn of being watched; one that hangs delays no other."""
    for server_id in servers.active_server_ids():
        watch_server.apply_async((server_id,), expires=TURN_SECONDS)


@shared_task(
    name="trading.tasks.watch_server",
    soft_time_limit=SOFT_LIMIT_SECONDS,
    time_limit=HARD_LIMIT_SECONDS,
)
def watch_server(server_id: int) -> None:
    """Find out what others did to one server, and who."""
    with contextlib.suppress(Later):
        attributing.watch_server(server_id=server_id, actor=WATCHER, now=clock.now())
