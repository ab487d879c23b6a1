"""Charts as Vega-Lite specifications, all in one dress: colours that stay apart without colour vision, figures in millions."""

from collections.abc import Sequence
from typing import Any

from pipelines.report.language import MILLION, Language
from pipelines.report.released import Row

Spec = dict[str, Any]
PALETTE = ["#0b5394", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#6d7a86"]  # after Okabe and Ito
DRESS: Spec = {
    "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
    "background": "transparent",
    "width": "container",
    "autosize": {"type": "fit-x", "contains": "padding"},
    "config": {
        "font": "system-ui, Segoe UI, Roboto, Arial, sans-serif",
        "axis": {"labelFontSize": 13, "titleFontSize": 13, "titleFontWeight": "normal", "labelLimit": 260, "gridColor": "#e4e8ec"},
        "legend": {"labelFontSize": 13, "orient": "top", "title": None},
        "range": {"category": PALETTE},
        "view": {"stroke": None},
        "bar": {"tooltip": True},
    },
}  # fmt: skip


def stacked_bars(rows: Sequence[Row], by: str, amount: str, part: str, language: Language) -> Spec:
    """One horizontal bar for each value of `by`, made of its parts; longest first."""
    values = [
        {"by": language.word(r[by]), "part": language.word(r[part]), "amount": in_millions(r[amount])}
        for r in rows
        if r[amount] is not None
    ]
    return DRESS | {
        "data": {"values": values},
        "height": {"step": 26},
        "mark": {"type": "bar", "stroke": "#fff"},
        "encoding": {
            "y": {"field": "by", "type": "nominal", "sort": "-x", "title": None},
            "x": {"field": "amount", "type": "quantitative", "aggregate": "sum", "title": language.million_name},
            "color": {"field": "part", "type": "nominal"},
        },
    }


def grouped_bars(rows: Sequence[Row], by: str, amounts: dict[str, str], language: Language) -> Spec:
    """Upright bars side by side, one for each of `amounts` (column to its name), grouped by `by`."""
    values = [
        {"by": str(r[by]), "part": name, "amount": in_millions(r[column])}
        for r in rows
        for column, name in amounts.items()
        if r[column] is not None
    ]
    return DRESS | {
        "data": {"values": values},
        "height": 240,
        "mark": {"type": "bar"},
        "encoding": {
            "x": {"field": "by", "type": "ordinal", "title": None, "axis": {"labelAngle": 0}},
            "xOffset": {"field": "part", "sort": list(amounts.values())},
            "y": {"field": "amount", "type": "quantitative", "title": language.million_name},
            "color": {"field": "part", "type": "nominal", "sort": list(amounts.values())},
        },
    }


def outcome_range(case: Row, language: Language) -> Spec:
    """Where the present value ends in the simulation: from P10 to P80 with P50 marked, and 0 as the line to be above."""
    value = {f"p{n}": in_millions(case[f"net_present_value_p{n}_amount"]) for n in (10, 50, 80)}
    across = {"type": "quantitative", "title": language.million_name}
    texts = [
        {"at": at, "text": f"{name.upper()} {at:,.1f}".replace(".", "," if language.code == "da" else ".")}
        for name, at in value.items()
    ]
    zero: Spec = {"data": {"values": [{"at": 0}]}, "mark": {"type": "rule", "strokeDash": [4, 3]}}
    return DRESS | {
        "height": 60,
        "layer": [
            zero | {"encoding": {"x": {"field": "at", **across}}},
            {
                "data": {"values": [value]},
                "mark": {"type": "bar", "height": 12, "color": PALETTE[4]},
                "encoding": {"x": {"field": "p10", **across}, "x2": {"field": "p80"}},
            },
            {
                "data": {"values": [value]},
                "mark": {"type": "tick", "thickness": 4, "size": 26, "color": PALETTE[0]},
                "encoding": {"x": {"field": "p50", **across}},
            },
            {
                "data": {"values": texts},
                "mark": {"type": "text", "dy": -20, "fontSize": 12},
                "encoding": {"x": {"field": "at", **across}, "text": {"field": "text"}},
            },
        ],
    }


def tornado(rows: Sequence[Row], base: Any, language: Language) -> Spec:
    """How far each assumption moves the present value, from the value with its low to that with its high estimate."""
    values = [
        {
            "name": language.word(r["sensitivity_name"]),
            "low": in_millions(r["low_net_present_value_amount"]),
            "high": in_millions(r["high_net_present_value_amount"]),
        }
        for r in rows
    ]
    rule = {"data": {"values": [{"base": in_millions(base)}]}, "mark": {"type": "rule", "strokeWidth": 2}}
    return DRESS | {
        "height": {"step": 24},
        "layer": [
            {
                "data": {"values": values},
                "mark": {"type": "bar", "height": 14, "color": PALETTE[0]},
                "encoding": {
                    "y": {"field": "name", "type": "nominal", "sort": None, "title": None},
                    "x": {"field": "low", "type": "quantitative", "title": language.million_name},
                    "x2": {"field": "high"},
                },
            },
            rule | {"encoding": {"x": {"field": "base", "type": "quantitative"}}},
        ],
    }


def winners_and_losers(rows: Sequence[Row], name: str, amount: str, language: Language) -> Spec:
    """One bar for each administration, to the right where it gains and to the left where it loses."""
    values = [{"name": r[name], "amount": in_millions(r[amount])} for r in rows if r[amount] is not None]
    return DRESS | {
        "data": {"values": values},
        "height": {"step": 26},
        "mark": {"type": "bar"},
        "encoding": {
            "y": {"field": "name", "type": "nominal", "sort": None, "title": None},
            "x": {"field": "amount", "type": "quantitative", "title": language.million_name},
            "color": {"condition": {"test": "datum.amount < 0", "value": PALETTE[5]}, "value": PALETTE[0]},
        },
    }


def in_millions(amount: Any) -> float:
    """For drawing only: figures that are read stand in the tables, exactly."""
    return round(float(amount) / MILLION, 4)
