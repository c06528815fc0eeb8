"""Fixtures of the security tests: the same Chromium as the browser tests, and the payloads."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.browser import chromium

HERE = Path(__file__).parent


def pytest_configure(config: pytest.Config) -> None:
    chromium.register(config)


@pytest.fixture(scope="session")
def hostile() -> list[str]:
    """Texts that try to become markup, attributes, script, style, template or address."""
    payloads: list[str] = json.loads((HERE / "payloads" / "hostile.json").read_text(encoding="utf-8"))
    return payloads


@pytest.fixture(scope="session")
def links() -> dict[str, list[str]]:
    """Addresses that a page may carry (``allowed``) and those it may only show (``refused``)."""
    table: dict[str, list[str]] = json.loads((HERE / "payloads" / "links.json").read_text(encoding="utf-8"))
    return table
