"""Invented names and the ways in which people misspell them. Nothing here is the name of a real product, firm or person."""

import random
import re
import unicodedata

FIRST_HALVES = (
    "Rav", "Lærke", "Tjørne", "Klint", "Mose", "Lyng", "Hassel", "Skov", "Bølge", "Storke", "Egern", "Vipe", "Krage", "Spove",
    "Terne", "Siv", "Birke", "Rønne", "Kløver", "Rør", "Tang", "Musling", "Granit", "Flint", "Kalk", "Hyben", "Klit", "Fjeld",
    "Bæk", "Kær", "Eng", "Hede", "Pile", "Krat", "Måge", "Ørne", "Grævling", "Skarv", "Bregne", "Humle",
)  # fmt: skip
SECOND_HALVES = (
    "blik", "spor", "gren", "kurs", "ring", "led", "punkt", "felt", "bro", "tråd", "kæde", "stjerne", "pil", "fane", "nøgle",
    "blad", "rod", "kant", "strøm", "sving", "mærke", "glimt",
)  # fmt: skip
FIRM_STEMS = (
    "Ravnsø", "Klintmose", "Tjørnelyng", "Brixvad", "Egholtgaard", "Fuglsigvang", "Grævlingehøj", "Havgusted", "Isefjældet",
    "Junkervang", "Kragemose", "Lyngsøgaard", "Muslinghavn", "Nørrekjølby", "Odderskær", "Pilekrogen", "Quistvad", "Rørkærgaard",
    "Sivholmen", "Tangkrogby", "Ulvedalsø", "Vibemosen", "Ørnekilde", "Ålekistevig", "Æblevænget", "Spovegaard", "Hybenlund",
    "Storkesø", "Humlevad", "Flintekær", "Skarvholt", "Bregnesøe", "Mågeklint", "Hedekrog", "Birkvadsø", "Terneodde",
    "Kløvergab", "Granitvig", "Kalkbæksø", "Egernhøj",
)  # fmt: skip
FIRM_TRADES = ("Data", "Systemer", "Software", "Informatik", "Digital", "Teknologi", "Løsninger", "IT-Drift")
FOREIGN_FIRMS = (
    ("Northmerewick Software Ltd.", "GB 999 0000 01"), ("Halvorsrud & Lie Systemer AS", "NO999000002MVA"),
    ("Grünfeldhausen Informatik GmbH", "DE999000003"), ("Kestrelmoor Cloud Inc.", "99-9000004"),
    ("Lindqvistberg Programvara AB", "SE999000000501"), ("Vandermolenbeek Solutions B.V.", "NL999000006B01"),
)  # fmt: skip
PERSONAL_NUMBER = "391399-0001"  # the shape of a person's number; nobody is born on day 39 of month 13
OTHER_FIRMS = (
    "Bageren på Hjørnet i Sivholm", "Egholt Rengøring", "Ravnsø Entreprenør", "Lyngsø VVS", "Brixvad El", "Humlevad Catering",
    "Odderskær Taxa", "Kragemose Møbler", "Pilekrogens Planteskole", "Junker Autolak", "Klintens Kursuscenter", "Ternens Tolke",
    "Storkesø Vikarer", "Hybenlund Ejendomme", "Mågeklint Boligselskab", "Hedekrog Grus", "Birkvad Tømrer", "Tangkrog Vagt",
    "Skarvholt Advokater", "Flintekær Revision", "Vibemosens Maskinudlejning", "Granitvig Brolæggere", "Æblevænget Frugt",
    "Ulvedal Renovation", "Rørkær Kloak", "Isefjæld Køleteknik", "Kalkbæk Malere", "Quistvad Trykkeri", "Ørnekilde Idrætsudstyr",
    "Bregnesø Blomster", "Egernhøj Skovpleje", "Kløvergab Apotek", "Muslinghavn Fisk", "Nørrekjølby Varme", "Ålekistevig Marina",
)  # fmt: skip
MIXED_FIRMS = ("Kragemose Kontor & Computer", "Junkervang Elektronik", "Sivholm Lyd og Lys")
FIRST_NAMES = ("Torkild", "Ingeborgmarie", "Asgerik", "Bodilmaj", "Ejgilbert", "Fritjofine", "Gudrunlise", "Hjalmarius",
               "Idunella", "Jeppine", "Krestenius", "Liselottine", "Mogensius", "Nannerika", "Ovidius")  # fmt: skip
LAST_NAMES = ("Vestermark-Iversholt", "Dybvadgaarden", "Krogstrupsen", "Sandemoseby", "Lundtoftegaard", "Brinkhøjsen",
              "Fiskerhusby", "Overgaardsminde", "Pilehegnet", "Rævebakkesen")  # fmt: skip
LEGAL_FORM = re.compile(r"\s+(A/S|ApS|I/S|P/S)$")
TRANSLITERATION = str.maketrans({"æ": "ae", "ø": "oe", "å": "aa", "Æ": "Ae", "Ø": "Oe", "Å": "Aa"})
CVR_WEIGHTS = (2, 7, 6, 5, 4, 3, 2, 1)


def is_registration_code(text: str) -> bool:
    """Whether eight digits pass the modulus 11 check of the Danish business register."""
    return (
        len(text) == 8 and text.isdigit() and sum(w * int(d) for w, d in zip(CVR_WEIGHTS, text, strict=True)) % 11 == 0
    )


def registration_code(rng: random.Random, taken: set[str]) -> str:
    """A new number 9xxxxxxx that passes the check; the range is assumed unissued."""
    while True:
        code = f"9{rng.randrange(10**7):07d}"
        if code not in taken and is_registration_code(code):
            taken.add(code)
            return code


def mistyped(number: str, rng: random.Random) -> str:
    """The number with one digit wrong."""
    where = rng.randrange(1, len(number))
    return number[:where] + rng.choice([d for d in "0123456789" if d != number[where]]) + number[where + 1 :]


def brand(rng: random.Random, taken: set[str]) -> str:
    """A new invented brand word, such as Lærkespor."""
    while True:
        word = rng.choice(FIRST_HALVES) + rng.choice(SECOND_HALVES)
        if word not in taken:
            taken.add(word)
            return word


def firms(rng: random.Random, count: int) -> list[str]:
    """`count` different names of invented Danish IT firms with their legal form."""
    names = [f"{stem} {trade}" for stem in FIRM_STEMS for trade in FIRM_TRADES]
    rng.shuffle(names)
    return [f"{name} {rng.choice(('A/S', 'A/S', 'ApS'))}" for name in names[:count]]


def person(rng: random.Random) -> str:
    """An invented person's full name."""
    return f"{rng.choice(FIRST_NAMES)} {rng.choice(LAST_NAMES)}"


def mail(name: str) -> str:
    """The mail address that belongs to an invented person, in a domain reserved for examples."""
    return ascii_only(transliterate(name).lower().replace(" ", ".")) + "@example.org"


def transliterate(text: str) -> str:
    """Danish letters as old systems write them: ae, oe, aa."""
    return text.translate(TRANSLITERATION)


def ascii_only(text: str) -> str:
    """Letters without marks, for addresses."""
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()


def near_spelling(word: str, rng: random.Random) -> str:
    """Another word one letter away: the name of a different product that looks like a misspelling."""
    place = [i for i, letter in enumerate(word) if letter in "aeiou" and i > 1]
    where = rng.choice(place)
    return word[:where] + rng.choice([v for v in "aeiou" if v != word[where]]) + word[where + 1 :]


def misspell(word: str, rng: random.Random) -> str:
    """The word with two neighbouring letters swapped, as a hurried person types it."""
    place = [
        i for i in range(2, len(word) - 2) if word[i].isalpha() and word[i + 1].isalpha() and word[i] != word[i + 1]
    ]
    if not place:
        return word
    where = rng.choice(place)
    return word[:where] + word[where + 1] + word[where] + word[where + 2 :]


def firm_variant(name: str, former: str | None, style: str, rng: random.Random) -> str:
    """One of the ways in which an administration writes a supplier. `style` is the habit of its register."""
    draw = rng.random()
    if former and draw < 0.15:
        name = former
    elif draw < 0.40:
        name = LEGAL_FORM.sub("", name)
    elif draw < 0.50:
        name = name.replace("A/S", "AS").replace("Systemer", "Syst.").replace("Teknologi", "Tekn.")
    elif draw < 0.56:
        name = name.replace(" A/S", " Danmark A/S").replace(" ApS", " Aps")
    return _in_style(name, style, rng)


def _in_style(name: str, style: str, rng: random.Random) -> str:
    """Upper case and ae/oe/aa where the register is old; elsewhere now and then."""
    if style == "old":
        return transliterate(name).upper()
    if style == "plain" and rng.random() < 0.6:
        return transliterate(name)
    return name.upper() if rng.random() < 0.05 else name
