"""Whom a case is about: kept apart from ledger and histories, encrypted, found by blind index, erased with its key."""
