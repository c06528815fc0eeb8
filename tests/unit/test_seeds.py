"""One root seed, named children."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import planted
from triptych.core.atlas import Atlas
from triptych.core.seeds import child_seed
from triptych.core.step import Plan

STEPS = ["relate/given", "reduce/umap5", "reduce/umap2", "cluster/hdbscan", "nest/topics", "describe/topics"]


@given(st.integers(0, 2**64), st.text())
def test_a_seed_fits_every_library(root: int, name: str) -> None:
    assert 0 <= child_seed(root, name) < 2**31
    assert child_seed(root, name) == child_seed(root, name)


def test_children_differ() -> None:
    seeds = {child_seed(root, name) for root in range(200) for name in STEPS}
    assert len(seeds) == 200 * len(STEPS)


def test_the_seeds_of_a_version_are_those_of_the_next() -> None:
    """Written down: a change would give every user another map for the same seed."""
    assert child_seed(0, "reduce/umap2") == 402110910
    assert child_seed(42, "reduce/umap2") == 1837326359


def test_a_step_more_shifts_no_other() -> None:
    """The random numbers of a step depend on the root and its own name, not on what ran before it."""
    import triptych as tp

    vectors, _ = planted(60)

    def road(*, longer: bool) -> Atlas:
        atlas = tp.relate(tp.read(vectors, roles=tp.Roles(), seed=3))
        atlas = tp.reduce(atlas, "pca", n_components=3, name="flat")
        if longer:
            atlas = tp.cluster(atlas, "kmeans", on="flat", n_clusters=3, name="coarse")
            atlas = tp.reduce(atlas, "pca", n_components=2, name="flatter")
        return tp.cluster(atlas, "kmeans", on="flat", n_clusters=6, name="fine")

    short, long = road(longer=False), road(longer=True)
    assert long.digests.items() >= short.digests.items()
    seeds = {f"{step.stage}/{step.name}": step.seed for step in long.steps}
    assert seeds["cluster/fine"] != seeds["cluster/coarse"]
    assert all(seed == child_seed(3, name) for name, seed in seeds.items())


def test_the_seed_is_part_of_the_key() -> None:
    plan = Plan(stage="cluster", name="a", method="kmeans", version="1", params={}, reads={})
    assert plan.key(plan.seed(0)) != plan.key(plan.seed(1))
