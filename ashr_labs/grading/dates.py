"""Dates and times as agents write them: which texts are dates, and which of those mean the same moment."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from functools import lru_cache

from dateutil import parser

__all__ = ["is_date", "same_moment"]

_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?"
    r"|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_WEEKDAY = r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\.?,? +)?"
_DAY = r"\d{1,2}(?:st|nd|rd|th)?"
_DATE = (
    r"(?:\d{4}(?P<a>[-/.])\d{1,2}(?P=a)\d{1,2}"
    r"|\d{1,2}(?P<b>[-/.])\d{1,2}(?P=b)\d{4}"
    rf"|{_WEEKDAY}{_MONTH} +{_DAY}(?:,? +\d{{4}})?"
    rf"|{_WEEKDAY}{_DAY}(?: +of +|[ -]){_MONTH}(?:,?[ -]\d{{4}})?)"
)
_TIME = r"\d{1,2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?: ?[ap]\.?m\.?)?(?: ?(?:z|utc|gmt|[+-]\d{2}:?\d{2}))?"
_SHAPE = re.compile(rf"{_DATE}(?:(?:t|,? +(?:at +)?){_TIME})?|{_TIME}", re.IGNORECASE | re.ASCII)

_LONGEST = 64
# What a text leaves out is taken from a default. Two defaults that differ in year, month and day tell apart
# "17 May" from "17 May 2000"; both are leap years, so that "29 February" exists; both are midnight, so that a
# date alone is that day's midnight.
_DEFAULTS = (datetime(2000, 1, 1), datetime(2004, 2, 2))


def is_date(text: str) -> bool:
    """Return whether the whole text is written like a date or a time, not merely readable as one."""
    return len(text) <= _LONGEST and _SHAPE.fullmatch(text.strip()) is not None


def same_moment(a: str, b: str) -> bool:
    """Return whether two texts, each read as a date, time or both, mean the same; False if one cannot be read.

    `05/06/2024` and `05-06-2024` are read with the month first, `05.06.2024` with the day first.
    """
    moments = _moments(a)
    return moments is not None and moments == _moments(b)


@lru_cache(maxsize=4096)
def _moments(text: str) -> tuple[datetime, ...] | None:
    if len(text) > _LONGEST or not any(character.isdigit() for character in text):
        return None
    shape = _SHAPE.fullmatch(text.strip())
    day_first = shape is not None and shape["b"] == "."
    try:
        return tuple(parser.parse(text, default=default, dayfirst=day_first, tzinfos=_zone) for default in _DEFAULTS)
    except (ValueError, OverflowError, TypeError):
        return None


def _zone(name: str | None, offset: int | None) -> timezone | None:
    # Names such as EST mean several zones, and dateutil would take the machine's own one: those are not read.
    if offset is not None:
        return timezone(timedelta(seconds=offset))
    if name:
        raise ValueError(f"time zone {name}")
    return None
