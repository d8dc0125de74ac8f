"""Invented people: names, towns, and addresses that lead nowhere."""

import random
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who never lived."""

    name: str
    country: str
    city: str
    email: str
    phone: str


#: country, towns, dialling code, given names, family names
_LANDS = (
    ("Germany", "Hamburg Leipzig Mainz", "49", "Jonas Lena Emil Frieda", "Brandl Ostermann Kiefer"),
    ("Poland", "Lublin Poznan Gdynia", "48", "Marek Zofia Tomasz Hanna", "Lisowski Wolan Zaremba"),
    ("Spain", "Valencia Burgos Cadiz", "34", "Pablo Ines Mateo Lucia", "Carranza Bellido Soriano"),
    ("Italy", "Parma Bari Trieste", "39", "Luca Giulia Dario Elisa", "Marchetti Bonfanti Rivolta"),
    ("Greece", "Patras Volos Larissa", "30", "Nikos Eleni Petros Maria", "Vlachos Karras Stathi"),
    ("Cyprus", "Paphos Limassol", "357", "Andreas Despina Marios Irene", "Kyriakou Mavros Loizou"),
    ("Kenya", "Nakuru Kisumu", "254", "Brian Wanjiru Peter Achieng", "Otieno Mwangi Kiprop"),
    ("South Africa", "Durban Paarl", "27", "Thabo Lerato Pieter Naledi", "Dlamini Botha Khumalo"),
    ("Vietnam", "Hue Vinh Hanoi", "84", "Minh Lan Quang Thu", "Tran Pham Vo"),
    ("Japan", "Nagano Kobe Sendai", "81", "Haruto Aoi Kenji Yui", "Morikawa Tachibana Ono"),
    ("Brazil", "Recife Curitiba", "55", "Rafael Camila Thiago Bianca", "Azevedo Moreira Pacheco"),
    (
        "United Kingdom",
        "Leeds Bristol",
        "44",
        "Oliver Grace Harry Ruby",
        "Whitlock Pembrey Ashdown",
    ),
)


def people(chance: random.Random, number: int) -> list[Person]:
    """Return so many people; addresses are unique and under example domains."""
    return [_person(chance, at) for at in range(number)]


def _person(chance: random.Random, at: int) -> Person:
    country, towns, code, given, family = chance.choice(_LANDS)
    first, last = chance.choice(given.split()), chance.choice(family.split())
    domain = chance.choice(("example.com", "example.net", "example.org"))
    return Person(
        name=f"{first} {last}",
        country=country,
        city=chance.choice(towns.split()),
        email=f"{first}.{last}{at + 1}@{domain}".lower(),
        phone=f"+{code} 555 {chance.randrange(10**6):06d}",
    )
