"""restrict(): each level of reach sees its rows, and a path that is missing shows nothing."""

from dataclasses import dataclass

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.http import Http404
from django.test.utils import CaptureQueriesContext

from backoffice.core.access import Level, Reach, Scope, get_or_404_for, reaches, restrict
from backoffice.core.models import Work
from tests.backoffice.core.probes import NOON, drop

pytestmark = pytest.mark.django_db
OWN, DESK, ENTITY, ALL = Level.OWN, Level.DESK, Level.ENTITY, Level.ALL

# Rows of the work list stand in for clients: (owner, desk, legal entity) by three of its numbers.
OWNER, OTHER = 501, 502
ROWS = {
    "mine": (OWNER, 1, 10),
    "desk": (OTHER, 1, 10),
    "entity": (OTHER, 2, 10),
    "far": (OTHER, 2, 20),
}
WHOLE = Scope(owner="run_after__year", desk="attempts", entity="lease_until__year")


@dataclass
class Visitor:
    reaches: Reach | tuple[Reach, ...] | None

    def reach(self, permission):
        return self.reaches if permission == "probe.thing.view" else None


@pytest.fixture
def scoped(monkeypatch):
    """Let the work list have the scope that a test names, and four rows of known owners."""

    def choose(scope):
        monkeypatch.setattr(Work, "scope", scope, raising=False)

    drop(1)
    drop(2)
    for row, (name, (owner, desk, entity)) in zip(Work.objects.all(), ROWS.items(), strict=True):
        Work.objects.filter(pk=row.pk).update(
            reaction=name,
            run_after=NOON.replace(year=owner + 1500),
            attempts=desk,
            lease_until=NOON.replace(year=2000 + entity),
        )
    choose(WHOLE)
    return choose


def _reach(level, *, desks=(), entities=None):
    chosen = None if entities is None else frozenset(2000 + entity for entity in entities)
    return Reach(level, OWNER + 1500, frozenset(desks), chosen)


def _seen(*ways):
    visitor = Visitor(ways[0] if len(ways) == 1 else ways)
    seen = set(
        restrict(Work.objects.all(), visitor, "probe.thing.view").values_list("reaction", flat=True)
    )
    one_by_one = {
        row.reaction for row in Work.objects.all() if reaches(row, visitor, "probe.thing.view")
    }
    assert one_by_one == seen
    return seen


@pytest.mark.usefixtures("scoped")
@pytest.mark.parametrize(
    ("reach", "seen"),
    [
        (_reach(OWN), {"mine"}),
        (_reach(DESK, desks=[1]), {"mine", "desk"}),
        (_reach(DESK), {"mine"}),  # nobody is cut off from their own
        (_reach(DESK, desks=[2]), {"mine", "entity", "far"}),
        (_reach(DESK, desks=[2], entities=[10]), {"mine", "entity"}),
        (_reach(ENTITY, entities=[10]), {"mine", "desk", "entity"}),
        (_reach(ENTITY, entities=[20]), {"far"}),
        (_reach(ENTITY, entities=[]), set()),
        (_reach(ENTITY), set(ROWS)),
        (_reach(ALL), set(ROWS)),
        (_reach(ALL, entities=[20]), {"far"}),
        (_reach(OWN, entities=[20]), set()),
    ],
)
def test_each_level_sees_its_rows(reach, seen):
    assert _seen(reach) == seen


@pytest.mark.usefixtures("scoped")
def test_several_reaches_are_united():
    assert _seen(_reach(OWN), _reach(ENTITY, entities=[20])) == {"mine", "far"}
    assert _seen(_reach(OWN), _reach(ALL)) == set(ROWS)


@pytest.mark.usefixtures("scoped")
def test_without_the_permission_nothing_is_seen_and_nothing_is_asked():
    with CaptureQueriesContext(connection) as sent:
        assert not list(restrict(Work.objects.all(), Visitor(None), "probe.thing.view"))
        assert not list(restrict(Work.objects.all(), Visitor(_reach(ALL)), "probe.thing.eat"))
        assert not reaches(Work(), Visitor(None), "probe.thing.view")
    assert len(sent.captured_queries) == 0


@pytest.mark.parametrize(
    ("scope", "reach", "seen"),
    [
        (Scope(), _reach(OWN), set()),
        (Scope(), _reach(DESK, desks=[1, 2]), set()),
        (Scope(), _reach(ALL), set(ROWS)),
        (Scope(), _reach(ALL, entities=[10]), set()),
        (Scope(entity="lease_until__year"), _reach(OWN), set()),
        (Scope(entity="lease_until__year"), _reach(ENTITY, entities=[20]), {"far"}),
        (Scope(shared=True), _reach(OWN, entities=[20]), set(ROWS)),
    ],
)
def test_a_path_that_is_missing_shows_nothing(scoped, scope, reach, seen):
    scoped(scope)
    assert _seen(reach) == seen


def test_a_model_must_say_its_scope():
    with pytest.raises(ImproperlyConfigured, match="Work does not say its scope"):
        restrict(Work.objects.all(), Visitor(_reach(ALL)), "probe.thing.view")


@pytest.mark.usefixtures("scoped")
def test_out_of_reach_looks_like_absent():
    ids = dict(Work.objects.values_list("reaction", "pk"))
    visitor = Visitor(_reach(OWN))
    mine = get_or_404_for(Work.objects.all(), visitor, "probe.thing.view", pk=ids["mine"])
    assert mine.reaction == "mine"
    refusals = []
    for pk in (ids["far"], max(ids.values()) + 1):
        with pytest.raises(Http404) as refusal:
            get_or_404_for(Work.objects.all(), visitor, "probe.thing.view", pk=pk)
        refusals.append(str(refusal.value))
    assert refusals[0] == refusals[1]


@pytest.mark.usefixtures("scoped")
def test_whoever_sees_everything_pays_for_no_condition():
    query = restrict(Work.objects.all(), Visitor(_reach(ALL)), "probe.thing.view").query
    assert "WHERE" not in str(query)


def test_a_row_that_was_read_is_not_asked_for_again_by_whoever_sees_everything(scoped):
    row = Work.objects.all()[0]
    with CaptureQueriesContext(connection) as sent:
        assert reaches(row, Visitor(_reach(ALL)), "probe.thing.view")
    assert len(sent.captured_queries) == 0
