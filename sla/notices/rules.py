"""What a notice, amendment or overlay must keep to be taken; each refusal names one."""

from enum import StrEnum


class NoticeRule(StrEnum):
    """The rule that something brought to the almanac breaks."""

    TEXT = "text"  # it is text, some of it, and not too much
    UNKNOWN = "unknown"  # every sentence is one of those that are understood
    ORDER = "order"  # each stands in its place, items are numbered in order, and nothing is said twice
    TITLE = "title"  # it names itself as what it is read as
    NUMBER = "number"  # its number is of the year of its date
    YEAR = "year"  # it speaks of one year; a day of the year before is in December and belongs to the new year
    DATE = "date"  # every date is a day that there is
    DATED = "dated"  # it has a date and a day of publication, in order, before the first day that it rules
    SPAN = "span"  # no period ends before it begins, and no two overlap
    WEEKDAY = "weekday"  # a weekday is that of its date
    COUNT = "count"  # the days that it counts are those that it names
    HOLIDAY = "holiday"  # every holiday of the statute is there, once, and no other
    SEASON = "season"  # a holiday holds the day that it is kept on, or lies about where it can
    MAKE_UP = "make-up"  # a make-up day is a Saturday or Sunday outside the holidays, once, near its own
    SUBSTITUTE = "substitute"  # a day off for a holiday at a weekend is the weekday after it
    WEEKEND = "weekend"  # what joins a weekend lies beside one
    ACCOUNT = "account"  # where it is told what each day of a period is, that is told of every day, and adds up
    STATUTE = "statute"  # days off less make-up days are the statutory number
    KNOWN = "known"  # it fits what is known: one notice a year and none missing, and a change that changes something
    FIELD = "field"  # a file has the documented fields
