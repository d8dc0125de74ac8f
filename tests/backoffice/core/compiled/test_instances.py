"""Instances made without Django's constructor are what Django's own are."""

import pytest
from django.db import models

from backoffice.core.compiled.instances import maker_of
from backoffice.core.models import EventRecord, Work
from tests.backoffice.core.probes import NOON, drop

NAMES = [field.attname for field in Work._meta.concrete_fields]


def _values():
    drop()
    return list(Work.objects.values_list(*NAMES).first())


@pytest.mark.django_db
def test_they_are_the_same():
    values = _values()
    ours = maker_of(Work).from_db("default", NAMES, values)
    djangos = Work.from_db("default", NAMES, values)
    state, expected = ours.__dict__.pop("_state"), djangos.__dict__.pop("_state")
    assert vars(ours) == vars(djangos)
    assert (state.adding, state.db) == (expected.adding, expected.db) == (False, "default")


@pytest.mark.django_db
def test_they_are_saved_and_joined_as_others_are():
    ours = maker_of(Work).from_db("default", NAMES, _values())
    assert ours.event == EventRecord.objects.get(pk=ours.event_id)
    ours.run_after = NOON
    ours.save()
    assert Work.objects.get(pk=ours.pk).run_after == NOON


@pytest.mark.django_db
def test_what_was_not_read_is_read_when_it_is_asked_for(django_assert_num_queries):
    values = _values()
    ours = maker_of(Work).from_db("default", NAMES[:2], values[:2])
    assert ours.get_deferred_fields() == set(NAMES[2:])
    with django_assert_num_queries(1):
        assert ours.reaction == values[NAMES.index("reaction")]


class Ceremonious(models.Model):
    """A model with a constructor of its own."""

    class Meta:
        app_label = "probe"  # of no app: nothing takes it for a table of ours
        managed = False

    def __init__(self, *arguments, **more):
        super().__init__(*arguments, **more)


def test_a_model_that_does_more_is_left_to_django():
    assert maker_of(Ceremonious) is Ceremonious
    assert maker_of(Work) is not Work
