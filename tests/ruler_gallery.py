"""Every kind of ruler as a page to look at: `python -m tests.ruler_gallery` writes `build/ruler/*.html`."""

import sys
from pathlib import Path

from api.ruler.drawing import drawn, drawn_small, stylesheet
from api.ruler.mini import mini_of
from api.ruler.ruler import ruler_of
from api.ruler.words import Lang
from api.views.case import clock_shown
from sla.release import RELEASE
from tests.api.ruler.cases import SAMPLES, Sample

FOLDER = Path("build/ruler")
LANGS: tuple[Lang, ...] = ("zh", "en")
PAGE = """<!doctype html><html lang="{lang}"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{name}</title><style>{style} body {{ margin: 24px; background: var(--bg); color: var(--ink);
font: 15px/1.5 "Noto Sans CJK SC", sans-serif }} @media (max-width: 719px) {{ body {{ margin: 12px }} }}</style>
<h1>{name}</h1>{small}{ruler}</html>
"""


def page_of(name: str, sample: Sample, lang: Lang) -> str:
    """A sample as a page."""
    view, row, now, was_due, projected, fold = sample
    ruler = ruler_of(view, row, RELEASE, now, lang=lang, was_due=was_due, projected=projected, fold=fold)
    small = drawn_small(mini_of(clock_shown(row, view, RELEASE, now), lang))
    return PAGE.format(lang=lang, name=name, style=stylesheet(), small=small, ruler=drawn(ruler))


def main() -> int:
    """Write them all."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, make in SAMPLES.items():
        sample = make()
        for lang in LANGS:
            (FOLDER / f"{name}-{lang}.html").write_text(page_of(name, sample, lang), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
