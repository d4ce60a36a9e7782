"""Fixtures of the databases."""

from tests.databases import database, empty_url, postgresql, store, url

__all__ = ["database", "empty_url", "postgresql", "store", "url"]
