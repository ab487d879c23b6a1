"""Accounts and kinds of everyday lines in the invented ledgers. Data only."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Account:
    """An account of the invented chart; its first two digits are the art."""

    code: str
    name: str

    @property
    def art(self) -> str:
        """The art, such as 4.9."""
        return f"{self.code[0]}.{self.code[1]}"


LICENCE = Account("49100010", "It-licenser og abonnementer")
OPERATION = Account("49100020", "It-drift og hosting")
CONSULTANT = Account("49100030", "It-konsulenter")
EQUIPMENT = Account("27100010", "It-udstyr")
TELEPHONY = Account("49100040", "Telefoni og datakommunikation")
GENERAL_SERVICES = Account("49200040", "Rådgivning og øvrige tjenesteydelser")
WAGES = Account("11000010", "Månedsløn")
INTERNAL_COST = Account("91000010", "Interne it-ydelser")
INTERNAL_INCOME = Account("97000010", "Interne indtægter, it-ydelser")
SUNDRY = Account("29900010", "Diverse køb")


@dataclass(frozen=True)
class EverydayKind:
    """A kind of line that has nothing to do with IT: account, texts, range in kr., cost centre, and how often."""

    account: Account
    texts: tuple[str, ...]
    low: int
    high: int
    cost_centre: str
    has_supplier: bool
    weight: int


FUEL = Account("23100010", "Brændsel og drivmidler")
CRAFT = Account("45100010", "Håndværkerydelser")
CLEANING = Account("49200010", "Rengøring")
COURSES = Account("49200020", "Kurser og konferencer")
TRANSPORT = Account("49200030", "Transport")
FOOD = Account("22100010", "Fødevarer")
OFFICE = Account("29100010", "Kontorartikler")
RENT = Account("40100010", "Husleje")
GRANTS = Account("59100010", "Tilskud")
FEES = Account("79100010", "Brugerbetaling")

EVERYDAY = (
    EverydayKind(
        WAGES, ("Løn, månedslønnede", "Løn, timelønnede", "Pension"), 18_000, 95_000, "Institutioner", False, 20
    ),
    EverydayKind(OFFICE, ("Papir og kuverter", "Skriveredskaber"), 120, 3_500, "Administration", True, 12),
    EverydayKind(FOOD, ("Frugtordning", "Mødeforplejning", "Madvarer"), 200, 9_000, "Institutioner", True, 16),
    EverydayKind(FUEL, ("Fjernvarme", "El", "Brændstof"), 900, 42_000, "Ejendomme", True, 8),
    EverydayKind(CRAFT, ("Malerarbejde", "Reparation af tag", "VVS-arbejde"), 1_500, 180_000, "Ejendomme", True, 10),
    EverydayKind(RENT, ("Husleje", "Leje af lokaler"), 8_000, 240_000, "Ejendomme", True, 5),
    EverydayKind(CLEANING, ("Rengøring", "Vinduespolering"), 1_000, 38_000, "Ejendomme", True, 8),
    EverydayKind(COURSES, ("Kursusgebyr", "Konference"), 1_200, 22_000, "Kompetenceudvikling", True, 6),
    EverydayKind(TRANSPORT, ("Taxakørsel", "Togbillet", "Busrejse"), 40, 4_500, "Transport", True, 10),
    EverydayKind(GRANTS, ("Tilskud til forening", "Driftstilskud"), 2_000, 160_000, "Borgerrettede ydelser", False, 6),
    EverydayKind(
        GENERAL_SERVICES, ("Advokatbistand", "Revision", "Tolkebistand"), 3_000, 120_000, "Administration", True, 5
    ),
    EverydayKind(FEES, ("Brugerbetaling", "Gebyr"), -8_000, -90, "Borgerrettede ydelser", False, 6),
)
