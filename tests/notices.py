"""Invented notices: nobody has published them."""

from datetime import date

from sla.notices.notice import Change, Notice, Period, dates

PUBLISHED = date(2026, 11, 4)
TEXT = """\
国务院办公厅关于2027年
部分节假日安排的通知
国办发明电〔2026〕99号

各省、自治区、直辖市人民政府，国务院各部委、各直属机构：

  经国务院批准，现将2027年元旦、春节、清明节、劳动节、端午节、中秋节和国庆节放假调休日期的具体安排通知如下。

  一、元旦：1月1日（周五）至3日（周日）放假，共3天。

  二、春节：2月5日（周五）至12日（周五）放假调休，共8天。2月13日（周六）、2月20日（周六）上班。

  三、清明节：4月3日（周六）至5日（周一）放假，共3天。

  四、劳动节：5月1日（周六）至5日（周三）放假调休，共5天。5月8日（周六）上班。

  五、端午节：6月9日（周三）放假1天。

  六、中秋节：9月15日（周三）放假1天。

  七、国庆节：10月1日（周五）至7日（周四）放假调休，共7天。9月26日（周日）、10月9日（周六）上班。

  节假日期间，各地区、各部门要妥善安排好值班和安全、保卫、疫情防控等工作，遇有重大突发事件，要按规定及时报告并妥善处置，确保人民群众祥和平安度过节日假期。

国务院办公厅
2026年11月4日
"""


def invented(year: int = 2027, published: date = PUBLISHED, shifted: int = 0) -> Notice:
    """A notice of 2027 that keeps the statute; `shifted`: another arrangement of it, with one pair of days changed."""
    periods = (
        ("元旦", "2027-01-01", "2027-01-03"),
        ("春节", "2027-02-05", "2027-02-12"),
        ("清明节", "2027-04-03", "2027-04-05"),
        ("劳动节", "2027-05-01", "2027-05-05"),
        ("端午节", "2027-06-09", "2027-06-09"),
        ("中秋节", "2027-09-15", "2027-09-15"),
        ("国庆节", "2027-10-01", "2027-10-07"),
    )
    off = (
        "2027-01-01 2027-02-05 2027-02-08 2027-02-09 2027-02-10 2027-02-11 2027-02-12 2027-04-05 2027-05-03 2027-05-04 "
        "2027-05-05 2027-06-09 2027-09-15 2027-10-01 2027-10-04 2027-10-05 2027-10-06 2027-10-07"
    )
    return Notice(
        year=year,
        number="国办发明电〔2026〕99号",
        dated=published,
        published=published,
        periods=tuple(Period(name=n, first=date.fromisoformat(a), last=date.fromisoformat(b)) for n, a, b in periods),
        off_days=dates(off),
        work_days=dates(
            "2027-02-13 2027-02-20 2027-05-08 2027-09-26 2027-10-09"
            if not shifted
            else "2027-01-30 2027-02-20 2027-05-08 2027-09-26 2027-10-09"
        ),
        working_days=248,
    )


def amendment(day: date, known: date, ident: str = "CN-2026-invented") -> Change:
    """A weekday that becomes a day off."""
    return Change(
        id=ident,
        jurisdiction="CN",
        published=known,
        reason="Invented.",
        periods=(Period(name="特别假日", first=day, last=day),),
        to_off=(day,),
        checked="invented",
    )
