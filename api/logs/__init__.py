"""Logs of the past: read strictly and in bounded memory, judged by a rule, and written from the ledger."""
