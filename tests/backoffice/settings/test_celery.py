"""The queues: what settles money has its turn, however much else waits."""

import pytest
from celery import current_app

LOOKS_UP = "trading.tasks.chase_operations"


def test_every_route_names_a_task_and_a_queue_that_workers_take_from():
    current_app.loader.import_default_modules()
    queues = {queue.name for queue in current_app.conf.task_queues}
    for task, route in current_app.conf.task_routes.items():
        assert task in current_app.tasks
        assert route["queue"] in queues


@pytest.mark.parametrize(
    ("each", "sender"),
    [
        ("trading.tasks.chase_operation", LOOKS_UP),
        ("accounts.tasks.push_payment", "accounts.tasks.push_payments"),
        ("accounts.tasks.push_deposit", "accounts.tasks.push_deposits"),
    ],
)
def test_who_is_sent_for_one_movement_stands_where_the_sender_stands(each, sender):
    routes = current_app.conf.task_routes
    assert routes[each] == routes[sender]


def test_money_without_an_answer_is_looked_up_though_much_else_waits(redis_server):
    for _ in range(30):
        current_app.send_task("trading.tasks.sync_all")
    current_app.send_task(LOOKS_UP)
    taken: list[str] = []
    with current_app.connection_for_read() as connection:
        connection.default_channel.basic_qos(0, 1, False)
        with current_app.amqp.TaskConsumer(connection) as consumer:
            consumer.on_message = lambda message: (
                taken.append(message.headers["task"]),
                message.ack(),
            )
            while len(taken) < 4:
                connection.drain_events(timeout=5)
    assert LOOKS_UP in taken
