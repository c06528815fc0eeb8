"""The report page: the six stages of a run, each as a good, a bad and a beautiful panel, in one offline HTML file."""

from __future__ import annotations

from importlib import resources

from triptych.pages.html import load_asset, render_page
from triptych.pages.report_figures import part, text
from triptych.pages.report_parts import ReportData, Section, Stage

__all__ = ["render_report"]

PANELS = ("good", "bad", "beautiful")


def render_report(data: ReportData) -> str:
    """Return the whole report as HTML; the same data gives the same text, and all text in it is shown as text.

    Without its script the page still shows everything; the script adds the slides.

    Raises
    ------
    StepFailed
        If the web assets have not been built.
    """
    style = resources.files("triptych.pages").joinpath("report.css").read_text(encoding="utf-8").replace("\r\n", "\n")
    parts = [
        '<a class="skip" href="#stage-1">Skip to the first stage</a><main>',
        _opening(data),
        *(_stage(stage, number) for number, stage in enumerate(data.stages, 1)),
        "</main>",
    ]
    return render_page(title=data.title, style=style, script=load_asset("report.js"), body="\n".join(parts))


def _opening(data: ReportData) -> str:
    figures = "".join(f"<div><dt>{text(what)}</dt><dd>{text(number)}</dd></div>" for number, what in data.figures)
    links = "".join(
        f'<li><a href="#stage-{number}">{text(stage.heading)}</a></li>' for number, stage in enumerate(data.stages, 1)
    )
    return (
        f'<header class="slide"><h1 tabindex="-1" dir="auto">{text(data.title)}</h1>'
        f'<p class="subtitle">{text(data.subtitle)}</p><dl class="figures">{figures}</dl></header>'
        f'<nav aria-label="Stages"><ol>{links}</ol></nav>'
    )


def _stage(stage: Stage, number: int) -> str:
    panels = "".join(
        _panel(kind, section) for kind, section in zip(PANELS, (stage.good, stage.bad, stage.beautiful), strict=True)
    )
    more = "".join(f'<section class="more">{_section(section, 3)}</section>' for section in stage.more)
    return (
        f'<section class="stage slide" id="stage-{number}" aria-labelledby="head-{number}">'
        f'<h2 id="head-{number}" tabindex="-1"><span class="count" aria-hidden="true">{number}</span>'
        f'{text(stage.heading)}</h2><div class="panels">{panels}</div>{more}</section>'
    )


def _panel(kind: str, section: Section) -> str:
    return f'<article class="panel {kind}"><p class="kind">The {kind}</p>{_section(section, 3)}</article>'


def _section(section: Section, level: int) -> str:
    sentences = "".join(f'<p dir="auto">{text(sentence)}</p>' for sentence in section.sentences)
    parts = "".join(part(value) for value in section.parts)
    return f'<h{level} dir="auto">{text(section.heading)}</h{level}>{sentences}{parts}'
