"""What the benchmark says: a figure a line, and all of them in one file."""

import json
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

LARGE = 100  # from here on without decimals


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure; `against` says what was measured against what."""

    value: float
    unit: str
    against: str


@dataclass(slots=True)
class Sheet:
    """The figures of a run, each printed as soon as it is known."""

    figures: dict[str, Figure] = field(default_factory=dict)

    def add(self, name: str, value: float, unit: str, against: str) -> None:
        """Prints a figure and keeps it."""
        figure = Figure(round(value) if abs(value) >= LARGE else round(value, 2), unit, against)
        self.figures[name] = figure
        print(f"{name} {figure.value} {unit}, {against}", flush=True)

    def add_ratios(self, name: str, ratios: Sequence[float], against: str) -> None:
        """The median of the pairs' ratios; the least and the most stand with it."""
        spread = f"median of {len(ratios)} pairs, {min(ratios):.2f} to {max(ratios):.2f}"
        self.add(name, statistics.median(ratios), "ratio", f"{against}; {spread}")

    def write(self, path: Path) -> None:
        """Writes `{name: {value, unit, against}}`."""
        path.parent.mkdir(parents=True, exist_ok=True)
        written = {
            name: {"value": one.value, "unit": one.unit, "against": one.against} for name, one in self.figures.items()
        }
        path.write_text(json.dumps(written, ensure_ascii=False, indent=2) + "\n")
