"""What holds of titles whatever the evidence is."""

from hypothesis import example, given, settings
from hypothesis import strategies as st

from triptych.labellers.base import Evidence
from triptych.labellers.phrases import Phrases

VOCABULARY = ["tree", "trees", "Perl", "module", "boat", "the", "of", "a", "is", "red", "OCaml", "library", "42"]
VOCABULARY += ["機械学習", "ไทย", "сети", "cat's", "<b>", "&", "\u202e"]
words = st.sampled_from(VOCABULARY)
texts = st.one_of(st.lists(words, max_size=8).map(" ".join), st.text(max_size=60))
keywords = st.lists(st.tuples(texts, st.floats(0.001, 10)), max_size=5).map(tuple)


@st.composite
def evidence(draw: st.DrawFn) -> list[Evidence]:
    """Return the clusters of one to three levels, each level a merger of the one below."""
    found: list[Evidence] = []
    sizes = draw(st.lists(st.integers(1, 2000), min_size=1, max_size=6))
    for level in range(draw(st.integers(1, 3))):
        parents = draw(st.lists(st.integers(0, len(sizes) // 2), min_size=len(sizes), max_size=len(sizes)))
        for cluster, (size, parent) in enumerate(zip(sizes, parents, strict=True)):
            exemplars = tuple(draw(st.lists(texts, max_size=6)))
            titles = tuple(draw(texts) for _ in exemplars)
            found.append(Evidence(level, cluster, parent, size, draw(keywords), exemplars, titles))
        held = [
            sum(s for s, p in zip(sizes, parents, strict=True) if p == parent) for parent in range(max(parents) + 1)
        ]
        sizes = [size or 1 for size in held]
    return found


@settings(max_examples=60, deadline=None)
@example([Evidence(0, 0, 0, 1, (("\U0003134b", 1.0),), (), ())])
@given(evidence())
def test_f060_f063_every_cluster_has_its_own_printable_title(given_evidence: list[Evidence]) -> None:
    found = Phrases().label(given_evidence)
    assert found == Phrases().label(given_evidence)
    assert len(found) == len(given_evidence)
    for label in found:
        assert 0 < len(label.text) <= 80
        assert label.text == label.text.strip()
        assert label.text.replace("\u200c", "").replace("\u200d", "").isprintable()
        assert set('<>"`{}[]|\\').isdisjoint(label.text)
        assert label.status in {"extracted", "fallback"}
    for level in {piece.level for piece in given_evidence}:
        names = [
            label.text.casefold() for label, piece in zip(found, given_evidence, strict=True) if piece.level == level
        ]
        assert len(set(names)) == len(names)


@settings(max_examples=60, deadline=None)
@example([Evidence(0, 0, 0, 1, (("\U0003134b", 1.0),), (), ())])
@given(evidence())
def test_f060_no_cluster_is_called_like_the_one_above_it(given_evidence: list[Evidence]) -> None:
    titles = {
        (piece.level, piece.cluster): (label.text, piece.size)
        for piece, label in zip(given_evidence, Phrases().label(given_evidence), strict=True)
    }
    for piece in given_evidence:
        above = titles.get((piece.level + 1, piece.parent))
        text, size = titles[piece.level, piece.cluster]
        assert above is None or above[0] != text or above[1] == size
