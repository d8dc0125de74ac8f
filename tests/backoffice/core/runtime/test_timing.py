"""Page times: a header on every answer, a rolling p95 of HTML pages, both for the footer."""

import re
from collections import deque

import pytest
from django.http import HttpResponse
from django.template import Context, Template
from django.test import RequestFactory

from backoffice.core.runtime import timing


@pytest.fixture(autouse=True)
def _forget(monkeypatch):
    monkeypatch.setattr(timing, "_page_ms", deque(maxlen=timing.KEPT))


def _answer(content_type):
    middleware = timing.PageTimeMiddleware(lambda request: HttpResponse(content_type=content_type))
    return middleware(RequestFactory().get("/"))


def test_every_answer_tells_its_time_and_pages_are_counted():
    assert timing.p95_ms() is None
    for content_type in ("text/html; charset=utf-8", "application/json", "text/css"):
        answer = _answer(content_type)
        assert re.fullmatch(r"page;dur=\d+\.\d", answer["Server-Timing"])
    assert len(timing._page_ms) == 1
    assert isinstance(timing.p95_ms(), int)


@pytest.mark.parametrize(
    ("pages", "p95"),
    [([7.4], 7), ([1] * 19 + [500], 1), ([1] * 18 + [500, 500], 500), (range(1, 101), 95)],
)
def test_p95(pages, p95):
    timing._page_ms.extend(pages)
    assert timing.p95_ms() == p95


def test_old_pages_are_forgotten():
    timing._page_ms.extend([900] * timing.KEPT)
    timing._page_ms.extend([3] * timing.KEPT)
    assert (len(timing._page_ms), timing.p95_ms()) == (timing.KEPT, 3)


def test_a_template_shows_both():
    timing._page_ms.extend([12] * 20)
    request = RequestFactory().get("/")
    timing.PageTimeMiddleware(lambda request: HttpResponse())(request)
    page = Template("page {{ page_time.elapsed_ms }} ms · p95 {{ page_time.p95_ms }} ms")
    shown = page.render(Context(timing.page_time(request)))
    assert re.fullmatch(r"page \d+ ms · p95 12 ms", shown)


def test_a_template_without_the_middleware_shows_no_error():
    assert timing.page_time(RequestFactory().get("/"))["page_time"].p95_ms is None
