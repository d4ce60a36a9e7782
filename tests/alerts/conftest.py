"""The PostgreSQL that the whole alert path uses."""

from tests.databases import postgresql

__all__ = ["postgresql"]
