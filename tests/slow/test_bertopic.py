"""Real BERTopic: it opens our folders and agrees, and what it fitted and saved itself is taken in."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import triptych as tp
from triptych.core.atlas import Atlas
from triptych.export.bertopic import NOISE, write_bertopic

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]


@pytest.fixture(scope="module")
def bertopic() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pytest.importorskip("bertopic")


def vectors_of(atlas: Atlas) -> np.ndarray:
    return next(iter(atlas.vectors.values())).values


class Known:
    """Stands for the model of the run: it knows the vectors of its texts."""

    def __init__(self, bertopic: Any, atlas: Atlas) -> None:
        known = dict(zip(atlas.documents, vectors_of(atlas), strict=True))

        class Backend(bertopic.backend.BaseEmbedder):  # type: ignore[misc]
            def embed(self, documents: list[str], verbose: bool = False) -> np.ndarray:
                return np.array([known[text] for text in documents])

        self.backend = Backend()


@pytest.mark.parametrize("level", [0, 2])
def test_f119_bertopic_opens_the_folder_and_agrees(
    bertopic: Any, demo_atlas: Atlas, tmp_path: Path, level: int
) -> None:
    folder = write_bertopic(demo_atlas, tmp_path / "model", level=level)
    model = bertopic.BERTopic.load(folder, embedding_model=Known(bertopic, demo_atlas).backend)
    labels = demo_atlas.trees["topics"].levels[level]
    topics = demo_atlas.topics().filter(level=level)
    info = model.get_topic_info()
    assert info["Topic"].tolist() == list(range(-1, len(topics)))
    assert info["Count"].tolist() == [int((labels < 0).sum()), *topics["size"]]
    assert info["CustomName"].tolist() == [NOISE, *topics["label"]]
    assert info["Representation"].tolist()[1:] == topics["keywords"].to_list()
    described = [t for t in demo_atlas.descriptions["topics"].topics if t.level == level]
    for topic in described:
        words = topic.keywords
        assert [tuple(pair) for pair in model.get_topic(topic.cluster)] == list(words)
        assert model.get_topic_freq(topic.cluster) == topic.size
        assert info["Name"][topic.cluster + 1] == "_".join([str(topic.cluster), *(word for word, _ in words[:4])])
    assert model.topics_ == labels.tolist()


def test_f119_bertopic_works_with_what_it_opened(bertopic: Any, demo_atlas: Atlas, tmp_path: Path) -> None:
    folder = write_bertopic(demo_atlas, tmp_path / "model", level=1)
    model = bertopic.BERTopic.load(folder, embedding_model=Known(bertopic, demo_atlas).backend)
    vectors, labels = vectors_of(demo_atlas), demo_atlas.trees["topics"].levels[1]
    documents, inside = demo_atlas.documents, labels >= 0
    found, likeness = model.transform(documents)
    assert (np.array(found)[inside] == labels[inside]).mean() > 0.7
    assert likeness.min() > 0
    typical = [t.exemplars[0] for t in demo_atlas.descriptions["topics"].topics if t.level == 1]
    nearest = [model.find_topics(documents[row], top_n=3)[0] for row in typical]
    assert np.mean([topic in three for topic, three in enumerate(nearest)]) > 0.9
    shares, _ = model.approximate_distribution(documents, min_similarity=0)
    assert (shares.argmax(axis=1)[inside] == labels[inside]).mean() > 0.5
    assert model.get_document_info(documents)["CustomName"].nunique() == len(set(labels.tolist()))
    assert len(model.visualize_hierarchy().data) > 0
    model.reduce_topics(documents, nr_topics=4)
    assert len(model.get_topics()) <= 4
    model.save(tmp_path / "again", serialization="safetensors", save_embedding_model=False, save_ctfidf=True)
    assert len(vectors) == len(bertopic.BERTopic.load(tmp_path / "again").topics_)


@pytest.fixture(scope="module")
def fitted(bertopic: Any, demo_atlas: Atlas) -> Any:
    """Return a model that BERTopic fitted on the texts and vectors of the demo, with some rows in no topic."""
    from sklearn.cluster import HDBSCAN
    from sklearn.decomposition import PCA

    model = bertopic.BERTopic(
        umap_model=PCA(10, random_state=0),
        hdbscan_model=HDBSCAN(min_cluster_size=5, cluster_selection_method="leaf", copy=True),
    )
    model.fit(demo_atlas.documents, vectors_of(demo_atlas))
    assert len(model.get_topic_info()) > 10
    assert -1 in model.topics_
    return model


@pytest.mark.parametrize("ctfidf", [True, False])
def test_f119_a_model_that_bertopic_fitted_is_taken(
    fitted: Any, demo_atlas: Atlas, tmp_path: Path, ctfidf: bool
) -> None:
    numbers = sorted(set(fitted.topics_))
    fitted.set_topic_labels([f"About {fitted.get_topic(number)[0][0]}, group {number}" for number in numbers])
    folder = tmp_path / "saved"
    fitted.save(folder, serialization="safetensors", save_embedding_model=False, save_ctfidf=ctfidf)
    atlas = tp.run(vectors_of(demo_atlas), metadata=demo_atlas.kept.select(text="document"), text="text",
                   bertopic=folder, out=tmp_path / "run.trip")  # fmt: skip
    atlas = tp.load(tmp_path / "run.trip")
    labels, topics = atlas.clusterings["bertopic"].labels, atlas.topics().filter(level=0)
    pairs = {*zip(labels.tolist(), fitted.topics_, strict=True)}
    assert len(pairs) == len(numbers), "the same partition"
    assert (-1, -1) in pairs
    info = fitted.get_topic_info().set_index("Topic")
    titles = dict(zip(numbers, fitted.custom_labels_, strict=True))
    for ours, theirs in pairs - {(-1, -1)}:
        line = topics.row(ours, named=True)
        assert line["size"] == info["Count"][theirs]
        assert line["keywords"] == [word for word in info["Representation"][theirs] if word]
        assert (line["label"], line["label_status"]) == (titles[theirs], "given")
    assert (tmp_path / "run.trip" / "map.html").is_file()
    assert tp.diff(atlas, atlas).empty
    assert tp.find(atlas, "dog", by="words").height


def test_f119_there_and_back_again(bertopic: Any, fitted: Any, demo_atlas: Atlas, tmp_path: Path) -> None:
    fitted.save(tmp_path / "one", serialization="safetensors", save_embedding_model=False)
    rows: dict[str, Any] = {"metadata": demo_atlas.kept.select(text="document"), "text": "text"}
    atlas = tp.run(vectors_of(demo_atlas), bertopic=tmp_path / "one", **rows)
    model = bertopic.BERTopic.load(write_bertopic(atlas, tmp_path / "two"))
    assert len({*zip(model.topics_, fitted.topics_, strict=True)}) == len(set(fitted.topics_))
    again = tp.run(vectors_of(demo_atlas), bertopic=tmp_path / "two", **rows)
    assert tp.diff(atlas, again).empty


def test_f119_pickles_of_bertopic_are_refused(fitted: Any, demo_atlas: Atlas, tmp_path: Path) -> None:
    pytest.importorskip("torch")
    fitted.save(tmp_path / "model.pickle", serialization="pickle", save_embedding_model=False)
    fitted.save(tmp_path / "torch", serialization="pytorch", save_embedding_model=False)
    for saved in ("model.pickle", "torch"):
        with pytest.raises(tp.InputError, match='serialization="safetensors"'):
            tp.run(demo_atlas.documents, bertopic=tmp_path / saved)
