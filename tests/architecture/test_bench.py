"""The bench can be started: what it measures moves, and nobody runs a bench every day."""

import importlib


def test_every_bench_finds_what_it_measures() -> None:
    """All that `make bench` begins with, and the programs that it starts within our code."""
    begun = importlib.import_module("tests.bench.__main__")
    assert "mirror" in begun.BENCHES
    importlib.import_module("tests.bench.mirror.loading")
