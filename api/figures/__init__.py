"""Averages, on-time shares and the report of a month."""
