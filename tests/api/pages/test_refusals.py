"""Whatever may be wrong with a form is said in the language of its page."""

import ast
import re
from pathlib import Path
from typing import get_args

import pytest

import api.http
import api.pages
from api.access.api_keys import CallerRole
from api.http.problems import PROBLEMS
from api.http.validation import CODES
from api.pages.refusals import FLAWS, flaw_said
from api.pages.words import Language, catalogue
from tests.api.office import Office
from tests.api.pages.test_do_command import hidden
from tests.api.pages.visitor import visitor
from workflows.answers import RefusalCode

HTTP, PAGES = Path(api.http.__file__).parent, Path(api.pages.__file__).parent


def named(folder: Path, name: str, place: int) -> set[str]:
    """The codes that stand at a place of calls of a name, as they are written."""
    trees = [ast.parse(path.read_text()) for path in folder.glob("*.py")]
    calls = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call)]
    found = [call.args[place] for call in calls if isinstance(call.func, ast.Name) and call.func.id == name]
    return {str(code.value) for code in found if isinstance(code, ast.Constant)}


RULES = named(HTTP, "Rule", 0)  # by which a field is read
OF_ADDRESSES = named(PAGES, "Flaw", 1)


@pytest.mark.parametrize(
    "code", sorted({*RULES, *OF_ADDRESSES, *CODES.values(), *get_args(RefusalCode), *FLAWS, *PROBLEMS})
)
def test_every_code_has_a_sentence_in_both_languages(code: str) -> None:
    assert code in FLAWS or code in PROBLEMS
    for said in (flaw_said(code), PROBLEMS.get(code, (0, flaw_said(code)))[1]):
        assert not said.isascii() or catalogue(Language.ZH).gettext(said) != said


async def test_a_refusal_is_said_in_the_pages_language_and_names_the_steps_that_are_missing(office: Office) -> None:
    case = await office.accepted()
    officer = visitor(office, CallerRole.OFFICER)
    await officer.sign_in()
    path = f"/cases/{case}/do/decide"
    await officer.get(path)
    said = {**hidden(officer), "outcome": "approved", "go": "do", "checked": "1"}
    refused = await officer.post(path, said)
    assert refused.status_code == 409
    summary = refused.text.partition('class="summary"')[2].partition("</div>")[0]
    assert "还有环节未办结" in summary
    assert re.search("批准前还须办结：[^<]*通水", refused.text)
    assert "Not complete" not in summary
    await officer.get(f"{path}?lang=en")
    english = await officer.post(path, {**hidden(officer), "outcome": "approved", "go": "do", "checked": "1"})
    assert "Steps are not complete: Not complete: water-on." in english.text


async def test_a_preview_names_the_states_of_steps_in_words(office: Office) -> None:
    case = await office.accepted()
    officer = visitor(office, CallerRole.OFFICER)
    await officer.sign_in()
    path = f"/cases/{case}/do/complete"
    await officer.get(path)
    said = {"step": "joint-site-survey", "outcome": "done", "at": "2021-03-03 10:00"}
    preview = await officer.post(path, {**hidden(officer), **said, "go": "preview"})
    assert "联合踏勘：办理中 → 办结" in preview.text
    assert "<dd>联合踏勘</dd>" in preview.text
