"""The check of titles, on planted groups whose titles are right, swapped, equal or foreign, and on a real run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

import triptych as tp
from tests.audit_cases import GROUPS, planted_case
from tests.conftest import planted_run
from triptych.checks import faithfulness
from triptych.checks.base import Case, Finding, Undefined
from triptych.checks.faithfulness import Faithfulness
from triptych.core.atlas import Atlas
from triptych.core.context import Context, Silent, using
from triptych.core.errors import MissingExtra, RemoteError
from triptych.stages import audit
from triptych.stages._case import case_of

NAMES = ("cats", "taxes", "boats", "bread", "chess", "stars", "flutes", "roses")


def examined(case: Case, **params: int) -> Finding:
    return Faithfulness(**params).examine(case, seed=0, advance=lambda _share: None)


@pytest.fixture(scope="module")
def case() -> Case:
    """Return groups whose titles name them, one level; a vector of a title is the mean of the group that it names."""
    found = planted_case(rows=400)
    assert found.clusters == GROUPS
    means = [found.vectors[found.labels == topic].mean(axis=0) for topic in range(GROUPS)]

    def encode(texts: Sequence[str]) -> np.ndarray:
        return np.stack([means[NAMES.index(text.split()[0])] for text in texts]).astype(np.float32)

    documents = [f"this is about {NAMES[topic]}" if topic >= 0 else "nothing" for topic in found.labels.tolist()]
    exemplars = [[np.flatnonzero(found.labels == topic)[:10].tolist() for topic in range(GROUPS)]]
    return replace(
        found, levels=found.labels[None], titles=[NAMES], words=[[[name] for name in NAMES]], exemplars=exemplars,
        documents=documents, names=documents, encode=encode,
    )  # fmt: skip


def test_f111_right_titles_are_found_by_all_and_every_topic_has_a_line(case: Case) -> None:
    found = examined(case)
    assert found.table["title"].to_list() == list(NAMES)
    assert found.table.select("matched", "rank", "intruder", "grounded").unique().rows() == [(1.0, 1.0, 1.0, 1.0)]
    assert not found.table["repeated"].any()
    level = found.more["levels"].row(0, named=True)
    assert level["matched_chance"] == pytest.approx(1 / GROUPS)
    assert level["matched_p"] == 0.001
    assert "100% are nearest to the title of their own topic among 8 topics" in found.sentences[0]
    assert "get 12% (p = 0.001)" in found.sentences[0] or "get 13% (p = 0.001)" in found.sentences[0]


def test_f111_swapped_titles_collapse_every_score(case: Case) -> None:
    swapped = examined(replace(case, titles=[NAMES[1:] + NAMES[:1]]))
    level = swapped.more["levels"].row(0, named=True)
    assert level["matched"] == 0
    assert level["matched_p"] > 0.5
    assert level["reciprocal_rank"] < level["reciprocal_rank_chance"]
    assert level["intruder_p"] > 0.05
    assert level["ungrounded"] == GROUPS
    assert "Titles with a word" in swapped.sentences[-2]


def test_f111_documents_are_held_out(case: Case) -> None:
    everything = np.bincount(case.labels[case.labels >= 0])
    assert examined(case).table["documents"].to_list() == (everything - 10).tolist()
    assert set(examined(case, sample=80).table["documents"]) == {10}
    shown = replace(case, exemplars=[[np.flatnonzero(case.labels == topic).tolist() for topic in range(GROUPS)]])
    found = examined(shown)
    assert found.table["matched"].null_count() == GROUPS
    assert found.sentences[0].startswith("No document was matched")


def test_f111_words_are_grounded_in_words_or_documents(case: Case) -> None:
    titles = ["cats", "taxes boats", "boats and dragons", "chess bread", "chess", "stars", "flutes", "roses"]
    table = examined(replace(case, titles=[titles], words=())).table
    assert table["grounded"].to_list() == [1, 0.5, 0.5, 0.5, 1, 1, 1, 1]
    # "chess" is no word of that topic's documents, but stands on the list of its words.
    words = [[[*names, "Chess"] if place == 3 else names for place, names in enumerate(case.words[0])]]
    assert examined(replace(case, titles=[titles], words=words)).table["grounded"][3] == 1


def test_f111_equal_titles_are_said(case: Case) -> None:
    found = examined(replace(case, titles=[["cats", "Cats", *NAMES[2:]]], encode=None))
    assert found.table["repeated"].to_list() == [True, True] + [False] * 6
    assert found.sentences[-1] == "The same title stands more than once within a level: “cats”, “Cats”."


def test_f055_without_an_encoder_words_and_repetitions_are_still_told(case: Case) -> None:
    found = examined(replace(case, encode=None))
    assert found.table["matched"].null_count() == GROUPS
    assert found.table["grounded"].to_list() == [1.0] * GROUPS
    assert found.sentences == (
        "No document was matched with titles: nothing makes vectors of titles as those of the rows were made.",
        "Every word of the titles is among their topic's words, or commoner there than elsewhere.",
        "No title stands twice within a level.",
    )


def test_f055_topics_without_a_title_are_left_out(case: Case) -> None:
    found = examined(replace(case, titles=[["", *NAMES[1:]]]))
    assert found.table["topic"].to_list() == [1, 2, 3, 4, 5, 6, 7]
    assert found.table["matched"].to_list() == [1.0] * 7


def test_f055_nothing_to_examine_is_undefined(case: Case) -> None:
    with pytest.raises(Undefined, match="no topic has a title"):
        examined(replace(case, titles=[[""] * GROUPS]))
    with pytest.raises(Undefined, match="no texts"):
        examined(replace(case, documents=[""] * len(case.documents)))


@pytest.mark.filterwarnings("error")
def test_f055_all_noise_and_a_single_topic(case: Case) -> None:
    one = replace(case, levels=np.zeros_like(case.levels), titles=[["cats"]], words=(), exemplars=())
    found = examined(one)
    assert found.table.select("topic", "matched", "intruder").rows() == [(0, None, None)]
    with pytest.raises(Undefined, match="no topic has a title"):
        examined(replace(case, levels=np.full_like(case.levels, -1), titles=[[]], words=[[]], exemplars=[[]]))


def test_f055_real_titles_beat_chance_and_swapped_ones_do_not(demo_atlas: Atlas) -> None:
    real = case_of(demo_atlas)
    level = examined(real).more["levels"].row(0, named=True)
    assert level["matched"] > 20 * level["matched_chance"]
    assert level["intruder"] > 2 * level["intruder_chance"]
    titles = [[*titles[1:], titles[0]] for titles in real.titles]
    swapped = examined(replace(real, titles=titles)).more["levels"].row(0, named=True)
    assert swapped["matched"] < level["matched"] / 10
    assert swapped["grounded"] < level["grounded"] / 3


def test_f111_every_labeller_is_scored_on_the_same_topics(demo_atlas: Atlas) -> None:
    scores = {}
    for method in ("phrases", "keywords"):
        found = tp.audit(tp.label(demo_atlas, method), "faithfulness").audits
        assert found["faithfulness"]["title"].to_list() == tp.label(demo_atlas, method).topics()["label"].to_list()
        scores[method] = found["faithfulness_levels"]
    assert scores["phrases"]["documents"].equals(scores["keywords"]["documents"])
    assert not scores["phrases"]["matched"].equals(scores["keywords"]["matched"])


def test_f055_titles_are_encoded_as_the_rows_were(demo_atlas: Atlas) -> None:
    made = case_of(demo_atlas).encode
    assert made is not None
    texts = demo_atlas.documents[:3]
    np.testing.assert_array_equal(made(texts), demo_atlas.vectors["minilm"].values[:3])
    given = planted_run()
    assert case_of(given).encode is None
    found = tp.audit(given, "faithfulness").audits["faithfulness"]
    assert found["matched"].null_count() == found.height > 0


def test_f055_an_encoder_that_is_another_one_now_is_not_used(demo_atlas: Atlas) -> None:
    for change in ({"inputs": {"model": "0" * 64}}, {"method": "not_installed"}):
        steps = tuple(replace(s, **change) if s.stage == "encode" else s for s in demo_atlas.steps)
        found = tp.audit(replace(demo_atlas, steps=steps), "faithfulness").audits["faithfulness"]
        assert "encoders" in found["undefined"][0]
    whole = tuple(replace(s, method="tfidf", params={}) if s.stage == "encode" else s for s in demo_atlas.steps)
    assert case_of(replace(demo_atlas, steps=whole)).encode is None


@pytest.mark.parametrize("error", [RemoteError("the server is gone"), MissingExtra("torch is not installed")])
def test_f055_an_encoder_that_is_not_at_hand_leaves_the_check_out_and_the_rest_stands(
    planted_atlas: Atlas, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    heard: list[str] = []

    class Ear(Silent):
        def say(self, sentence: str) -> None:
            heard.append(sentence)

    def gone(_case: Case) -> dict[str, np.ndarray]:
        raise error

    monkeypatch.setattr(faithfulness, "_encoded", gone)
    monkeypatch.setattr(audit, "method_names", lambda _kind: ["faithfulness", "survival", "time"])
    with using(Context(threads=1, progress=Ear())):
        atlas = tp.audit(planted_atlas)
    assert "faithfulness" not in atlas.audits
    assert {"survival", "time"} <= set(atlas.audits)
    assert heard == [f"left out: Do the titles say what is in the topics? {error}"]
    notes = next(step.notes for step in atlas.steps if step.name == "verdicts")
    assert notes[-1] == "Not asked: faithfulness."
    with pytest.raises(type(error)):
        tp.audit(planted_atlas, "faithfulness")
