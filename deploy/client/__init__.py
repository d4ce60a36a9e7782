"""The client for utilities: its own distribution, and the command that makes its types."""
