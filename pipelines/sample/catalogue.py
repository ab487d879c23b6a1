"""The invented municipality's fixed frame: administrations, units, cost centres, tasks. No drawing of lots, no files."""

from dataclasses import dataclass
from datetime import date

LAST_DATE = date(2026, 10, 31)
FIRST_YEAR, LAST_YEAR = 2024, 2026
TRANSFER_DATE = date(2026, 1, 1)
EVERYWHERE = ("okf", "kff", "buf", "suf", "sof", "bif", "tmf")


@dataclass(frozen=True)
class Administration:
    """One administration, the sizes of its extracts, and the service function that its own systems are posted on."""

    code: str
    name: str
    company_code: str
    use_count: int
    contract_count: int
    project_count: int
    posting_count: int
    function_code: str
    units: tuple[str, ...]


ADMINISTRATIONS: dict[str, Administration] = {
    a.code: a
    for a in (
        Administration("okf", "Økonomiforvaltningen", "1000", 110, 75, 12, 8600, "06.45.51",
                       ("Koncern IT", "Koncernservice", "Center for Økonomi", "Center for Byudvikling", "Intern Revision")),
        Administration("kff", "Kultur- og Fritidsforvaltningen", "2000", 80, 52, 8, 6200, "03.32.50",
                       ("Biblioteker", "Borgerservice", "Idræt og Svømmehaller", "Museer og Arkiv", "Fælles Digitalisering")),
        Administration("buf", "Børne- og Ungdomsforvaltningen", "3000", 100, 66, 10, 9200, "03.22.01",
                       ("Skoleområdet", "Dagtilbud", "Børne- og Ungdomstandplejen", "Digitalisering og IT", "Administration")),
        Administration("suf", "Sundheds- og Omsorgsforvaltningen", "4000", 85, 57, 9, 7600, "05.30.26",
                       ("Hjemmepleje", "Plejehjem", "Genoptræning", "Velfærdsteknologi", "Digitalisering og Data")),
        Administration("sof", "Socialforvaltningen", "5000", 75, 50, 7, 6400, "05.38.50",
                       ("Borgercenter Voksne", "Borgercenter Børn og Unge", "Hjemløseområdet", "IT og Digital Udvikling")),
        Administration("bif", "Beskæftigelses- og Integrationsforvaltningen", "6000", 60, 40, 5, 5000, "06.45.53",
                       ("Jobcenter", "Ydelsesservice", "Integration og Sprog", "Center for Digitalisering")),
        Administration("tmf", "Teknik- og Miljøforvaltningen", "7000", 90, 60, 9, 7000, "02.28.11",
                       ("Byens Drift", "Parkering", "Bygninger og Plan", "Miljø og Affald", "Digitalisering og Kort")),
    )
}  # fmt: skip

IT_COST_CENTRES = ("It-drift", "It-licenser", "Digitalisering", "Telefoni og netværk", "It-udstyr", "Systemforvaltning")
OTHER_COST_CENTRES = (
    "Administration",
    "Ejendomme",
    "Institutioner",
    "Transport",
    "Kompetenceudvikling",
    "Borgerrettede ydelser",
)


@dataclass(frozen=True)
class Capability:
    """One task of the invented taxonomy. `role` says what the sample plants there:

    A the same product under separate contracts, B different products for one task, C contracts that expire together,
    S a platform shared already, T look-alikes that must not be merged, G nothing.
    """

    code: str
    name: str
    business_type: str
    nouns: tuple[str, ...]
    role: str
    administrations: tuple[str, ...]


_TABLE = """
00.01|Arbejdsplads og klientstyring|IT management|Klient,Arbejdsplads|S|alle
00.02|Netværk og fjernadgang|IT management|Netadgang,Fjernadgang|S|alle
00.03|Identiteter og rettigheder|Bruger- og rettighedsstyring|Identitet,Adgangsportal|S|alle
00.04|Overvågning af it-drift|Sikkerhed og overvågning|Driftsmonitor,Logcenter|G|okf tmf suf buf
00.05|Sikkerhedskopiering|IT management|Backup,Datahvælving|G|okf tmf
00.06|Integrationer og datafordeling|Master data og registre|Integrationsplatform,Databus,Datafordeler|B|okf buf suf tmf
00.07|Sårbarheder og sikkerhedshændelser|Sikkerhed og overvågning|Sårbarhedsscan,Hændelsescenter|G|okf suf
00.08|Servicedesk|IT management|Servicedesk,Sagsdesk|G|okf kff tmf
00.09|Udvikling og test|IT management|Testportal,Kodearkiv|G|okf buf tmf
01.01|Sags- og dokumentstyring|ESDH og Journalisering|ESDH,Sagsarkiv,Journalportal|B|okf buf sof tmf
01.02|Dagsordener og udvalg|Administrativt|Dagsorden,Udvalgsportal|G|okf kff sof
01.03|Digital post og forsendelse|Kommunikation|Digital Post,Forsendelse|A|alle
01.04|Tids- og fraværsregistrering|Løn, personale og HR|Tidsregistrering,Fravær|A|alle
01.05|Vagtplanlægning|Løn, personale og HR|Vagtplan,Vagtportal,Bemanding|B|kff buf suf sof
01.06|Lokale- og ressourcebooking|Administrativt|Booking,Lokaleportal,Ressourcekalender|B|okf kff buf bif
01.07|Spørgeskemaer og målinger|Kommunikation|Spørgeskema,Måling|A|alle
01.08|Formularer og selvbetjening|Selvbetjening og indberetning|Formular,Selvbetjening|A|alle
01.09|Kontaktcenter og køstyring|Kommunikation|Kontaktcenter,Køstyring|C|kff sof bif
01.10|Udskrift og scanning|Administrativt|Udskrift,Scanportal|G|alle
01.11|Projekt- og porteføljestyring|Administrativt|Projektportal,Portefølje|C|okf buf tmf
01.12|Læring og kurser|E-læring|Læring,Kursusportal|A|alle
01.13|Hjemmesider|Hjemmesider og portaler|Webportal,Hjemmeside|G|kff buf tmf bif
01.14|Intranet|Hjemmesider og portaler|Intranet,Medarbejderportal|G|okf suf
01.15|Digital underskrift|Selvbetjening og indberetning|Signering,Underskrift|A|alle
01.16|Tolkning og oversættelse|Kommunikation|Tolkebestilling,Oversættelse|G|sof bif suf
01.17|Video og streaming|Design, visualisering og grafik|Videoarkiv,Streaming|G|kff okf buf
01.18|Arkivering og aflevering|ESDH og Journalisering|Arkiv,Aflevering|G|kff okf
01.19|Procesautomatisering|Processtyring|Automat,Procesrobot|C|okf suf sof bif
01.20|Sms og påmindelser|Kommunikation|Sms-service,Påmindelse|A|alle
02.01|Regnskab|Økonomi og betaling|Regnskab,Finans|G|okf
02.02|Budget og opfølgning|Økonomi og betaling|Budget,Opfølgning|G|okf buf tmf
02.03|Indkøb og kataloger|Økonomi og betaling|Indkøb,E-handel|C|okf kff tmf
02.04|Fakturahåndtering|Økonomi og betaling|Faktura,Fakturascan|G|okf suf
02.05|Opkrævning|Økonomi og betaling|Opkrævning,Debitor|G|okf buf kff
02.06|Ledelsesinformation|BI og ledelsesinformation|Ledelsesinfo,Dataplatform,Rapportcenter|B|kff suf sof tmf
02.07|Kontraktstyring|Administrativt|Kontraktarkiv,Aftaleoverblik|G|okf tmf
02.08|Lønudbetaling|Løn, personale og HR|Løn,Lønportal|G|okf
03.01|Rekruttering|Løn, personale og HR|Rekruttering,Jobopslag|A|alle
03.02|Samtaler og kompetencer|Løn, personale og HR|Kompetence,Samtale|G|okf suf buf
03.03|Arbejdsmiljø og hændelser|Administrativt|Arbejdsmiljø,Hændelse|G|suf sof tmf
04.01|Ejendomsdrift|Specialsystemer|Ejendomsdrift,Bygningsdrift,Driftsplan|B|okf kff buf tmf
04.02|Energistyring|Specialsystemer|Energistyring,Forbrugsdata|C|kff buf tmf
04.03|Adgangskontrol|Sikkerhed og overvågning|Adgangskontrol,Nøglebrik|G|okf kff buf suf
04.04|Byggeprojekter|Specialsystemer|Byggeprojekt,Tegningsarkiv|G|okf tmf
04.05|Kort og geodata|GIS|Kortportal,Geodata|G|tmf okf
04.06|Flåde og kørsel|Specialsystemer|Flådestyring,Kørebog|G|tmf suf
04.07|Nøgler og brikker|Sikkerhed og overvågning|Nøgleskab|T|tmf
10.01|Elevadministration|Specialsystemer|Elevadministration,Skoleregister|G|buf
10.02|Skemalægning|Specialsystemer|Skema,Timeplan|T|buf
10.03|Pladsanvisning|Specialsystemer|Pladsanvisning,Venteliste|T|buf
10.04|Læringsplatform|E-læring|Læringsplatform,Elevplan|G|buf
10.05|Skolebiblioteker|Specialsystemer|Skolebibliotek,Bogudlån|T|buf
10.06|Tandpleje|Specialsystemer|Tandjournal,Tandindkaldelse|G|buf
10.07|Skolemad|Selvbetjening og indberetning|Skolemad,Madbestilling|T|buf
10.08|Trivselsmåling|Specialsystemer|Trivsel,Klassetrivsel|T|buf
11.01|Biblioteksdrift|Specialsystemer|Bibliotek,Udlån|T|kff
11.02|Tilskud til foreninger|Selvbetjening og indberetning|Foreningstilskud,Tilskudsportal|T|kff
11.03|Billetter og medlemskort|Økonomi og betaling|Billet,Medlemskort|G|kff
11.04|Museer og samlinger|Specialsystemer|Samling,Museumsregister|T|kff
11.05|Idrætsanlæg|Specialsystemer|Banefordeling,Idrætsanlæg|T|kff
11.06|Pas, kørekort og bestillinger|Selvbetjening og indberetning|Tidsbestilling,Pasfoto|G|kff okf
11.07|Arrangementer|Hjemmesider og portaler|Arrangement,Kalenderportal|G|kff
12.01|Omsorgsjournal|Sagsbærende|Omsorgsjournal,Plejejournal|G|suf
12.02|Kørelister i hjemmeplejen|Specialsystemer|Køreliste,Ruteplan|T|suf
12.03|Hjælpemidler|Specialsystemer|Hjælpemidler,Depotstyring|T|suf
12.04|Genoptræning|Specialsystemer|Genoptræning,Træningsplan|T|suf
12.05|Medicinhåndtering|Sagsbærende|Medicin,Medicinkort|T|suf
12.06|Velfærdsteknologi|Specialsystemer|Nødkald,Sensorpleje|G|suf
12.07|Sygepleje og visitation|Sagsbærende|Visitation,Sygepleje|G|suf sof
13.01|Sager om voksne|Sagsbærende|Voksensag,Handleplan|G|sof
13.02|Botilbud|Specialsystemer|Botilbud,Dagbog|T|sof
13.03|Misbrugsbehandling|Sagsbærende|Behandlingsjournal,Udlevering|T|sof
13.04|Anbringelser|Sagsbærende|Anbringelse,Barnets Sag|G|sof
13.05|Ungeindsats|Sagsbærende|Ungeindsats,Ungekontakt|G|sof buf
13.06|Herberger|Specialsystemer|Herberg,Senge|T|sof
14.01|Jobformidling|Specialsystemer|Jobformidling,Jobmatch|T|bif
14.02|Sygedagpenge|Sagsbærende|Sygedagpenge,Refusion|G|bif
14.03|Integration og sprog|Specialsystemer|Sprogskole,Integration|T|bif
14.04|Virksomhedskontakt|Kommunikation|Virksomhedskontakt,Erhvervsservice|G|bif okf
14.05|Ydelser|Økonomi og betaling|Ydelse,Beregning|T|bif
15.01|Byggesager|Sagsbærende|Byggesag,Byggetilsyn|G|tmf
15.02|Parkering|Specialsystemer|Parkering,P-licens|T|tmf
15.03|Vejdrift|Specialsystemer|Vejdrift,Vejtilstand|T|tmf
15.04|Affald|Specialsystemer|Affald,Tømningsplan|T|tmf
15.05|Miljøtilsyn|Sagsbærende|Miljøtilsyn,Jordforurening|G|tmf
15.06|Træer og parker|Specialsystemer|Træregister,Parkdrift|T|tmf
15.07|Byrum og råden over vej|Selvbetjening og indberetning|Byrum,Gravetilladelse|G|tmf kff
15.08|Trafiksignaler|Specialsystemer|Signalstyring,Trafiktælling|T|tmf
"""


def _parse(line: str) -> Capability:
    code, name, business_type, nouns, role, administrations = line.split("|")
    where = EVERYWHERE if administrations == "alle" else tuple(administrations.split())
    return Capability(code, name, business_type, tuple(nouns.split(",")), role, where)


CAPABILITIES: dict[str, Capability] = {c.code: c for c in map(_parse, _TABLE.strip().splitlines())}

# Tasks that changed administration on TRANSFER_DATE, with their systems: (capability, from, to).
MOVED_TASKS = (("11.06", "okf", "kff"), ("14.04", "okf", "bif"), ("13.05", "buf", "sof"), ("12.07", "suf", "sof"),
               ("15.07", "tmf", "kff"))  # fmt: skip


def cost_centre(administration_code: str, name: str) -> str:
    """Number of a cost centre: company, then 10.. for IT and 50.. for the rest."""
    names = IT_COST_CENTRES + OTHER_COST_CENTRES
    number = names.index(name)
    base = 10 + number if number < len(IT_COST_CENTRES) else 50 + number
    return f"{ADMINISTRATIONS[administration_code].company_code}{base:02d}0"


def unit_code(administration_code: str, unit: str) -> str:
    """Code of an organisational unit, such as 4003."""
    administration = ADMINISTRATIONS[administration_code]
    return str(int(administration.company_code) + 1 + administration.units.index(unit))
