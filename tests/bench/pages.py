"""Pages through granian, beside a bare granian page that runs the same queries by raw psycopg."""

import json
import sys
import time

import httpx

from backoffice.demo.children import spawn, stop, wait_until
from backoffice.demo.processes import listens
from tests.bench.figures import Figure, middle
from tests.bench.stage import Stage
from tests.cluster import ROOT
from tests.journeys.running import free_port

ROUNDS, PER_ROUND, WARM = 8, 25, 10
WAITING = 120  # withdrawals in the queue: two pages and more


def measure(stage: Stage) -> list[Figure]:
    """Client list and profile, the approval queue and the page of one decision."""
    login = next(one["login"] for one in stage.demo.manager("open_trades"))
    profile = stage.profile_of(login)
    app = stage.environment(stage.database_url("mt4bo_app", "mt4bo"))
    waits = stage.run("-m", "tests.bench.waiting", str(WAITING), env=app)
    return [
        _page(stage, "page: client list", "/clients/", goal=12),
        _page(stage, "page: client profile", profile, goal=12),
        _page(stage, "page: approval queue", "/payments/?view=all", goal=12),
        _page(stage, "page: approval", f"/payments/{waits['payment']}/", goal=12),
    ]


def _page(stage: Stage, name: str, path: str, goal: float) -> Figure:
    told = stage.folder / "page.json"
    env = stage.environment(stage.database_url("mt4bo_app", "mt4bo"))
    env |= {"BENCH_PAGE": str(told), "BENCH_COOKIES": json.dumps(dict(stage.client.cookies))}
    facts = stage.run("-m", "tests.bench.page_queries", path, env=env)
    port = free_port()
    server = spawn(
        [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port",
         str(port), "--workers", "1", "--blocking-threads", "4", "--log-level", "warning",
         "tests.bench.bare_page:application"],
        log=stage.folder / "bare-page.log", cwd=ROOT, env=env,
    )  # fmt: skip
    try:
        wait_until(lambda: listens("127.0.0.1", port), seconds=20)
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as bare:
            ours_ms, bare_ms = _race(stage.client, bare, path)
    finally:
        stop(server)
    note = f"{facts['queries']} queries, {facts['bytes'] // 1024} KiB; one browser, its median"
    return Figure(name=name, unit="ms", ours=ours_ms, bare=bare_ms, goal=goal, note=note)


def _race(ours: httpx.Client, bare: httpx.Client, path: str) -> tuple[float, float]:
    """Medians in milliseconds; rounds take turns, so that both meet the same weather."""
    taken: dict[int, list[float]] = {0: [], 1: []}
    for turn in range(ROUNDS):
        for which, client in enumerate((ours, bare)):
            for request in range(PER_ROUND + (WARM if turn == 0 else 0)):
                start = time.monotonic()
                answer = client.get(path)
                if answer.status_code != 200:
                    raise RuntimeError(f"{path} answered {answer.status_code}")
                if turn or request >= WARM:
                    taken[which].append(1000 * (time.monotonic() - start))
    return middle(taken[0]), middle(taken[1])
