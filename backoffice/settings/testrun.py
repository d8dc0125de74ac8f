"""Where a test run lives: a short folder of its own, with its database and Redis by unix socket.

The controller of a parallel run names it, its workers inherit the name. What the developer's shell
says of databases does not count: a test never meets a real one.
"""

import os
import secrets
import tempfile

_FOLDER = f"{tempfile.gettempdir()}/mt4bo-{secrets.token_hex(4)}"
RUN = os.environ.setdefault("MT4BO_TEST_RUN", _FOLDER)
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")

os.environ.update(
    ENVIRONMENT="test",
    DATABASE_URL=f"postgresql://mt4bo_app@/worker?host={RUN}/pg",
    DB_POOL="0",
    REDIS_URL=f"unix://{RUN}/redis-{WORKER}",
)
