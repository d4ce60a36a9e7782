"""The cities whose promises are kept, by their key, as people name them: Chinese first and English beside it."""

from collections.abc import Mapping

PLACES: Mapping[str, tuple[str, str]] = {"suzhou": ("苏州市", "Suzhou"), "taicang": ("太仓市", "Taicang")}
