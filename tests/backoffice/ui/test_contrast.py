"""Every text and control colour has the contrast that WCAG 2.2 AA asks for, on every background."""

import re
from pathlib import Path

import pytest

TOKENS = Path(__file__).parents[3] / "static" / "css" / "tokens.css"
PAIR = re.compile(r"--([a-z0-9-]+): light-dark\(#([0-9A-Fa-f]{6}), #([0-9A-Fa-f]{6})\)")
GROUNDS = ("surface", "canvas", "sunken", "hover", "selected")
TEXTS = ("text", "text-2", "text-3", "accent", "profit", "loss")
CONTROLS = ("control", "accent")
MEANINGS = ("ok", "warn", "danger", "info")
THEMES = (0, 1)


def colours(theme: int) -> dict[str, str]:
    return {name: pair[theme] for name, *pair in PAIR.findall(TOKENS.read_text())}


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_formula_gives_the_known_extremes() -> None:
    assert contrast("FFFFFF", "000000") == pytest.approx(21)
    assert contrast("777777", "777777") == pytest.approx(1)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("text", TEXTS)
def test_text_is_readable_on_every_ground(theme: int, ground: str, text: str) -> None:
    found = colours(theme)
    assert contrast(found[text], found[ground]) >= 4.5


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("control", CONTROLS + tuple(f"hue-{number}" for number in range(10)))
def test_controls_and_dots_stand_out(theme: int, ground: str, control: str) -> None:
    found = colours(theme)
    assert contrast(found[control], found[ground]) >= 3


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("meaning", MEANINGS)
def test_badges_are_readable_on_their_tint(theme: int, meaning: str) -> None:
    found = colours(theme)
    assert contrast(found[meaning], found[f"{meaning}-tint"]) >= 4.5


@pytest.mark.parametrize("theme", THEMES)
def test_ageing_is_readable_where_ages_stand(theme: int) -> None:
    found = colours(theme)
    for ground in GROUNDS:
        assert contrast(found["warn"], found[ground]) >= 4.5
        assert contrast(found["danger"], found[ground]) >= 4.5


@pytest.mark.parametrize("theme", THEMES)
def test_primary_button_is_readable(theme: int) -> None:
    found = colours(theme)
    assert contrast(found["on-accent"], found["accent"]) >= 4.5
