"""The program that asks a page once, in process, and writes down its queries and its text.

python -m tests.bench.page_queries PATH
"""

import json
import os
import sys
from pathlib import Path

import django

if __name__ == "__main__":
    django.setup()  # before anything that has models

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext


def main(path: str) -> None:
    """Ask twice (the first fills caches), keep the second."""
    browser = Client(headers={"host": "127.0.0.1"})
    for name, value in json.loads(os.environ["BENCH_COOKIES"]).items():
        browser.cookies[name] = value
    browser.get(path)
    with CaptureQueriesContext(connection) as captured:
        answer = browser.get(path)
    if answer.status_code != 200:
        raise SystemExit(f"{path} answered {answer.status_code}")
    queries = [one["sql"] for one in captured if one["sql"].lstrip().startswith("SELECT")]
    body = answer.content.decode()
    Path(os.environ["BENCH_PAGE"]).write_text(json.dumps({"queries": queries, "body": body}))
    told = {"queries": len(queries), "bytes": len(answer.content)}
    sys.stdout.write("\n" + json.dumps(told) + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
