"""The yearly notices of the General Office of the State Council on days off 部分节假日安排的通知, 2004 to 2026.

A date stands under the year whose notice ordered it: a make-up day in December may belong to the next year.
"""

from datetime import date

from sla.notices.notice import Notice, Period, dates

# The wording of the notices for 2004 and 2005 was not read: their days agree in three data sets, their periods are
# derived from the statutory pattern of the time (one day, then three golden weeks) and mark themselves so.
NOTICES: tuple[Notice, ...] = (
    Notice(
        year=2004,
        periods=(
            Period(name="元旦", first=date(2004, 1, 1), last=date(2004, 1, 1)),
            Period(name="春节", first=date(2004, 1, 22), last=date(2004, 1, 28)),
            Period(name="劳动节", first=date(2004, 5, 1), last=date(2004, 5, 7)),
            Period(name="国庆节", first=date(2004, 10, 1), last=date(2004, 10, 7)),
        ),
        periods_derived=True,
        off_days=dates(
            "2004-01-01 2004-01-22 2004-01-23 2004-01-26 2004-01-27 2004-01-28 2004-05-03 2004-05-04 "
            "2004-05-05 2004-05-06 2004-05-07 2004-10-01 2004-10-04 2004-10-05 2004-10-06 2004-10-07"
        ),
        work_days=dates("2004-01-17 2004-01-18 2004-05-08 2004-05-09 2004-10-09 2004-10-10"),
        working_days=252,
    ),
    Notice(
        year=2005,
        periods=(
            Period(name="元旦", first=date(2005, 1, 1), last=date(2005, 1, 3)),
            Period(name="春节", first=date(2005, 2, 9), last=date(2005, 2, 15)),
            Period(name="劳动节", first=date(2005, 5, 1), last=date(2005, 5, 7)),
            Period(name="国庆节", first=date(2005, 10, 1), last=date(2005, 10, 7)),
        ),
        periods_derived=True,
        off_days=dates(
            "2005-01-03 2005-02-09 2005-02-10 2005-02-11 2005-02-14 2005-02-15 2005-05-02 2005-05-03 "
            "2005-05-04 2005-05-05 2005-05-06 2005-10-03 2005-10-04 2005-10-05 2005-10-06 2005-10-07"
        ),
        work_days=dates("2005-02-05 2005-02-06 2005-04-30 2005-05-08 2005-10-08 2005-10-09"),
        working_days=250,
    ),
    Notice(
        year=2006,
        number="国办发明电〔2005〕35号",
        dated=date(2005, 12, 16),
        periods=(
            Period(name="元旦", first=date(2006, 1, 1), last=date(2006, 1, 3)),
            Period(name="春节", first=date(2006, 1, 29), last=date(2006, 2, 4)),
            Period(name="劳动节", first=date(2006, 5, 1), last=date(2006, 5, 7)),
            Period(name="国庆节", first=date(2006, 10, 1), last=date(2006, 10, 7)),
        ),
        off_days=dates(
            "2006-01-02 2006-01-03 2006-01-30 2006-01-31 2006-02-01 2006-02-02 2006-02-03 2006-05-01 "
            "2006-05-02 2006-05-03 2006-05-04 2006-05-05 2006-10-02 2006-10-03 2006-10-04 2006-10-05 "
            "2006-10-06"
        ),
        work_days=dates("2005-12-31 2006-01-28 2006-02-05 2006-04-29 2006-04-30 2006-09-30 2006-10-08"),
        working_days=249,
    ),
    Notice(
        year=2007,
        number="国办发明电〔2006〕49号",
        dated=date(2006, 12, 14),
        published=date(2006, 12, 18),
        periods=(
            Period(name="元旦", first=date(2007, 1, 1), last=date(2007, 1, 3)),
            Period(name="春节", first=date(2007, 2, 18), last=date(2007, 2, 24)),
            Period(name="劳动节", first=date(2007, 5, 1), last=date(2007, 5, 7)),
            Period(name="国庆节", first=date(2007, 10, 1), last=date(2007, 10, 7)),
        ),
        off_days=dates(
            "2007-01-01 2007-01-02 2007-01-03 2007-02-19 2007-02-20 2007-02-21 2007-02-22 2007-02-23 "
            "2007-05-01 2007-05-02 2007-05-03 2007-05-04 2007-05-07 2007-10-01 2007-10-02 2007-10-03 "
            "2007-10-04 2007-10-05"
        ),
        work_days=dates("2006-12-30 2006-12-31 2007-02-17 2007-02-25 2007-04-28 2007-04-29 2007-09-29 2007-09-30"),
        working_days=249,
        url="https://www.gov.cn/zhengce/zhengceku/2008-03/28/content_1761.htm",
    ),
    Notice(
        year=2008,
        published=date(2007, 12, 18),
        periods=(
            Period(name="元旦", first=date(2007, 12, 30), last=date(2008, 1, 1)),
            Period(name="春节", first=date(2008, 2, 6), last=date(2008, 2, 12)),
            Period(name="清明节", first=date(2008, 4, 4), last=date(2008, 4, 6)),
            Period(name="劳动节", first=date(2008, 5, 1), last=date(2008, 5, 3)),
            Period(name="端午节", first=date(2008, 6, 7), last=date(2008, 6, 9)),
            Period(name="中秋节", first=date(2008, 9, 13), last=date(2008, 9, 15)),
            Period(name="国庆节", first=date(2008, 9, 29), last=date(2008, 10, 5)),
        ),
        off_days=dates(
            "2007-12-31 2008-01-01 2008-02-06 2008-02-07 2008-02-08 2008-02-11 2008-02-12 2008-04-04 "
            "2008-05-01 2008-05-02 2008-06-09 2008-09-15 2008-09-29 2008-09-30 2008-10-01 2008-10-02 "
            "2008-10-03"
        ),
        work_days=dates("2007-12-29 2008-02-02 2008-02-03 2008-05-04 2008-09-27 2008-09-28"),
        working_days=251,
        url="https://www.gov.cn/zhengce/zhengceku/2008-03/28/content_1645.htm",
    ),
    Notice(
        year=2009,
        number="国办发明电〔2008〕42号",
        published=date(2008, 12, 10),
        periods=(
            Period(name="元旦", first=date(2009, 1, 1), last=date(2009, 1, 3)),
            Period(name="春节", first=date(2009, 1, 25), last=date(2009, 1, 31)),
            Period(name="清明节", first=date(2009, 4, 4), last=date(2009, 4, 6)),
            Period(name="劳动节", first=date(2009, 5, 1), last=date(2009, 5, 3)),
            Period(name="端午节", first=date(2009, 5, 28), last=date(2009, 5, 30)),
            Period(name="国庆节、中秋节", first=date(2009, 10, 1), last=date(2009, 10, 8)),
        ),
        off_days=dates(
            "2009-01-01 2009-01-02 2009-01-26 2009-01-27 2009-01-28 2009-01-29 2009-01-30 2009-04-06 "
            "2009-05-01 2009-05-28 2009-05-29 2009-10-01 2009-10-02 2009-10-05 2009-10-06 2009-10-07 "
            "2009-10-08"
        ),
        work_days=dates("2009-01-04 2009-01-24 2009-02-01 2009-05-31 2009-09-27 2009-10-10"),
        working_days=250,
        url="https://www.gov.cn/zhengce/zhengceku/2008-12/10/content_1572.htm",
    ),
    Notice(
        year=2010,
        number="国办发明电〔2009〕27号",
        dated=date(2009, 12, 7),
        published=date(2009, 12, 8),
        periods=(
            Period(name="元旦", first=date(2010, 1, 1), last=date(2010, 1, 3)),
            Period(name="春节", first=date(2010, 2, 13), last=date(2010, 2, 19)),
            Period(name="清明节", first=date(2010, 4, 3), last=date(2010, 4, 5)),
            Period(name="劳动节", first=date(2010, 5, 1), last=date(2010, 5, 3)),
            Period(name="端午节", first=date(2010, 6, 14), last=date(2010, 6, 16)),
            Period(name="中秋节", first=date(2010, 9, 22), last=date(2010, 9, 24)),
            Period(name="国庆节", first=date(2010, 10, 1), last=date(2010, 10, 7)),
        ),
        off_days=dates(
            "2010-01-01 2010-02-15 2010-02-16 2010-02-17 2010-02-18 2010-02-19 2010-04-05 2010-05-03 "
            "2010-06-14 2010-06-15 2010-06-16 2010-09-22 2010-09-23 2010-09-24 2010-10-01 2010-10-04 "
            "2010-10-05 2010-10-06 2010-10-07"
        ),
        work_days=dates("2010-02-20 2010-02-21 2010-06-12 2010-06-13 2010-09-19 2010-09-25 2010-09-26 2010-10-09"),
        working_days=250,
        url="https://www.gov.cn/zhengce/zhengceku/2009-12/08/content_1476.htm",
    ),
    Notice(
        year=2011,
        number="国办发明电〔2010〕40号",
        dated=date(2010, 12, 9),
        published=date(2010, 12, 10),
        periods=(
            Period(name="元旦", first=date(2011, 1, 1), last=date(2011, 1, 3)),
            Period(name="春节", first=date(2011, 2, 2), last=date(2011, 2, 8)),
            Period(name="清明节", first=date(2011, 4, 3), last=date(2011, 4, 5)),
            Period(name="劳动节", first=date(2011, 4, 30), last=date(2011, 5, 2)),
            Period(name="端午节", first=date(2011, 6, 4), last=date(2011, 6, 6)),
            Period(name="中秋节", first=date(2011, 9, 10), last=date(2011, 9, 12)),
            Period(name="国庆节", first=date(2011, 10, 1), last=date(2011, 10, 7)),
        ),
        off_days=dates(
            "2011-01-03 2011-02-02 2011-02-03 2011-02-04 2011-02-07 2011-02-08 2011-04-04 2011-04-05 "
            "2011-05-02 2011-06-06 2011-09-12 2011-10-03 2011-10-04 2011-10-05 2011-10-06 2011-10-07"
        ),
        work_days=dates("2011-01-30 2011-02-12 2011-04-02 2011-10-08 2011-10-09"),
        working_days=249,
        url="https://www.gov.cn/zhengce/zhengceku/2010-12/10/content_1423.htm",
    ),
    Notice(
        year=2012,
        number="国办发明电〔2011〕45号",
        dated=date(2011, 12, 5),
        published=date(2011, 12, 6),
        periods=(
            Period(name="元旦", first=date(2012, 1, 1), last=date(2012, 1, 3)),
            Period(name="春节", first=date(2012, 1, 22), last=date(2012, 1, 28)),
            Period(name="清明节", first=date(2012, 4, 2), last=date(2012, 4, 4)),
            Period(name="劳动节", first=date(2012, 4, 29), last=date(2012, 5, 1)),
            Period(name="端午节", first=date(2012, 6, 22), last=date(2012, 6, 24)),
            Period(name="中秋节、国庆节", first=date(2012, 9, 30), last=date(2012, 10, 7)),
        ),
        off_days=dates(
            "2012-01-02 2012-01-03 2012-01-23 2012-01-24 2012-01-25 2012-01-26 2012-01-27 2012-04-02 "
            "2012-04-03 2012-04-04 2012-04-30 2012-05-01 2012-06-22 2012-10-01 2012-10-02 2012-10-03 "
            "2012-10-04 2012-10-05"
        ),
        work_days=dates("2011-12-31 2012-01-21 2012-01-29 2012-03-31 2012-04-01 2012-04-28 2012-09-29"),
        working_days=249,
        url="https://www.gov.cn/zhengce/zhengceku/2011-12/06/content_1411.htm",
    ),
    Notice(
        year=2013,
        number="国办发明电〔2012〕33号",
        published=date(2012, 12, 10),
        periods=(
            Period(name="元旦", first=date(2013, 1, 1), last=date(2013, 1, 3)),
            Period(name="春节", first=date(2013, 2, 9), last=date(2013, 2, 15)),
            Period(name="清明节", first=date(2013, 4, 4), last=date(2013, 4, 6)),
            Period(name="劳动节", first=date(2013, 4, 29), last=date(2013, 5, 1)),
            Period(name="端午节", first=date(2013, 6, 10), last=date(2013, 6, 12)),
            Period(name="中秋节", first=date(2013, 9, 19), last=date(2013, 9, 21)),
            Period(name="国庆节", first=date(2013, 10, 1), last=date(2013, 10, 7)),
        ),
        off_days=dates(
            "2013-01-01 2013-01-02 2013-01-03 2013-02-11 2013-02-12 2013-02-13 2013-02-14 2013-02-15 "
            "2013-04-04 2013-04-05 2013-04-29 2013-04-30 2013-05-01 2013-06-10 2013-06-11 2013-06-12 "
            "2013-09-19 2013-09-20 2013-10-01 2013-10-02 2013-10-03 2013-10-04 2013-10-07"
        ),
        work_days=dates(
            "2013-01-05 2013-01-06 2013-02-16 2013-02-17 2013-04-07 2013-04-27 2013-04-28 2013-06-08 "
            "2013-06-09 2013-09-22 2013-09-29 2013-10-12"
        ),
        working_days=250,
        url="https://www.gov.cn/zhengce/zhengceku/2012-12/10/content_1353.htm",
    ),
    Notice(
        year=2014,
        number="国办发明电〔2013〕28号",
        dated=date(2013, 12, 11),
        published=date(2013, 12, 11),
        periods=(
            Period(name="元旦", first=date(2014, 1, 1), last=date(2014, 1, 1)),
            Period(name="春节", first=date(2014, 1, 31), last=date(2014, 2, 6)),
            Period(name="清明节", first=date(2014, 4, 5), last=date(2014, 4, 5)),
            Period(name="清明节", first=date(2014, 4, 7), last=date(2014, 4, 7)),
            Period(name="劳动节", first=date(2014, 5, 1), last=date(2014, 5, 3)),
            Period(name="端午节", first=date(2014, 6, 2), last=date(2014, 6, 2)),
            Period(name="中秋节", first=date(2014, 9, 8), last=date(2014, 9, 8)),
            Period(name="国庆节", first=date(2014, 10, 1), last=date(2014, 10, 7)),
        ),
        off_days=dates(
            "2014-01-01 2014-01-31 2014-02-03 2014-02-04 2014-02-05 2014-02-06 2014-04-07 2014-05-01 "
            "2014-05-02 2014-06-02 2014-09-08 2014-10-01 2014-10-02 2014-10-03 2014-10-06 2014-10-07"
        ),
        work_days=dates("2014-01-26 2014-02-08 2014-05-04 2014-09-28 2014-10-11"),
        working_days=250,
        url="https://www.gov.cn/zhengce/zhengceku/2014-01/02/content_1194.htm",
    ),
    Notice(
        year=2015,
        number="国办发明电〔2014〕28号",
        dated=date(2014, 12, 16),
        published=date(2014, 12, 16),
        periods=(
            Period(name="元旦", first=date(2015, 1, 1), last=date(2015, 1, 3)),
            Period(name="春节", first=date(2015, 2, 18), last=date(2015, 2, 24)),
            Period(name="清明节", first=date(2015, 4, 5), last=date(2015, 4, 6)),
            Period(name="劳动节", first=date(2015, 5, 1), last=date(2015, 5, 1)),
            Period(name="端午节", first=date(2015, 6, 20), last=date(2015, 6, 20)),
            Period(name="端午节", first=date(2015, 6, 22), last=date(2015, 6, 22)),
            Period(name="中秋节", first=date(2015, 9, 27), last=date(2015, 9, 27)),
            Period(name="国庆节", first=date(2015, 10, 1), last=date(2015, 10, 7)),
        ),
        off_days=dates(
            "2015-01-01 2015-01-02 2015-02-18 2015-02-19 2015-02-20 2015-02-23 2015-02-24 2015-04-06 "
            "2015-05-01 2015-06-22 2015-10-01 2015-10-02 2015-10-05 2015-10-06 2015-10-07"
        ),
        work_days=dates("2015-01-04 2015-02-15 2015-02-28 2015-10-10"),
        working_days=250,
        url="https://www.gov.cn/zhengce/zhengceku/2014-12/16/content_9302.htm",
    ),
    Notice(
        year=2016,
        number="国办发明电〔2015〕18号",
        dated=date(2015, 12, 10),
        published=date(2015, 12, 10),
        periods=(
            Period(name="元旦", first=date(2016, 1, 1), last=date(2016, 1, 1)),
            Period(name="春节", first=date(2016, 2, 7), last=date(2016, 2, 13)),
            Period(name="清明节", first=date(2016, 4, 4), last=date(2016, 4, 4)),
            Period(name="劳动节", first=date(2016, 5, 1), last=date(2016, 5, 2)),
            Period(name="端午节", first=date(2016, 6, 9), last=date(2016, 6, 11)),
            Period(name="中秋节", first=date(2016, 9, 15), last=date(2016, 9, 17)),
            Period(name="国庆节", first=date(2016, 10, 1), last=date(2016, 10, 7)),
        ),
        off_days=dates(
            "2016-01-01 2016-02-08 2016-02-09 2016-02-10 2016-02-11 2016-02-12 2016-04-04 2016-05-02 "
            "2016-06-09 2016-06-10 2016-09-15 2016-09-16 2016-10-03 2016-10-04 2016-10-05 2016-10-06 "
            "2016-10-07"
        ),
        work_days=dates("2016-02-06 2016-02-14 2016-06-12 2016-09-18 2016-10-08 2016-10-09"),
        working_days=250,
        url="https://www.gov.cn/zhengce/zhengceku/2015-12/10/content_10394.htm",
    ),
    Notice(
        year=2017,
        number="国办发明电〔2016〕17号",
        dated=date(2016, 12, 1),
        published=date(2016, 12, 1),
        periods=(
            Period(name="元旦", first=date(2017, 1, 1), last=date(2017, 1, 2)),
            Period(name="春节", first=date(2017, 1, 27), last=date(2017, 2, 2)),
            Period(name="清明节", first=date(2017, 4, 2), last=date(2017, 4, 4)),
            Period(name="劳动节", first=date(2017, 5, 1), last=date(2017, 5, 1)),
            Period(name="端午节", first=date(2017, 5, 28), last=date(2017, 5, 30)),
            Period(name="中秋节、国庆节", first=date(2017, 10, 1), last=date(2017, 10, 8)),
        ),
        off_days=dates(
            "2017-01-02 2017-01-27 2017-01-30 2017-01-31 2017-02-01 2017-02-02 2017-04-03 2017-04-04 "
            "2017-05-01 2017-05-29 2017-05-30 2017-10-02 2017-10-03 2017-10-04 2017-10-05 2017-10-06"
        ),
        work_days=dates("2017-01-22 2017-02-04 2017-04-01 2017-05-27 2017-09-30"),
        working_days=249,
        url="https://www.gov.cn/zhengce/zhengceku/2016-12/01/content_5141603.htm",
    ),
    Notice(
        year=2018,
        number="国办发明电〔2017〕12号",
        dated=date(2017, 11, 30),
        published=date(2017, 11, 30),
        periods=(
            Period(name="元旦", first=date(2018, 1, 1), last=date(2018, 1, 1)),
            Period(name="春节", first=date(2018, 2, 15), last=date(2018, 2, 21)),
            Period(name="清明节", first=date(2018, 4, 5), last=date(2018, 4, 7)),
            Period(name="劳动节", first=date(2018, 4, 29), last=date(2018, 5, 1)),
            Period(name="端午节", first=date(2018, 6, 18), last=date(2018, 6, 18)),
            Period(name="中秋节", first=date(2018, 9, 24), last=date(2018, 9, 24)),
            Period(name="国庆节", first=date(2018, 10, 1), last=date(2018, 10, 7)),
        ),
        off_days=dates(
            "2018-01-01 2018-02-15 2018-02-16 2018-02-19 2018-02-20 2018-02-21 2018-04-05 2018-04-06 "
            "2018-04-30 2018-05-01 2018-06-18 2018-09-24 2018-10-01 2018-10-02 2018-10-03 2018-10-04 "
            "2018-10-05"
        ),
        work_days=dates("2018-02-11 2018-02-24 2018-04-08 2018-04-28 2018-09-29 2018-09-30"),
        working_days=250,
        url="https://www.gov.cn/zhengce/zhengceku/2017-11/30/content_5243579.htm",
    ),
    Notice(
        year=2019,
        number="国办发明电〔2018〕15号",
        dated=date(2018, 12, 4),
        published=date(2018, 12, 6),
        periods=(
            Period(name="元旦", first=date(2018, 12, 30), last=date(2019, 1, 1)),
            Period(name="春节", first=date(2019, 2, 4), last=date(2019, 2, 10)),
            Period(name="清明节", first=date(2019, 4, 5), last=date(2019, 4, 5)),
            Period(name="劳动节", first=date(2019, 5, 1), last=date(2019, 5, 1)),
            Period(name="端午节", first=date(2019, 6, 7), last=date(2019, 6, 7)),
            Period(name="中秋节", first=date(2019, 9, 13), last=date(2019, 9, 13)),
            Period(name="国庆节", first=date(2019, 10, 1), last=date(2019, 10, 7)),
        ),
        off_days=dates(
            "2018-12-31 2019-01-01 2019-02-04 2019-02-05 2019-02-06 2019-02-07 2019-02-08 2019-04-05 "
            "2019-05-01 2019-06-07 2019-09-13 2019-10-01 2019-10-02 2019-10-03 2019-10-04 2019-10-07"
        ),
        work_days=dates("2018-12-29 2019-02-02 2019-02-03 2019-09-29 2019-10-12"),
        working_days=250,
        url="https://www.gov.cn/zhengce/zhengceku/2018-12/06/content_5346276.htm",
    ),
    Notice(
        year=2020,
        number="国办发明电〔2019〕16号",
        dated=date(2019, 11, 21),
        published=date(2019, 11, 21),
        periods=(
            Period(name="元旦", first=date(2020, 1, 1), last=date(2020, 1, 1)),
            Period(name="春节", first=date(2020, 1, 24), last=date(2020, 1, 30)),
            Period(name="清明节", first=date(2020, 4, 4), last=date(2020, 4, 6)),
            Period(name="劳动节", first=date(2020, 5, 1), last=date(2020, 5, 5)),
            Period(name="端午节", first=date(2020, 6, 25), last=date(2020, 6, 27)),
            Period(name="国庆节、中秋节", first=date(2020, 10, 1), last=date(2020, 10, 8)),
        ),
        off_days=dates(
            "2020-01-01 2020-01-24 2020-01-27 2020-01-28 2020-01-29 2020-01-30 2020-04-06 2020-05-01 "
            "2020-05-04 2020-05-05 2020-06-25 2020-06-26 2020-10-01 2020-10-02 2020-10-05 2020-10-06 "
            "2020-10-07 2020-10-08"
        ),
        work_days=dates("2020-01-19 2020-02-01 2020-04-26 2020-05-09 2020-06-28 2020-09-27 2020-10-10"),
        working_days=251,
        url="https://www.gov.cn/zhengce/zhengceku/2019-11/21/content_5454164.htm",
    ),
    Notice(
        year=2021,
        number="国办发明电〔2020〕27号",
        dated=date(2020, 11, 25),
        published=date(2020, 11, 25),
        periods=(
            Period(name="元旦", first=date(2021, 1, 1), last=date(2021, 1, 3)),
            Period(name="春节", first=date(2021, 2, 11), last=date(2021, 2, 17)),
            Period(name="清明节", first=date(2021, 4, 3), last=date(2021, 4, 5)),
            Period(name="劳动节", first=date(2021, 5, 1), last=date(2021, 5, 5)),
            Period(name="端午节", first=date(2021, 6, 12), last=date(2021, 6, 14)),
            Period(name="中秋节", first=date(2021, 9, 19), last=date(2021, 9, 21)),
            Period(name="国庆节", first=date(2021, 10, 1), last=date(2021, 10, 7)),
        ),
        off_days=dates(
            "2021-01-01 2021-02-11 2021-02-12 2021-02-15 2021-02-16 2021-02-17 2021-04-05 2021-05-03 "
            "2021-05-04 2021-05-05 2021-06-14 2021-09-20 2021-09-21 2021-10-01 2021-10-04 2021-10-05 "
            "2021-10-06 2021-10-07"
        ),
        work_days=dates("2021-02-07 2021-02-20 2021-04-25 2021-05-08 2021-09-18 2021-09-26 2021-10-09"),
        working_days=250,
        url="https://www.gov.cn/zhengce/zhengceku/2020-11/25/content_5564127.htm",
    ),
    Notice(
        year=2022,
        number="国办发明电〔2021〕11号",
        dated=date(2021, 10, 25),
        published=date(2021, 10, 25),
        periods=(
            Period(name="元旦", first=date(2022, 1, 1), last=date(2022, 1, 3)),
            Period(name="春节", first=date(2022, 1, 31), last=date(2022, 2, 6)),
            Period(name="清明节", first=date(2022, 4, 3), last=date(2022, 4, 5)),
            Period(name="劳动节", first=date(2022, 4, 30), last=date(2022, 5, 4)),
            Period(name="端午节", first=date(2022, 6, 3), last=date(2022, 6, 5)),
            Period(name="中秋节", first=date(2022, 9, 10), last=date(2022, 9, 12)),
            Period(name="国庆节", first=date(2022, 10, 1), last=date(2022, 10, 7)),
        ),
        off_days=dates(
            "2022-01-03 2022-01-31 2022-02-01 2022-02-02 2022-02-03 2022-02-04 2022-04-04 2022-04-05 "
            "2022-05-02 2022-05-03 2022-05-04 2022-06-03 2022-09-12 2022-10-03 2022-10-04 2022-10-05 "
            "2022-10-06 2022-10-07"
        ),
        work_days=dates("2022-01-29 2022-01-30 2022-04-02 2022-04-24 2022-05-07 2022-10-08 2022-10-09"),
        working_days=249,
        url="https://www.gov.cn/zhengce/zhengceku/2021-10/25/content_5644835.htm",
    ),
    Notice(
        year=2023,
        number="国办发明电〔2022〕16号",
        dated=date(2022, 12, 8),
        published=date(2022, 12, 8),
        periods=(
            Period(name="元旦", first=date(2022, 12, 31), last=date(2023, 1, 2)),
            Period(name="春节", first=date(2023, 1, 21), last=date(2023, 1, 27)),
            Period(name="清明节", first=date(2023, 4, 5), last=date(2023, 4, 5)),
            Period(name="劳动节", first=date(2023, 4, 29), last=date(2023, 5, 3)),
            Period(name="端午节", first=date(2023, 6, 22), last=date(2023, 6, 24)),
            Period(name="中秋节、国庆节", first=date(2023, 9, 29), last=date(2023, 10, 6)),
        ),
        off_days=dates(
            "2023-01-02 2023-01-23 2023-01-24 2023-01-25 2023-01-26 2023-01-27 2023-04-05 2023-05-01 "
            "2023-05-02 2023-05-03 2023-06-22 2023-06-23 2023-09-29 2023-10-02 2023-10-03 2023-10-04 "
            "2023-10-05 2023-10-06"
        ),
        work_days=dates("2023-01-28 2023-01-29 2023-04-23 2023-05-06 2023-06-25 2023-10-07 2023-10-08"),
        working_days=249,
        url="https://www.gov.cn/zhengce/zhengceku/2022-12/08/content_5730844.htm",
    ),
    Notice(
        year=2024,
        number="国办发明电〔2023〕7号",
        dated=date(2023, 10, 25),
        published=date(2023, 10, 25),
        periods=(
            Period(name="元旦", first=date(2024, 1, 1), last=date(2024, 1, 1)),
            Period(name="春节", first=date(2024, 2, 10), last=date(2024, 2, 17)),
            Period(name="清明节", first=date(2024, 4, 4), last=date(2024, 4, 6)),
            Period(name="劳动节", first=date(2024, 5, 1), last=date(2024, 5, 5)),
            Period(name="端午节", first=date(2024, 6, 10), last=date(2024, 6, 10)),
            Period(name="中秋节", first=date(2024, 9, 15), last=date(2024, 9, 17)),
            Period(name="国庆节", first=date(2024, 10, 1), last=date(2024, 10, 7)),
        ),
        off_days=dates(
            "2024-01-01 2024-02-12 2024-02-13 2024-02-14 2024-02-15 2024-02-16 2024-04-04 2024-04-05 "
            "2024-05-01 2024-05-02 2024-05-03 2024-06-10 2024-09-16 2024-09-17 2024-10-01 2024-10-02 "
            "2024-10-03 2024-10-04 2024-10-07"
        ),
        work_days=dates("2024-02-04 2024-02-18 2024-04-07 2024-04-28 2024-05-11 2024-09-14 2024-09-29 2024-10-12"),
        working_days=251,
        url="https://www.gov.cn/zhengce/zhengceku/202310/content_6911528.htm",
    ),
    Notice(
        year=2025,
        number="国办发明电〔2024〕12号",
        dated=date(2024, 11, 12),
        published=date(2024, 11, 12),
        periods=(
            Period(name="元旦", first=date(2025, 1, 1), last=date(2025, 1, 1)),
            Period(name="春节", first=date(2025, 1, 28), last=date(2025, 2, 4)),
            Period(name="清明节", first=date(2025, 4, 4), last=date(2025, 4, 6)),
            Period(name="劳动节", first=date(2025, 5, 1), last=date(2025, 5, 5)),
            Period(name="端午节", first=date(2025, 5, 31), last=date(2025, 6, 2)),
            Period(name="国庆节、中秋节", first=date(2025, 10, 1), last=date(2025, 10, 8)),
        ),
        off_days=dates(
            "2025-01-01 2025-01-28 2025-01-29 2025-01-30 2025-01-31 2025-02-03 2025-02-04 2025-04-04 "
            "2025-05-01 2025-05-02 2025-05-05 2025-06-02 2025-10-01 2025-10-02 2025-10-03 2025-10-06 "
            "2025-10-07 2025-10-08"
        ),
        work_days=dates("2025-01-26 2025-02-08 2025-04-27 2025-09-28 2025-10-11"),
        working_days=248,
        url="https://www.gov.cn/zhengce/zhengceku/202411/content_6986383.htm",
    ),
    Notice(
        year=2026,
        number="国办发明电〔2025〕7号",
        dated=date(2025, 11, 4),
        published=date(2025, 11, 4),
        periods=(
            Period(name="元旦", first=date(2026, 1, 1), last=date(2026, 1, 3)),
            Period(name="春节", first=date(2026, 2, 15), last=date(2026, 2, 23)),
            Period(name="清明节", first=date(2026, 4, 4), last=date(2026, 4, 6)),
            Period(name="劳动节", first=date(2026, 5, 1), last=date(2026, 5, 5)),
            Period(name="端午节", first=date(2026, 6, 19), last=date(2026, 6, 21)),
            Period(name="中秋节", first=date(2026, 9, 25), last=date(2026, 9, 27)),
            Period(name="国庆节", first=date(2026, 10, 1), last=date(2026, 10, 7)),
        ),
        off_days=dates(
            "2026-01-01 2026-01-02 2026-02-16 2026-02-17 2026-02-18 2026-02-19 2026-02-20 2026-02-23 "
            "2026-04-06 2026-05-01 2026-05-04 2026-05-05 2026-06-19 2026-09-25 2026-10-01 2026-10-02 "
            "2026-10-05 2026-10-06 2026-10-07"
        ),
        work_days=dates("2026-01-04 2026-02-14 2026-02-28 2026-05-09 2026-09-20 2026-10-10"),
        working_days=248,
        url="https://www.gov.cn/zhengce/zhengceku/202511/content_7047091.htm",
    ),
)
