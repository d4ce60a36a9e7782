"""What operators bring, read: the notice itself, or an arrangement in fields; whatever is not understood is refused."""

from api.http.bodies import ProposeBody
from api.http.problems import Flaw, Problem
from api.intake.entry_reading import entry_of_fields, entry_of_text
from sla.almanac import Almanac
from sla.editions import Entry
from sla.errors import CountingError, UnreadableNoticeError

UNREADABLE = "unreadable-notice"


def entry_read(said: ProposeBody, almanac: Almanac) -> Entry:
    """Return what a proposal says of days, for an almanac; a Problem where it is not understood whole."""
    if (said.text is None) is (said.arrangement is None):
        raise Problem("invalid", flaws=[Flaw("#/text", "missing" if said.text is None else "not-a-choice")])
    try:
        if said.text is not None:
            return entry_of_text(said.text, said.published, almanac)
        return entry_of_fields(said.arrangement or {}, almanac, replaces=said.replaces)
    except UnreadableNoticeError as error:
        pointer = "#/text" if said.text is not None else "/".join(["#/arrangement", *(error.field or "").split(".")])
        raise Problem(UNREADABLE, f"{error} [{error.rule}]", flaws=[Flaw(pointer.rstrip("/"), UNREADABLE)]) from None
    except CountingError as error:
        raise Problem("wrong-table", str(error)) from None
