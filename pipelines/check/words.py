"""The standing words of a verdict, in Danish and English. No figures, no layout; the messages of rules stay as they are."""

from pydantic import BaseModel, ConfigDict

from pipelines.audit.verdict import danish_number


class Sentence(BaseModel):
    """One sentence in English and, where it is a standing one, in Danish."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    en: str
    da: str = ""

    def filled(self, **values: str) -> "Sentence":
        """The sentence with its placeholders replaced."""
        return Sentence(en=self.en.format(**values), da=self.da.format(**values))

    def first(self, language: str) -> str:
        """The text in the instance's language, where there is one in it."""
        return self.da if language == "da" and self.da else self.en

    def second(self, language: str) -> str:
        """The English beside a Danish text; empty when there is nothing to add."""
        return self.en if language == "da" and self.da not in ("", self.en) else ""


HEADLINES = {
    "accepted": Sentence(en="Accepted: there is nothing to correct.", da="Godkendt: der er intet at rette."),
    "accepted_with_rejections": Sentence(
        en="Accepted with rejected rows: some rows would be left out.",
        da="Godkendt med afviste rækker: nogle rækker ville blive udeladt.",
    ),
    "refused": Sentence(
        en="Refused: no row of the file would be taken.", da="Afvist: ingen af filens rækker ville blive taget med."
    ),
}
LABELS = {
    "title": Sentence(en="Check of a file before delivery", da="Kontrol af en fil før levering"),
    "file": Sentence(en="File", da="Fil"),
    "contract": Sentence(en="Contract", da="Kontrakt"),
    "business_date": Sentence(en="About", da="Vedrører"),
    "file_name": Sentence(en="from the file's name", da="fra filnavnet"),
    "sidecar": Sentence(en="from the sidecar file", da="fra følgefilen"),
    "today": Sentence(en="the day of the check", da="dagen for kontrollen"),
    "why": Sentence(en="Why the file is refused", da="Hvorfor filen afvises"),
    "rows": Sentence(en="Rows and amounts", da="Rækker og beløb"),
    "count": Sentence(en="Rows", da="Rækker"),
    "amount": Sentence(en="Amount", da="Beløb"),
    "source": Sentence(en="Read", da="Læst"),
    "accepted": Sentence(en="Accepted", da="Godkendt"),
    "accepted_refused": Sentence(en="Without fault (not taken)", da="Uden fejl (tages ikke med)"),
    "rejected": Sentence(en="Rejected", da="Afvist"),
    "blank": Sentence(en="Blank rows (passed over)", da="Tomme rækker (sprunget over)"),
    "total": Sentence(en="Sum rows (not data)", da="Sumrækker (ikke data)"),
    "previous": Sentence(en="Accepted in the delivery before", da="Godkendt i den forrige leverance"),
    "no_rows": Sentence(
        en="The file could not be read as rows, so nothing was counted.",
        da="Filen kunne ikke læses som rækker, så intet er talt.",
    ),
    "rejections": Sentence(en="Rejected rows", da="Afviste rækker"),
    "rejections_note": Sentence(
        en="At most five examples of each fault. A row with several faults stands under each.",
        da="Højst fem eksempler på hver fejl. En række med flere fejl står under hver af dem.",
    ),
    "row": Sentence(en="Row", da="Række"),
    "column": Sentence(en="Column", da="Kolonne"),
    "reason": Sentence(en="Reason", da="Årsag"),
    "warnings": Sentence(en="Worth knowing", da="Værd at vide"),
    "checks": Sentence(en="Checks of the file as a whole", da="Kontroller af filen som helhed"),
    "passed_checks": Sentence(en="Checks passed", da="Beståede kontroller"),
    "failed": Sentence(en="Failed", da="Ikke bestået"),
    "error": Sentence(en="Not possible", da="Ikke mulig"),
    "skipped": Sentence(en="Not run", da="Ikke kørt"),
    "warning": Sentence(en="Warning", da="Advarsel"),
    "next": Sentence(en="What to do next", da="Hvad nu"),
    "checked": Sentence(en="Checked", da="Kontrolleret"),
    "privacy": Sentence(
        en="Values of personal, restricted and ignored columns, and what may be a person, are never shown. "
        "Nothing was delivered or stored.",
        da="Værdier i kolonner med personoplysninger eller fortrolige oplysninger, i kolonner, der ikke tages med, "
        "og det, der kan være en person, vises aldrig. Intet er leveret eller gemt.",
    ),
}
RULES = {
    "missing": Sentence(en="A value is missing", da="En værdi mangler"),
    "not_a_date": Sentence(en="Not a date", da="Ikke en dato"),
    "not_an_amount": Sentence(en="Not an amount", da="Ikke et beløb"),
    "not_a_number": Sentence(en="Not a number", da="Ikke et tal"),
    "not_a_whole_number": Sentence(en="Not a whole number", da="Ikke et helt tal"),
    "not_a_year": Sentence(en="Not a year", da="Ikke et årstal"),
    "not_yes_or_no": Sentence(en="Not yes or no", da="Ikke ja eller nej"),
    "not_a_row": Sentence(en="The line cannot be split into columns", da="Linjen kan ikke deles i kolonner"),
    "unknown_code": Sentence(en="Not in the contract's code list", da="Findes ikke i kontraktens kodeliste"),
    "unknown_value": Sentence(en="Not one of the allowed values", da="Ikke en af de tilladte værdier"),
    "unknown_administration": Sentence(en="Unknown administration", da="Ukendt forvaltning"),
    "repeated_key": Sentence(en="The key occurs more than once", da="Nøglen forekommer mere end én gang"),
    "digits_lost": Sentence(en="Digits were lost in a spreadsheet", da="Cifre er gået tabt i et regneark"),
    "not_an_ean": Sentence(en="Not an EAN", da="Ikke et EAN-nummer"),
    "row_rule": Sentence(en="Breaks a rule of the contract", da="Bryder en af kontraktens regler"),
}
WARNINGS = {
    "name": Sentence(
        en="The file's name {name} does not match the contract's pattern ({pattern}). "
        "Under this name the nightly run would not find it.",
        da="Filnavnet {name} passer ikke med kontraktens mønster ({pattern}). "
        "Med dette navn finder natkørslen ikke filen.",
    ),
    "known": Sentence(
        en="Just this file was received before ({delivery}). Delivering it again changes nothing.",
        da="Netop denne fil er modtaget før ({delivery}). At levere den igen ændrer intet.",
    ),
    "withdrawn": Sentence(
        en="Just this file was received and withdrawn ({delivery}). It stays withdrawn if it is delivered again.",
        da="Netop denne fil er modtaget og trukket tilbage ({delivery}). Den tæller ikke, selv om den leveres igen.",
    ),
}
RENAME = Sentence(
    en="Give the file a name as the contract {contract} expects.",
    da="Giv filen et navn, som kontrakten {contract} venter.",
)
_AGAIN = Sentence(en="Run this check again on the new file.", da="Kør kontrollen igen på den nye fil.")
STEPS = {
    "accepted": (Sentence(en="Deliver the file in {folder}.", da="Levér filen i {folder}."),),
    "accepted_with_rejections": (
        Sentence(
            en="Correct the rejected rows in the source system and extract the file again.",
            da="Ret de afviste rækker i kildesystemet, og træk filen ud igen.",
        ),
        _AGAIN,
        Sentence(
            en="If the file is delivered in {folder} as it is, its other rows are taken and the rejected ones left out.",
            da="Leveres filen i {folder}, som den er, tages de øvrige rækker med, og de afviste udelades.",
        ),
    ),
    "refused": (
        Sentence(
            en="Correct what is named here in the source system or the extract, and make the file again.",
            da="Ret det, der er nævnt her, i kildesystemet eller udtrækket, og dan filen igen.",
        ),
        _AGAIN,
        Sentence(
            en="If the file is right and the contract {contract} is not, ask {team} to have the contract changed.",
            da="Er filen rigtig og kontrakten {contract} forkert, så bed {team} om at få kontrakten ændret.",
        ),
    ),
}


def rule_label(rule_code: str) -> Sentence:
    """What a rule is called; a rule without words of its own by its code."""
    return RULES.get(rule_code, Sentence(en=rule_code.replace("_", " ")))


def number(value: object, language: str, decimals: int = 0) -> str:
    """A figure as the language writes it: 1.234,50 or 1,234.50."""
    text = f"{value:,.{decimals}f}"
    return danish_number(text) if language == "da" else text
