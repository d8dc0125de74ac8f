"""Stops a process at a kill point: loaded by Python itself in every process of a run, inert else.

Python imports `sitecustomize` at its start from wherever PYTHONPATH says; without MT4BO_KILL_POINTS
it does nothing. With it, functions of the table are wrapped when their module is loaded. A point is
armed by a file `armed-GROUP-NUMBER` in that folder (the process group that is to stop there);
whoever takes the file writes down what it was doing, as `reached-PID`, and stops (SIGSTOP) until
somebody kills it or lets it go on. A file `gate-off` opens the agent's send gate, for the positive
control.
"""

import functools
import json
import os
import re
import signal
import sys

FOLDER = os.environ.get("MT4BO_KILL_POINTS", "")
_MARKER = re.compile(r"BO:[0-9A-Z]{22}")
_PAYMENT = re.compile(r"payment:(\d+)")
_ROWS = {"Payment": "payment_id", "BalanceOperation": "operation_id"}


def _said(arguments, fields):
    """What the arguments of a call say about whose call it is."""
    told = {}
    for value in [*arguments, *fields.values()]:
        name = _ROWS.get(type(value).__name__)
        if name is not None:
            told.setdefault(name, value.pk)
        if hasattr(value, "operation_id"):
            told.setdefault("operation_id", value.operation_id)
        if hasattr(value, "requisite") and hasattr(value, "key"):
            told.setdefault("key", str(value.key))
        text = f"{value!r} {getattr(value, '__dict__', '')!r}"
        for kind, pattern in (("marker", _MARKER), ("payment_id", _PAYMENT)):
            if found := pattern.search(text):
                told.setdefault(kind, found[found.lastindex or 0])
    told |= {name: fields[name] for name in ("payment_id", "operation_id") if name in fields}
    return told


def _pass(number, arguments, fields):
    """Go on, unless this point is armed for us."""
    armed = os.path.join(FOLDER, f"armed-{os.getpgrp()}-{number}")
    mine = os.path.join(FOLDER, f"reached-{os.getpid()}")
    try:
        os.rename(armed, mine + ".half")  # one of us takes it
    except OSError:
        return
    with open(mine + ".half", "w") as out:
        json.dump({"pid": os.getpid(), **_said(arguments, fields)}, out)
    os.rename(mine + ".half", mine)
    os.kill(os.getpid(), signal.SIGSTOP)


def _concerns(only, arguments):
    return not only or any(isinstance(one, dict) and one.get("verb") == only for one in arguments)


def _wrapped(run, number, point):
    if run.__code__.co_flags & 0x80:  # a coroutine function

        @functools.wraps(run)
        async def walk(*arguments, **fields):
            if point.side == "before":
                _pass(number, arguments, fields)
            result = await run(*arguments, **fields)
            if point.side == "after":
                _pass(number, arguments, fields)
            return result

        return walk

    @functools.wraps(run)
    def call(*arguments, **fields):
        concerned = _concerns(point.only, arguments)
        if concerned and point.side == "before":
            _pass(number, arguments, fields)
        result = run(*arguments, **fields)
        if concerned and point.side == "after":
            _pass(number, arguments, fields)
        return result

    return call


def _arm(module, points):
    for number, point in points:
        *owners, name = point.function.split(".")
        owner = functools.reduce(lambda at, step: getattr(at, step, None), owners, module)
        # A point whose function is gone is a test's to report, not a demo's to die of.
        if hasattr(owner, name):
            setattr(owner, name, _wrapped(getattr(owner, name), number, point))


def _open_gate(module):
    """Let the gate's checks be switched off by a file; the intent is still written."""
    check = module.Gate.check

    def perhaps(self, passage):
        if not os.path.exists(os.path.join(FOLDER, "gate-off")):
            check(self, passage)

    module.Gate.check = perhaps


class _Finder:
    """Finds the modules of the table as Python does, and wraps what they define."""

    def __init__(self, points):
        self._by_module = {}
        for number, point in enumerate(points.values()):
            self._by_module.setdefault(point.module, []).append((number, point))

    def find_spec(self, name, path=None, target=None):
        if name not in self._by_module:
            return None
        from importlib.machinery import PathFinder

        spec = PathFinder.find_spec(name, path)
        if spec is None or spec.loader is None:
            return None
        execute = spec.loader.exec_module

        def executed(module):
            execute(module)
            _arm(module, self._by_module[name])
            if name == "trading.gateway.agent.gate":
                _open_gate(module)

        spec.loader.exec_module = executed
        return spec


if FOLDER:
    from kill_points import POINTS

    sys.meta_path.insert(0, _Finder(POINTS))
