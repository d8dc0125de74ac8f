"""Every country there is, by its code and its names."""

from importlib.resources import files

from crm.calc import countries
from trading.gateway.limits import ACCOUNT_BYTES


def test_every_code_of_iso_3166_is_known() -> None:
    text = files("tzdata").joinpath("zoneinfo", "iso3166.tab").read_text("utf-8")
    codes = {line[:2] for line in text.splitlines() if not line.startswith("#")}
    assert len(codes) > 200
    for code in codes:
        assert countries.is_code(code)
        assert countries.iso_code(countries.name_of(code)) == code
        assert countries.dialling_code(code).isdecimal()
        assert len(countries.name_of(code).encode()) <= ACCOUNT_BYTES["country"]


def test_other_writings_are_no_codes() -> None:
    assert not any(countries.is_code(text) for text in ("", "UK", "es", "ESP", "ZZ"))
    assert countries.iso_code("UK") == countries.iso_code(" great britain") == "GB"
