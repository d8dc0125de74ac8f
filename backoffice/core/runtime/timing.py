"""How long pages take on the server: in each answer's header, and as the footer's rolling p95."""

import time
from collections import deque
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse

KEPT = 200  # pages; enough for a p95 that answers to what just happened

_page_ms: deque[float] = deque(maxlen=KEPT)


class PageTime:
    """What the footer shows of one page: how long it has taken so far, and the rolling p95."""

    def __init__(self) -> None:
        self._started = time.perf_counter()

    @property
    def elapsed_ms(self) -> int:
        """Milliseconds since the request came in."""
        return round(self.exact_ms)

    @property
    def exact_ms(self) -> float:
        """The same, with its fractions."""
        return (time.perf_counter() - self._started) * 1000

    @property
    def p95_ms(self) -> int | None:
        """The rolling p95 of this process's pages; None before the first one."""
        return p95_ms()


class PageTimeMiddleware:
    """Sets `Server-Timing` on every answer, and counts every HTML page into the rolling p95."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Time the rest of the stack."""
        timing = request.page_time = PageTime()  # type: ignore[attr-defined]
        response = self.get_response(request)
        took = timing.exact_ms
        response["Server-Timing"] = f"page;dur={took:.1f}"
        if response.get("Content-Type", "").startswith("text/html"):
            _page_ms.append(took)
        return response


def page_time(request: HttpRequest) -> dict[str, Any]:
    """Give templates `page_time` (context processor): `elapsed_ms` and `p95_ms`."""
    return {"page_time": getattr(request, "page_time", None) or PageTime()}


def p95_ms() -> int | None:
    """Return the p95 of the latest pages of this process in milliseconds; None before the first."""
    latest = sorted(_page_ms.copy())
    if not latest:
        return None
    return round(latest[max(0, -(-len(latest) * 95 // 100) - 1)])
