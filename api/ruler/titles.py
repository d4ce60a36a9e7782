"""What stages, grounds and waiting steps of a case are called; a key that this release does not know stands for itself."""

from decimal import Decimal
from typing import NamedTuple

from activities.record import CasePicture
from api.ruler.words import Lang
from api.views.case import LimitShown
from workflows.errors import ProcedureError
from workflows.procedure import Procedure
from workflows.procedures import resolve


class Titles(NamedTuple):
    """Titles of one case in one language."""

    lang: Lang
    procedure: Procedure | None

    def ground(self, keys: str | None) -> str:
        """Return grounds of suspension in words, as the ledger joins their keys."""
        return "、".join(self._title("grounds", key) for key in (keys or "").split(", ") if key)

    def stage(self, key: str) -> str:
        """Return a stage's title."""
        return self._title("stages", key)

    def target(self, step: str) -> LimitShown | None:
        """Return the planning target of a step that has not begun."""
        known = self.procedure.steps if self.procedure else ()
        found = next((one.target for one in known if one.key == step), None)
        return None if found is None else LimitShown(amount=Decimal(found.amount), unit=found.unit)

    def _title(self, of: str, key: str) -> str:
        known = getattr(self.procedure, of) if self.procedure else ()
        found = next((one for one in known if one.key == key), None)
        if found is None:
            return key
        return str(found.title_zh if self.lang == "zh" else found.title_en)


def titles_of(case: CasePicture, lang: Lang) -> Titles:
    """Look up the procedure of a case in this release."""
    try:
        return Titles(lang, resolve(case.procedure, case.jurisdiction, case.variant, case.facts))
    except ProcedureError:
        return Titles(lang, None)
