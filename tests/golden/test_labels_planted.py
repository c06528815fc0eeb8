"""Titles of a small planted corpus, as they read today; a change of wording is a change to look at."""

import numpy as np
import pytest

from triptych.core.registry import create
from triptych.describers.base import Describer, Documents
from triptych.labellers.base import Evidence, Label, Labeller

TEXTS = {
    "perl": [
        "Perl module for parsing dates and times from free text",
        "This Perl module reads and writes spreadsheets in several formats",
        "a Perl module to talk to mail servers over encrypted connections",
        "Small Perl module that converts colours between spaces",
        "Perl module for colouring the output of terminals",
        "Testing web services from Perl: a module with a mock server",
    ],
    "font": [
        "A serif font for long texts, with small capitals and old figures",
        "Monospaced font made for programmers, clear at small sizes",
        "Handwritten font with many ligatures, drawn with a brush",
        "A font that covers Greek and Cyrillic, in four weights",
        "Free fonts for screens and signs, easy to read from far",
        "Font of musical symbols for engraving scores",
    ],
    "whale": [
        "A whale swims in the ocean and sings to other whales",
        "Dolphins are small whales that hunt in groups in the ocean",
        "The blue whale is the largest animal of the ocean",
        "Sharks of the ocean feed on fish and on the carcass of a whale",
        "An octopus hides between rocks on the floor of the ocean",
        "Seals rest on ice and dive in the ocean for fish",
    ],
    "parrot": [
        "A parrot is a colourful bird that copies speech",
        "Owls are birds that hunt at night without a sound",
        "The eagle is a bird of prey with sharp eyes",
        "A penguin is a bird that swims and cannot fly",
        "Swans are large white birds that nest near lakes",
        "The wren is a small bird with a loud voice",
    ],
    "court": [
        "A young lawyer defends an innocent man in a murder trial",
        "The judge of a murder trial doubts the only witness",
        "A jury argues about the murder of a banker, one lawyer lies",
        "Two lawyers fall in love during a murder trial in Boston",
        "A widow is accused of murder; her lawyer finds the letters",
        "The last witness of the trial changes what everyone believed",
    ],
}
LEVELS = ([0, 1, 2, 3, 4], [0, 0, 1, 1, 2])
GOLDEN = [
    ["Perl modules", "Fonts", "Ocean", "Birds", "Murder & trials"],
    ["Perl modules & fonts", "Ocean & birds", "Murder & trials"],
]


def evidence(groups: dict[str, list[str]], levels: tuple[list[int], ...], describer: str = "mmr") -> list[Evidence]:
    texts = [text for group in groups.values() for text in group]
    fine = np.repeat(np.arange(len(groups)), [len(group) for group in groups.values()])
    partitions = [np.array(level, dtype=np.int32)[fine] for level in levels]
    described = create("describers", describer, Describer, {}).describe(Documents(texts), partitions, seed=0)
    found = []
    for level, (labels, words) in enumerate(zip(partitions, described, strict=True)):
        for cluster, keywords in enumerate(words):
            rows = np.flatnonzero(labels == cluster)
            parent = int(partitions[level + 1][rows[0]]) if level + 1 < len(partitions) else -1
            chosen = tuple(texts[row] for row in rows[:10])
            found.append(Evidence(level, cluster, parent, len(rows), keywords, chosen, ("",) * len(chosen)))
    return found


def titles(pieces: list[Evidence]) -> list[Label]:
    return create("labellers", "phrases", Labeller, {}).label(pieces)


@pytest.mark.parametrize("describer", ["ctfidf", "mmr"])
def test_f063_every_level_is_titled_as_a_person_would(describer: str) -> None:
    found = titles(evidence(TEXTS, LEVELS, describer))
    assert [label.text for label in found] == GOLDEN[0] + GOLDEN[1]
    assert {label.status for label in found} == {"extracted"}
