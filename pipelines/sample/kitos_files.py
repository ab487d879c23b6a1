"""Files that come out of OS2KITOS: the grid export to Excel (okf) and the answers of its interface (kff)."""

from collections.abc import Callable, Mapping
from datetime import date

from pipelines.sample import formats, names
from pipelines.sample.catalogue import ADMINISTRATIONS, CAPABILITIES, unit_code
from pipelines.sample.extract import Extract, Fault, Line, lines_of, plant, table
from pipelines.sample.habits import (
    DANISH_CRITICALITY,
    DANISH_SENSITIVITY,
    DANISH_TYPES,
    editor,
    options,
    system_keys,
    terminated,
)
from pipelines.sample.world import Contract, Use

GRID_LIFECYCLE = {
    "undecided": "",
    "phasing_in": "Under indfasning",
    "operational": "I drift",
    "phasing_out": "Under udfasning",
}
GRID_HOSTING = {"on_premise": "On-premise", "external": "Eksternt", "hybrid": "Hybrid"}
LIFECYCLE = {
    "undecided": "Undecided",
    "phasing_in": "PhasingIn",
    "operational": "Operational",
    "phasing_out": "PhasingOut",
}
SENSITIVITY = {"none": "None", "personal": "PersonData", "sensitive": "SensitiveData", "criminal": "LegalData"}
HOSTING = {"on_premise": "OnPremise", "external": "External", "hybrid": "Hybrid"}


def grid_systems(uses: list[Use], day: date, newest: bool) -> Extract:
    """A KITOS grid export: many columns, lists in one cell, dates as dates; columns come and go."""
    columns = {
        "Status": lambda u: "Aktivt",
        "Lokal System ID": lambda u: f"ØKF-{u.system_key[:4]}",
        "IT-System (UUID)": lambda u: u.system_key,
        "IT System": lambda u: u.system_name,
        "Version": lambda u: u.version,
        "Lokal kaldenavn": lambda u: u.local_name,
        "Ansv. organisationsenhed": lambda u: u.unit,
        "Tidligere systemnavn": lambda u: u.former_name,
        "Forretningstype": lambda u: CAPABILITIES[u.product.capability_code].business_type,
        "KLE ID": lambda u: ", ".join(u.capability_codes),
        "KLE navn": lambda u: ", ".join(CAPABILITIES[c].name for c in u.capability_codes if c in CAPABILITIES),
        "Leverandør": lambda u: u.supplier_name,
        "Rettighedshaver": lambda u: u.product.supplier.name,
        "Sidst redigeret: Bruger": lambda u: editor(u.system_key),
        "Sidst redigeret: Dato": lambda u: date(2026, 1, 1 + len(u.system_name) % 28),
        "Ibrugtagningsdato": lambda u: u.start_date,
        "Slutdato for anvendelse": lambda u: u.end_date,
        "Livscyklus": lambda u: GRID_LIFECYCLE[u.lifecycle_on(day)],
        "IT systemet driftes": lambda u: GRID_HOSTING[u.product.hosting],
        "Systemets overordnede formål": lambda u: u.description,
        "Antal brugere": lambda u: u.users_on(day),
        "DataType": lambda u: DANISH_SENSITIVITY[u.product.sensitivity],
        "Kritikalitet": lambda u: DANISH_CRITICALITY[u.product.criticality],
        "Noter": lambda u: "",
    }
    lines = lines_of(uses, columns)
    headers = list(columns)
    if newest:
        faults = [Fault("unknown_code", "Livscyklus", "I bero"), Fault("missing", "IT System"),
                  Fault("not_a_date", "Ibrugtagningsdato", "forår 2021")]  # fmt: skip
        lines = plant(lines, faults, "okf systems", ("IT-System (UUID)", "00000000-0000-4000-8000-00000000000"))
        headers.insert(9, "Webtilgængelighed")  # a column that somebody chose to show since last time
    content = formats.xlsx_bytes("IT Systemer", table(headers, lines))
    return Extract("okf.systems", f"Export_IT-Systemer_{day:%Y-%m-%d}.xlsx", day, lines, 2, content, in_force=newest)


def interface_usages(uses: list[Use], day: date, newest: bool) -> Extract:
    """The KITOS interface's answer, usage joined with its system; the newest file has no date in its name."""
    lines = [Line(_usage(u, day), None, u) for u in uses]
    if newest:
        broken = {**_usage(uses[3], day), "uuid": "00000000-0000-4000-8000-000000000001"}
        broken["general"] = {**broken["general"], "numberOfExpectedUsers": {"lowerBound": "ca. 40", "upperBound": None}}  # type: ignore[dict-item]
        lines.insert(41, Line(broken, None, None, "not_a_whole_number"))
    name = "it-system-usages.json" if newest else f"it-system-usages_{day:%Y%m%d}.json"
    content = formats.json_bytes([line.cells for line in lines])
    return Extract("kff.systems", name, day, lines, 1, content, states_business_date=newest, in_force=newest)


def _usage(u: Use, day: date) -> dict[str, object]:
    product, person = u.product, editor(u.system_key)
    users = u.users_on(day)
    return {
        "uuid": u.system_key,
        "systemContext": {"uuid": u.catalogue_key, "name": u.system_name},
        "organizationContext": {"name": ADMINISTRATIONS["kff"].name},
        "system": {
            "formerName": u.former_name or None,
            "kle": [{"uuid": f"kle-{code}", "name": code} for code in u.capability_codes],
            "businessType": {"name": CAPABILITIES[product.capability_code].business_type},
            "rightsHolder": {"name": u.supplier_name, "cvr": u.registration_code or None},
        },
        "general": {
            "localCallName": u.local_name or None,
            "systemVersion": u.version or None,
            "numberOfExpectedUsers": {"lowerBound": users, "upperBound": users + users // 10},
            "validity": {
                "lifeCycleStatus": LIFECYCLE[u.lifecycle_on(day)],
                "validFrom": f"{u.start_date}T00:00:00Z",
                "validTo": f"{u.end_date}T00:00:00Z" if u.end_date else None,
            },
            "hostedAt": HOSTING[product.hosting],
            "isBusinessCritical": "Yes" if product.criticality in ("high", "vital") else "No",
            "systemUsageCriticalityLevel": {"name": DANISH_CRITICALITY[product.criticality]},
            "purpose": u.description,
        },
        "organizationUsage": {
            "responsibleOrganizationUnit": {"name": u.unit, "unitId": unit_code("kff", u.unit)},
            "usingOrganizationUnits": [{"name": ADMINISTRATIONS[code].name} for code in u.shared_with],
        },
        "roles": [{"user": {"name": person, "email": names.mail(person)}, "role": {"name": "Systemejer"}}],
        "gdpr": {"dataSensitivityLevels": [SENSITIVITY[product.sensitivity]]},
        "lastModified": f"{day}T06:30:00Z",
    }


def grid_contracts(contracts: list[Contract], day: date, newest: bool) -> Extract:
    """A KITOS grid export; amounts are whole kroner."""
    columns: Mapping[str, Callable[[Contract], object]] = {
        "Status": lambda c: "Gyldig",
        "Kontrakt ID": lambda c: c.contract_key,
        "Overordnet kontrakt": lambda c: c.parent_key,
        "IT Kontrakt": lambda c: c.name,
        "Gyldig fra": lambda c: c.start_date,
        "Gyldig til": lambda c: c.end_date,
        "Ansvarlig org. enhed": lambda c: c.unit,
        "Leverandør": lambda c: c.supplier_name,
        "Kontraktunderskriver": lambda c: editor(c.contract_key + "s"),
        "Kontrakttype": lambda c: DANISH_TYPES[c.type_code],
        "Indkøbsform": lambda c: c.method,
        "IT Systemer": lambda c: ", ".join(u.system_name for u in c.uses),
        "IT Systemer (UUID)": lambda c: system_keys(c, ", "),
        "Anskaffelse": lambda c: int(c.acquisition_amount),
        "Drift/år": lambda c: int(c.yearly_amount),
        "Andet": lambda c: 0,
        "Option": options,
        "Opsigelse (måneder)": lambda c: c.notice_months,
        "Uopsigelig til": lambda c: c.irrevocable_until,
        "Opsagt": lambda c: terminated(c, day),
        "Sidst redigeret: Bruger": lambda c: editor(c.contract_key),
        "Sidst redigeret: Dato": lambda c: day,
    }
    lines = lines_of(contracts, columns)
    if newest:
        faults = [Fault("not_an_amount", "Drift/år", "efter forbrug"), Fault("missing", "Kontrakt ID")]
        lines = plant(lines, faults, "okf contracts", ("Kontrakt ID", "K-990"))
    content = formats.xlsx_bytes("IT Kontrakter", table(list(columns), lines))
    return Extract(
        "okf.contracts", f"Export_IT-Kontrakter_{day:%Y-%m-%d}.xlsx", day, lines, 2, content, in_force=newest
    )


def interface_contracts(contracts: list[Contract], day: date, newest: bool) -> Extract:
    """The KITOS interface's answer with one external payment per contract."""
    lines = [Line(_contract(c, day), None, c) for c in contracts]
    name = "it-contracts.json" if newest else f"it-contracts_{day:%Y%m%d}.json"
    content = formats.json_bytes([line.cells for line in lines])
    return Extract("kff.contracts", name, day, lines, 1, content, states_business_date=newest, in_force=newest)


def _contract(c: Contract, day: date) -> dict[str, object]:
    def moment(value: date | None) -> str | None:
        return f"{value}T00:00:00Z" if value else None

    person = editor(c.contract_key)
    return {
        "uuid": c.contract_key,
        "name": c.name,
        "parentContract": {"uuid": c.parent_key} if c.parent_key else None,
        "general": {
            "contractType": {"name": DANISH_TYPES[c.type_code]},
            "validity": {"validFrom": moment(c.start_date), "validTo": moment(c.end_date), "valid": True},
        },
        "supplier": {"organization": {"name": c.supplier_name, "cvr": c.registration_code or None}},
        "responsible": {"organizationUnit": {"name": c.unit}},
        "procurement": {"purchaseType": {"name": c.method}},
        "agreementPeriod": {
            "extensionOptions": {"name": options(c)} if c.option_count else None,
            "extensionOptionsUsed": c.option_used_count,
            "irrevocableUntil": moment(c.irrevocable_until),
        },
        "termination": {
            "terminatedAt": moment(terminated(c, day)),
            "terms": {"noticePeriodMonths": {"name": str(c.notice_months)}},
        },
        "payments": {
            "external": [
                {
                    "acquisition": int(c.acquisition_amount),
                    "operation": int(c.yearly_amount),
                    "other": 0,
                    "auditStatus": "White",
                }
            ]
        },
        "systemUsages": [{"uuid": u.system_key, "name": u.system_name} for u in c.uses],
        "roles": [{"user": {"name": person, "email": names.mail(person)}, "role": {"name": "Kontraktejer"}}],
        "lastModified": f"{day}T06:30:00Z",
    }
