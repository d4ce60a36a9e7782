"""A rehearsal's progress on a terminal."""

import io

from rich.console import Console

from api.demo.morning import FIRST
from api.demo.progress import RehearsalProgress


def test_a_bar_that_ended_says_what_it_came_to_and_is_drawn_no_more() -> None:
    terminal = io.StringIO()
    console = Console(file=terminal, force_terminal=True, width=120)
    with RehearsalProgress(console, "The city", 2) as progress:
        progress.at(FIRST, 0.5, 7)
        progress.case_done()
        progress.case_done()
        progress.end()
        ended = terminal.getvalue()
        assert "2/2 cases" in ended
        console.print("It stands open.")
        assert terminal.getvalue().removeprefix(ended) == "It stands open.\n", "nothing is drawn under what is said"
    assert terminal.getvalue().endswith("It stands open.\n")
