"""The client for utilities."""
