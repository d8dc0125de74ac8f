"""Every step that the model can take, the faults among them. `without`: guards removed."""

from collections.abc import Iterator

from tests.prove.model.state import (
    ABANDONED,
    ABSENT,
    ALIVE,
    CONFIRMED,
    DEADLINE,
    IDLE,
    LAG,
    MANUAL,
    NEW,
    REFUSED,
    SENDING,
    TERMINAL,
    TRANSPORT,
    UNKNOWN,
    Attempt,
    Bounds,
    Bytes,
    Command,
    State,
)

Step = tuple[str, State]
Without = frozenset[str]


def following(now: State, bounds: Bounds, without: Without) -> Iterator[Step]:
    """Yield what can happen next, each with its name."""
    yield "time passes", _ticked(now)
    for number in range(len(now.workers)):
        yield from _worker(now, number, bounds, without)
    yield from _searcher(now, bounds, without)
    yield from _agent(now, without)
    yield from _metatrader(now)
    yield from _people(now, without)


def _ticked(now: State) -> State:
    """Return the state a tick later."""
    return now._replace(
        deadline=max(0, now.deadline - 1),
        settling=max(0, now.settling - 1),
        again=now.again if now.again < 0 else max(0, now.again - 1),
        wire=tuple(sorted(Command(one.attempt, max(0, one.left - 1)) for one in now.wire)),
        pipe=tuple(
            sorted(
                one if one.left == ALIVE else Bytes(one.attempt, one.left - 1)
                for one in now.pipe
                if one.left == ALIVE or one.left > 1
            )
        ),
        records=tuple(max(0, left - 1) for left in now.records),
    )


# The books


def _moved(now: State, state: str, without: Without) -> State:
    """Move the operation; what is over stays over, unless that is the guard that is missing."""
    if now.state in TERMINAL and state != now.state:
        if "terminal" not in without:
            return now
        return now._replace(state=state, wrong=f"{now.state} became {state}")
    return now._replace(state=state)


def _begun(now: State, attempts: int) -> State:
    was = now.state if now.state in TERMINAL else ""
    return now._replace(
        state=SENDING,
        attempts=attempts,
        deadline=DEADLINE,
        settling=DEADLINE + TRANSPORT + LAG + 1,
        closed=False,
        again=-1,
        same_journal=True,
        wrong=f"{was} was begun again" if was else now.wrong,
    )


# Who sends


def _worker(now: State, number: int, bounds: Bounds, without: Without) -> Iterator[Step]:
    step = now.workers[number][0]
    name = f"sender {number + 1}"
    if step == "idle":
        yield from _beginning(now, number, name, bounds, without)
        return
    if now.crashes:
        yield f"{name} dies", _at(now, number, IDLE)._replace(crashes=now.crashes - 1)
    yield from _going_on(now, number, name, without)


def _beginning(
    now: State, number: int, name: str, bounds: Bounds, without: Without
) -> Iterator[Step]:
    free = now.state in (NEW, ABSENT) or ("status" in without and now.state not in TERMINAL)
    if not free or now.attempts >= bounds.attempts or not now.trusted:
        return  # an agent whose journal nobody vouches for is asked first, and says so
    if "row lock" in without:
        yield f"{name} reads", _at(now, number, ("read", now.attempts, ""))
        return
    begun = _begun(now, now.attempts + 1)
    yield f"{name} begins attempt {begun.attempts}", _at(begun, number, _to_send(begun))


def _to_send(begun: State) -> tuple[str, int, str]:
    return ("began", begun.attempts, "")


def _going_on(now: State, number: int, name: str, without: Without) -> Iterator[Step]:
    step, attempt, told = now.workers[number]
    if step == "read":
        begun = _begun(now, attempt + 1)
        yield f"{name} writes attempt {begun.attempts}", _at(begun, number, _to_send(begun))
    elif step == "began":
        # How much of its time is left the command itself knows; a sender may have slept long.
        for left in (0, now.deadline) if attempt == now.attempts and now.deadline else (0,):
            wire = tuple(sorted((*now.wire, Command(attempt, left))))
            late = "" if left else " late"
            yield (
                f"{name} sends {attempt}{late}",
                _at(now, number, ("waits", attempt, ""))._replace(wire=wire),
            )
    elif step == "waits":
        yield f"{name} stops waiting", _at(now, number, ("heard", attempt, "uncertain"))
        for answer in now.answers:
            if answer[0] == attempt:
                left_over = tuple(one for one in now.answers if one != answer)
                heard = _at(now, number, ("heard", *answer))
                yield f"{name} hears {answer[1]}", heard._replace(answers=left_over)
    elif step == "heard":
        recorded = _answered(now, attempt, told, without)
        yield f"{name} records {told}", _at(recorded, number, IDLE)


def _answered(now: State, attempt: int, told: str, without: Without) -> State:
    if attempt != now.attempts and "current" not in without:
        return now
    if told == "uncertain" and "unknown" in without:
        told = "refused"
    is_open = now.state in (SENDING, UNKNOWN)
    if told == "done" and (is_open or "terminal" in without):
        return _moved(now, CONFIRMED, without)
    if told == "refused" and (now.state == SENDING or "terminal" in without):
        return _moved(now, REFUSED, without)
    if told == "too late" and now.state == SENDING:
        return _moved(now, ABSENT, without)
    if told == "uncertain" and now.state == SENDING:
        return _moved(now, UNKNOWN, without)
    return now


def _at(now: State, number: int, worker: tuple[str, int, str]) -> State:
    workers = list(now.workers)
    workers[number] = worker
    return now._replace(workers=tuple(workers))


# Who searches: closes, searches, proves. Anybody of ours may, so this is one more process.


def _searcher(now: State, bounds: Bounds, without: Without) -> Iterator[Step]:
    if now.state == ABSENT:
        yield "it is given up", _moved(now, ABANDONED, without)
        if now.attempts >= bounds.attempts:
            yield "it was tried too often", _moved(now, MANUAL, without)
    attempt, found = now.searched
    if found >= 0:
        yield "the search is recorded", _recorded(now, attempt, found, without)
        return
    if now.state == SENDING and not now.deadline:
        yield "nobody was left to hear", _moved(now, UNKNOWN, without)
    if now.state != UNKNOWN or (now.agent != IDLE and "in line" not in without):
        return
    if not now.closed and "closing" not in without:
        yield "the attempt is closed", _closed(now, without)
        return
    for count in _seen(now, without):
        yield f"a search finds {count}", now._replace(searched=(now.attempts, count))


def _closed(now: State, without: Without) -> State:
    known = _known(now, now.attempts)
    after = _noted(now, now.attempts, known._replace(closed=True))
    after = after._replace(closed=True, settling=now.deadline + TRANSPORT + LAG + 1)
    return _cut(after) if known.sent and known.here and "reconnect" not in without else after


def _seen(now: State, without: Without) -> tuple[int, ...]:
    """Return how many records a search may find: an old one shows, a young one may."""
    if "marker" in without or now.astray:
        return (0,)
    sure = sum(1 for left in now.records if not left)
    return tuple(range(sure, len(now.records) + 1))


def _recorded(now: State, attempt: int, found: int, without: Without) -> State:
    done = now._replace(searched=(0, -1))
    if attempt != now.attempts or now.state != UNKNOWN:
        return done
    if found:
        return _moved(done, CONFIRMED if found == 1 else MANUAL, without)
    if now.settling and "settle" not in without:
        return done
    if not now.same_journal and "journal id" not in without:
        return _moved(done, MANUAL, without)
    if "second search" not in without:
        if now.again < 0:
            return done._replace(again=LAG)
        if now.again:
            return done
    return _moved(done, ABSENT, without)


# The agent: one command at a time, the gate, the journal


def _agent(now: State, without: Without) -> Iterator[Step]:
    if now.agent == IDLE:
        yield from _taken(now, without)
    else:
        yield from _on_its_way(now, without)
        if now.crashes:
            yield "the agent dies", _cut(now._replace(agent=IDLE, crashes=now.crashes - 1))
    if now.losses:
        lost = now._replace(
            agent=IDLE,
            journal=(),
            same_journal=False,
            losses=now.losses - 1,
            trusted="lost journal" in without,
        )
        yield "the agent's journal is lost", _cut(lost)
        yield "another agent stands at its address", _cut(lost._replace(astray=True))
    if now.astray:
        yield "the right agent stands there again", now._replace(astray=False, same_journal=False)


def _taken(now: State, without: Without) -> Iterator[Step]:
    for command in sorted(set(now.wire)):
        left = list(now.wire)
        left.remove(command)
        yield from _delivered(now._replace(wire=tuple(left)), command, without)
        if now.twins:
            yield from _delivered(now._replace(twins=now.twins - 1), command, without)


def _on_its_way(now: State, without: Without) -> Iterator[Step]:
    step, attempt, _ = now.agent
    noted = _known(now, attempt)._replace(sent=True, here=True)
    if step == "passed":
        if "intent first" in without:
            yield "bytes leave, nothing noted", _left(now, attempt, "unnoted")
        else:
            after = _noted(now, attempt, noted)
            yield "the intent is on disk", after._replace(agent=("armed", attempt, ""))
    elif step == "armed":
        yield "bytes leave", _left(now, attempt, "asked")
    elif step == "unnoted":
        after = _noted(now, attempt, noted)
        yield "the intent follows", after._replace(agent=("asked", attempt, ""))
    elif step == "asked":
        lost = now._replace(agent=IDLE, answers=_told(now, attempt, "uncertain"))
        yield "no answer comes", lost


def _delivered(now: State, command: Command, without: Without) -> Iterator[Step]:
    attempt, left = command
    known = _known(now, attempt)
    if not now.trusted:
        yield "the gate knows no journal", now
    elif known.closed and "closed" not in without:
        yield f"the gate refuses {attempt}: closed", now
    elif "journal" not in without and not _is_fresh(now, attempt):
        yield f"the gate refuses {attempt}: seen", now
    elif not left and "deadline" not in without:
        late = now._replace(answers=_told(now, attempt, "too late"))
        yield f"the gate refuses {attempt}: too late", late
    else:
        yield f"the gate lets {attempt} pass", now._replace(agent=("passed", attempt, ""))


def _is_fresh(now: State, attempt: int) -> bool:
    """Say whether no later attempt is known, this one was not sent, every earlier one is closed."""
    for number, one in enumerate(now.journal, start=1):
        if one == Attempt():
            continue
        if number > attempt or (number == attempt and one.sent):
            return False
        if number < attempt and not one.closed:
            return False
    return True


def _left(now: State, attempt: int, step: str) -> State:
    pipe = tuple(sorted((*now.pipe, Bytes(attempt, ALIVE))))
    return now._replace(pipe=pipe, agent=(step, attempt, ""))


def _cut(now: State) -> State:
    """Return the state with a new connection: what the old one carried comes soon, or never."""
    return now._replace(
        journal=tuple(one._replace(here=False) for one in now.journal),
        pipe=tuple(
            sorted(
                Bytes(one.attempt, TRANSPORT + 1) if one.left == ALIVE else one for one in now.pipe
            )
        ),
    )


def _known(now: State, attempt: int) -> Attempt:
    return now.journal[attempt - 1] if 0 < attempt <= len(now.journal) else Attempt()


def _noted(now: State, attempt: int, what: Attempt) -> State:
    journal = list(now.journal)
    while len(journal) < attempt:
        journal.append(Attempt())
    journal[attempt - 1] = what
    return now._replace(journal=tuple(journal))


def _told(now: State, attempt: int, words: str) -> tuple[tuple[int, str], ...]:
    """Return the answers on their way with this one; to an attempt nobody waits for it is lost."""
    if not any(one[1] == attempt and one[0] in ("began", "waits") for one in now.workers):
        return now.answers
    return tuple(sorted({*now.answers, (attempt, words)}))


# MetaTrader


def _metatrader(now: State) -> Iterator[Step]:
    """Yield what becomes of bytes: those of a living connection may wait for ever."""
    for one in sorted(set(now.pipe)):
        left = list(now.pipe)
        left.remove(one)
        after = now._replace(pipe=tuple(left))
        yield f"attempt {one.attempt} is lost on the way", after
        booked = after._replace(records=tuple(sorted((*now.records, LAG))))
        yield f"attempt {one.attempt} is booked, not answered", booked
        if now.agent == ("asked", one.attempt, "") and one.left == ALIVE:
            yes = booked._replace(agent=IDLE, answers=_told(now, one.attempt, "done"))
            yield f"attempt {one.attempt} is booked and answered", yes
            no = after._replace(agent=IDLE, answers=_told(now, one.attempt, "refused"))
            yield f"attempt {one.attempt} is refused", no


# People: what a lost journal leaves to them


def _people(now: State, without: Without) -> Iterator[Step]:
    """Two people vouch for a new journal: nothing is open, no command is in time any more."""
    is_settled = now.state not in (SENDING, UNKNOWN)
    is_late = not now.deadline or "journal wait" in without
    if not now.trusted and not now.astray and is_settled and is_late:
        yield "two people confirm the new journal", now._replace(trusted=True)
