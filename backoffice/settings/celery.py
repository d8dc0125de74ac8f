"""Celery: the doorbell of the work list, and the one table of what runs when.

What must not be lost is in PostgreSQL; so there is no result backend, messages are JSON and carry
ids only, and a task may run twice.
"""

from datetime import timedelta

from celery.schedules import crontab
from kombu import Queue

from backoffice.settings import redis

CELERY_BROKER_URL = redis.broker()
CELERY_RESULT_BACKEND = None
CELERY_TASK_IGNORE_RESULT = True
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_SERIALIZER = "json"
CELERY_TIMEZONE = "UTC"
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
# A worker takes from all in turn: a comparison of every account stands in nobody's way, and money
# without an answer is looked up where everything else waits longer than its messages live.
CELERY_TASK_DEFAULT_QUEUE = "celery"
_QUEUED = {
    "thorough": ("accounts.tasks.compare_accounts", "accounts.tasks.reconcile_day"),
    "unsettled": (
        "trading.tasks.chase_operations",
        "trading.tasks.chase_operation",
        "accounts.tasks.push_payments",
        "accounts.tasks.push_payment",
        "accounts.tasks.push_deposits",
        "accounts.tasks.push_deposit",
        "accounts.tasks.push_transfers",
        "accounts.tasks.push_transfer",
        "accounts.tasks.push_adjustments",
        "accounts.tasks.push_adjustment",
    ),
}
CELERY_TASK_QUEUES = [
    Queue(name, routing_key=name) for name in (CELERY_TASK_DEFAULT_QUEUE, *_QUEUED)
]
CELERY_TASK_ROUTES = {task: {"queue": name} for name, tasks in _QUEUED.items() for task in tasks}
CELERY_TASK_SOFT_TIME_LIMIT = 230
CELERY_TASK_TIME_LIMIT = 240  # shorter than a work lease (core/work.py)
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_SEND_TASK_EVENTS = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # a worker waits for Redis as long as it takes
# A web request that rings must not hang when Redis does.
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BROKER_CONNECTION_TIMEOUT = 0.5
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "socket_connect_timeout": 0.5,
    "socket_timeout": 2,
    "visibility_timeout": 600,
    "max_retries": 1,
    "interval_start": 0,
    "interval_max": 0.2,
}

CELERY_BEAT_SCHEDULE = {
    "core-sweep": {
        "task": "backoffice.core.tasks.sweep",
        "schedule": timedelta(seconds=5),
        "options": {"expires": 5},
    },
    "identity-clear-old-sign-ins": {
        "task": "backoffice.identity.tasks.clear_old_sign_ins",
        "schedule": timedelta(hours=6),
        "options": {"expires": 3600},
    },
    "approvals-expire": {
        "task": "backoffice.approvals.tasks.expire_late",
        "schedule": timedelta(seconds=30),
        "options": {"expires": 30},
    },
    "trading-sync": {
        "task": "trading.tasks.sync_all",
        "schedule": timedelta(seconds=15),
        "options": {"expires": 15},
    },
    "trading-compare": {
        "task": "trading.tasks.compare_all",
        "schedule": timedelta(minutes=5),
        "options": {"expires": 60},
    },
    "trading-verify": {
        "task": "trading.tasks.verify_all",
        "schedule": crontab(hour="2", minute="40"),
        "options": {"expires": 3600},
    },
    "trading-match-by-hand": {
        "task": "trading.tasks.match_by_hand",
        "schedule": timedelta(seconds=5),
        "options": {"expires": 5},
    },
    "trading-chase": {
        "task": "trading.tasks.chase_operations",
        "schedule": timedelta(seconds=5),
        "options": {"expires": 5},
    },
    "trading-chase-commands": {
        "task": "trading.tasks.chase_commands",
        "schedule": timedelta(seconds=10),
        "options": {"expires": 10},
    },
    "trading-watch": {
        "task": "trading.tasks.watch_all",
        "schedule": timedelta(seconds=15),
        "options": {"expires": 15},
    },
    "accounts-push": {
        "task": "accounts.tasks.push_payments",
        "schedule": timedelta(seconds=5),
        "options": {"expires": 5},
    },
    "accounts-find-denied": {
        "task": "accounts.tasks.find_denied",
        "schedule": timedelta(seconds=30),
        "options": {"expires": 30},
    },
    "accounts-push-deposits": {
        "task": "accounts.tasks.push_deposits",
        "schedule": timedelta(seconds=5),
        "options": {"expires": 5},
    },
    "accounts-push-transfers": {
        "task": "accounts.tasks.push_transfers",
        "schedule": timedelta(seconds=5),
        "options": {"expires": 5},
    },
    "accounts-tell-promises": {
        "task": "accounts.tasks.tell_promises",
        "schedule": timedelta(minutes=5),
        "options": {"expires": 300},
    },
    "accounts-end-credits": {
        "task": "accounts.tasks.end_credits",
        "schedule": timedelta(minutes=1),
        "options": {"expires": 60},
    },
    "accounts-push-bulk": {
        "task": "accounts.tasks.push_bulk",
        "schedule": timedelta(seconds=2),
        "options": {"expires": 2},
    },
    "accounts-push-adjustments": {
        "task": "accounts.tasks.push_adjustments",
        "schedule": timedelta(seconds=5),
        "options": {"expires": 5},
    },
    "accounts-reconcile": {
        "task": "accounts.tasks.reconcile_all",
        "schedule": timedelta(minutes=5),
        "options": {"expires": 60},
    },
    "accounts-compare-moved": {
        "task": "accounts.tasks.compare_moved",
        "schedule": timedelta(seconds=10),
        "options": {"expires": 10},
    },
    "accounts-reconcile-day": {
        "task": "accounts.tasks.reconcile_day",
        "schedule": crontab(hour="0", minute="25"),
        "options": {"expires": 3600},
    },
    "machines-clear-old-calls": {
        "task": "backoffice.machines.tasks.clear_old_calls",
        "schedule": timedelta(minutes=10),
        "options": {"expires": 300},
    },
    "core-clear-finished": {
        "task": "backoffice.core.tasks.clear_finished",
        "schedule": timedelta(hours=6),
        "options": {"expires": 3600},
    },
}
