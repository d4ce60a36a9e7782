"""The published arrangements of days off, as the project's own data."""
