"""Every public name exists, is documented, and every method keeps the contract of methods."""

from __future__ import annotations

import inspect

import pytest

import triptych
from triptych.core.errors import TriptychError, UsageError
from triptych.core.registry import KINDS, Method, create, method_class, method_names

METHODS = [(kind, name) for kind in KINDS for name in method_names(kind)]


@pytest.mark.parametrize("name", triptych.__all__)
def test_public_names_exist_and_are_documented(name: str) -> None:
    found = getattr(triptych, name)
    if name != "__version__":
        assert inspect.getdoc(found), name
    assert name in dir(triptych)


def test_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        _ = triptych.nonsense


def test_exit_codes_differ() -> None:
    errors = TriptychError.__subclasses__()
    assert sorted(e.exit_code for e in errors) == [2, 3, 4, 5, 6, 7, 8]


@pytest.mark.parametrize(("kind", "name"), METHODS)
def test_methods_declare_their_parameters(kind: str, name: str) -> None:
    found = method_class(kind, name, Method)
    assert found.name() == name
    assert inspect.getdoc(found), f"{kind}/{name} has no docstring"
    made = found()
    assert made.params() == found.defaults()
    for parameter, limit in found.limits.items():
        assert limit.help, f"{kind}/{name}: {parameter} has no help"
        default = found.defaults()[parameter]
        assert (limit.optional and default is None) or limit.accepts(default), f"{kind}/{name}: {parameter}"


@pytest.mark.parametrize(("kind", "name"), METHODS)
def test_methods_name_the_nearest_parameter(kind: str, name: str) -> None:
    with pytest.raises(UsageError, match="has no parameter 'nonsense'"):
        create(kind, name, Method, {"nonsense": 1})


def test_unknown_method_names_the_nearest() -> None:
    with pytest.raises(UsageError, match="did you mean hdbscan"):
        method_class("clusterers", "hdbscn", Method)


def test_limits_speak() -> None:
    with pytest.raises(UsageError, match="min_cluster_size must be a whole number of at least 2, got 1"):
        create("clusterers", "hdbscan", Method, {"min_cluster_size": 1})
    with pytest.raises(UsageError, match="selection must be one of eom, leaf, got 'both'"):
        create("clusterers", "hdbscan", Method, {"selection": "both"})
    with pytest.raises(UsageError, match=r"min_dist must be a number from 0.0 to 1.0, got nan"):
        create("reducers", "umap", Method, {"min_dist": float("nan")})
