"""The reference notes and the two policy documents, which stand beside the repository and not in it."""

import json
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

SHARED = Path(__file__).resolve().parent.parent.parent / "shared"


@cache
def reference(name: str) -> Any:
    """A JSON file of the reference notes."""
    return json.loads(_read("reference", name))


@cache
def seeds() -> dict[str, str]:
    """The policy documents by the SHA-256 of their files."""
    return {sha256(path.read_bytes()).hexdigest(): path.read_text(encoding="utf-8") for path in _folder("seeds")}


def _read(*parts: str) -> str:
    path = SHARED.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"../shared/{'/'.join(parts)} is not beside the repository")
    return path.read_text(encoding="utf-8")


def _folder(name: str) -> list[Path]:
    files = sorted((SHARED / name).glob("*.txt"))
    if not files:
        pytest.skip(f"../shared/{name} is not beside the repository")
    return files
