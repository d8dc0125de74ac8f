"""Tests that share what is dear to make share a worker."""

import pytest

from tests.together import ROOT, TOGETHER, group_of


@pytest.mark.parametrize(
    ("name", "group"),
    [
        ("tests/journeys/test_demo.py::test_two_stand_side_by_side", "starts"),
        ("tests/journeys/test_kills.py::test_every_part_dies_once[web]", "journeys"),
        ("tests/architecture/test_tidy.py::test_tidy[sizes-lengths]", "laws"),
        ("tests/crm/test_x.py::test_y", "tests/crm/test_x.py::test_y"),
    ],
)
def test_a_test_goes_with_those_it_shares_with(name: str, group: str) -> None:
    assert group_of(name) == group


@pytest.mark.parametrize("path", TOGETHER)
def test_each_group_is_there(path: str) -> None:
    assert (ROOT / path).exists()
