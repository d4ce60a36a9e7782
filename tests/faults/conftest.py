"""The PostgreSQL that the checker's processes use."""

from tests.databases import postgresql

__all__ = ["postgresql"]
