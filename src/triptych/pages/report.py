"""The report page: the six stages of a run, each as a good, a bad and a beautiful panel, in one offline HTML file."""

from __future__ import annotations

from importlib import resources

from triptych.pages.html import load_asset, render_page
from triptych.pages.report_figures import part
from triptych.pages.report_parts import ReportData, Section, Stage
from triptych.pages.text import text

__all__ = ["figure_list", "render_report", "report_style", "section"]

PANELS = ("good", "bad", "beautiful")


def render_report(data: ReportData) -> str:
    """Return the whole report as HTML; the same data gives the same text, and all text in it is shown as text.

    Without its script the page still shows everything; the script adds the slides.

    Raises
    ------
    StepFailed
        If the web assets have not been built.
    """
    parts = [
        '<a class="skip" href="#stage-1">Skip to the first stage</a><main>',
        _opening(data),
        *(_stage(stage, number) for number, stage in enumerate(data.stages, 1)),
        "</main>",
    ]
    return render_page(title=data.title, style=report_style(), script=load_asset("report.js"), body="\n".join(parts))


def report_style() -> str:
    r"""Return the style of the report as text, line ends as ``\n``."""
    style = resources.files("triptych.pages").joinpath("report.css").read_text(encoding="utf-8")
    return style.replace("\r\n", "\n")


def figure_list(figures: tuple[tuple[str, str], ...]) -> str:
    """Return figures, each a number and what it counts, as the HTML of a list."""
    shown = "".join(f"<div><dt>{text(what)}</dt><dd>{text(number)}</dd></div>" for number, what in figures)
    return f'<dl class="figures">{shown}</dl>'


def _opening(data: ReportData) -> str:
    links = "".join(
        f'<li><a href="#stage-{number}">{text(stage.heading)}</a></li>' for number, stage in enumerate(data.stages, 1)
    )
    return (
        f'<header class="slide"><h1 tabindex="-1" dir="auto">{text(data.title)}</h1>'
        f'<p class="subtitle">{text(data.subtitle)}</p>{figure_list(data.figures)}</header>'
        f'<nav aria-label="Stages"><ol>{links}</ol></nav>'
    )


def _stage(stage: Stage, number: int) -> str:
    panels = "".join(
        _panel(kind, each) for kind, each in zip(PANELS, (stage.good, stage.bad, stage.beautiful), strict=True)
    )
    more = "".join(f'<section class="more">{section(each, 3)}</section>' for each in stage.more)
    return (
        f'<section class="stage slide" id="stage-{number}" aria-labelledby="head-{number}">'
        f'<h2 id="head-{number}" tabindex="-1"><span class="count" aria-hidden="true">{number}</span>'
        f'{text(stage.heading)}</h2><div class="panels">{panels}</div>{more}</section>'
    )


def _panel(kind: str, each: Section) -> str:
    return f'<article class="panel {kind}"><p class="kind">The {kind}</p>{section(each, 3)}</article>'


def section(value: Section, level: int) -> str:
    """Return a section under a heading of a level as HTML."""
    sentences = "".join(f'<p dir="auto">{text(sentence)}</p>' for sentence in value.sentences)
    parts = "".join(map(part, value.parts))
    return f'<h{level} dir="auto">{text(value.heading)}</h{level}>{sentences}{parts}'
