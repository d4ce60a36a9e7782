"""Defaults that settings may change. To read them nothing of Temporal has to be loaded."""

from datetime import timedelta

NAMESPACE = "shixian"
IN_FLIGHT = 8  # updates of one process to one case; the server allows ten
DEADLINE = timedelta(seconds=4.5)
