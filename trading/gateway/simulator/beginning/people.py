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
    (
        "Germany", "Hamburg Leipzig Mainz Kassel", "49",
        "Jonas Lena Emil Frieda Moritz Clara Anton Greta",
        "Brandl Ostermann Kiefer Lindemann Hagedorn Reuter Voss Stahl",
    ),
    (
        "Poland", "Lublin Poznan Gdynia Torun", "48",
        "Marek Zofia Tomasz Hanna Piotr Alicja Jakub Ewa",
        "Lisowski Wolan Zaremba Sadlo Kurek Bielak Maj Rybak",
    ),
    (
        "Spain", "Valencia Burgos Cadiz Gijon", "34",
        "Pablo Ines Mateo Lucia Hugo Carmen Diego Nuria",
        "Carranza Bellido Soriano Arrieta Valdes Quintana Robles Serra",
    ),
    (
        "Italy", "Parma Bari Trieste Lecce", "39",
        "Luca Giulia Dario Elisa Marco Chiara Paolo Silvia",
        "Marchetti Bonfanti Rivolta Caruso Fontana Galli Negri Sartori",
    ),
    (
        "Greece", "Patras Volos Larissa Kavala", "30",
        "Nikos Eleni Petros Maria Yannis Katerina Stelios Sofia",
        "Vlachos Karras Stathi Galanis Mitsou Pappas Rallis Zervas",
    ),
    (
        "Cyprus", "Paphos Limassol Larnaca", "357",
        "Andreas Despina Marios Irene Kostas Anthi Michalis Stella",
        "Kyriakou Mavros Loizou Savva Hadji Neophytou Ioannou Zenios",
    ),
    (
        "Kenya", "Nakuru Kisumu Eldoret", "254",
        "Brian Wanjiru Peter Achieng Kevin Njeri Samuel Mwende",
        "Otieno Mwangi Kiprop Kamau Wekesa Njoroge Mutua Odhiambo",
    ),
    (
        "South Africa", "Durban Paarl George", "27",
        "Thabo Lerato Pieter Naledi Sipho Anika Johan Zanele",
        "Dlamini Botha Khumalo Naidoo Venter Mokoena Fourie Zulu",
    ),
    (
        "Vietnam", "Hue Vinh Hanoi Dalat", "84",
        "Minh Lan Quang Thu Duc Mai Hieu Ngoc",
        "Tran Pham Vo Bui Dang Huynh Ly Truong",
    ),
    (
        "Japan", "Nagano Kobe Sendai Nara", "81",
        "Haruto Aoi Kenji Yui Ren Sakura Takumi Emi",
        "Morikawa Tachibana Ono Hayashi Kuroda Matsuda Sakai Ueda",
    ),
    (
        "Brazil", "Recife Curitiba Santos", "55",
        "Rafael Camila Thiago Bianca Bruno Larissa Caio Renata",
        "Azevedo Moreira Pacheco Teixeira Barros Cardoso Nunes Prado",
    ),
    (
        "United Kingdom", "Leeds Bristol Exeter", "44",
        "Oliver Grace Harry Ruby Arthur Freya Edward Isla",
        "Whitlock Pembrey Ashdown Thornbury Hale Merrick Stanfield Yates",
    ),
)  # fmt: skip


def people(chance: random.Random, number: int) -> list[Person]:
    """Return so many people; addresses are unique and under example domains."""
    return [_person(chance, at) for at in range(number)]


def holders(chance: random.Random, people: int, accounts: int) -> list[int]:
    """Return whose each account is, as a place in the list of people.

    Everybody has one; the accounts beyond that are anybody's second, third or fourth.
    """
    more = max(0, accounts - people)
    return [*range(min(people, accounts)), *(chance.randrange(people) for _ in range(more))]


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
