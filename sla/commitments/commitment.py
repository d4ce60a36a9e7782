"""What a commitment is: a sentence of a policy document, who answers for it, and what it lets one count."""

from datetime import date
from decimal import Decimal
from enum import StrEnum

from sla.clock import Limit
from sla.model import Model
from sla.sources import Citation


class Metric(StrEnum):
    """What the sentence measures."""

    CASE = "per-case-max"
    CHAIN = "chain-total-max"
    AVERAGE = "average-max"
    CASE_IN_PRINCIPLE = "per-case-max-in-principle"  # 原则上
    IMMEDIATE = "immediate"  # 即办
    FEE = "fee-max"
    RATIO = "ratio-min"
    COUNT = "count-min"
    REDUCTION = "relative-reduction"
    ANNUAL_EFFORT = "annual-effort-max"
    MILESTONE = "milestone"
    QUALITATIVE = "qualitative"


class Operator(StrEnum):
    """How the measured value stands to the promised one."""

    AT_MOST = "<="
    AT_LEAST = ">="
    MORE_THAN = ">"
    EXACTLY = "="
    SAME_DAY = "same_day"


class StatedFigure(Model):
    """The number as the sentence has it, in the sentence's own unit; `Commitment.limit` is how it is read."""

    operator: Operator
    value: Decimal
    unit: str


class Owners(Model):
    """Who the document makes answerable, by the role it gives them: 责任单位, 牵头部门, 配合部门."""

    responsible: tuple[str, ...] = ()
    lead: tuple[str, ...] = ()
    support: tuple[str, ...] = ()

    @property
    def answerable(self) -> str:
        """Who answers for the promise: the lead, or all responsible units where no lead is named."""
        return "、".join(self.lead or self.responsible)


class BindingBasis(StrEnum):
    """What the first binding day rests on."""

    CLAUSE = "clause"
    CLOSING_CLAUSE = "closing-clause"
    UNDATED = "undated"  # the document has no date: the operator supplies the day


class Binding(Model):
    """From when a commitment binds, and the words that say so."""

    from_day: date | None
    words: str | None
    basis: BindingBasis


class Relation(StrEnum):
    """How a Taicang sentence stands to the Suzhou one."""

    EQUAL = "inherit-equal"
    STRICTER = "override-stricter"
    CONCRETE = "concretise"
    NEW = "new"


class Commitment(Model):
    """A public commitment 承诺: one sentence, one measure."""

    id: str
    jurisdiction: str
    title_zh: str
    title_en: str
    procedure: str
    variant: str
    citation: Citation
    owners: Owners
    measure: Metric
    figure: StatedFigure | None = None
    limit: Limit | None = None
    ends: tuple[
        str, ...
    ] = ()  # steps whose completion stops it, where the sentence names another end than the procedure
    binding: Binding
    exclusions: tuple[str, ...] = ()
    parent: str | None = None
    relation: Relation | None = None
    core: bool = False
    interpretation: tuple[str, ...] = ()  # what the sentence leaves open, and how it is taken here
    notes: str = ""

    @property
    def binding_from(self) -> date | None:
        """The first day on which it binds; None where the document does not say."""
        return self.binding.from_day
