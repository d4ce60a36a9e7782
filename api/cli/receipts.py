"""The command `receipt`: what an applicant is handed."""

from api.cli.client import api_url, get, path
from api.cli.commands import CaseNumber
from api.cli.output import Json, print_facts, print_json
from api.cli.words import when


def receipt(case: CaseNumber, json: Json = False) -> None:
    """回执 · Show the receipt for the applicant: what was accepted when, when it is due and why, and where to look it up."""
    found = get(path("cases", case, "receipt"), json=json)
    if json:
        print_json(found)
        return
    promise = found["promise"]
    address = found["address"] if "://" in found["address"] else f"{api_url()}{found['address']}"
    checking = None if found["checked"] else "数据核对中，请到窗口询问 being checked: ask at the window"
    print_facts(
        f"回执 Receipt  {found['case']}",
        [
            ("事项 matter", f"{found['title_zh']} {found['title_en']}"),
            ("接件 received", when(found["received_at"])),
            ("受理 accepted", when(found["accepted_at"])),
            ("到期 due", checking or when(found["due_at"])),
            ("暂定 provisional", "是 yes" if found["provisional"] else None),
            ("缘由 why", f"{found['why_zh']}\n{found['why_en']}" if found["why_zh"] else None),
            (
                "承诺 promised",
                None if promise is None else f"「{promise['quote']}」 {promise['title']} {promise['item']}",
            ),
            ("查询网址 where to look", address),
            ("查询码 look-up code", found["code"]),
        ],
    )
