"""A small task of translation with one right answer: written dates in digits, "3 march 1998" as "1998-03-03"."""

from __future__ import annotations

import datetime
import random

# Written out: `calendar` and `strftime` give the names in the language of the machine.
MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
# How a date can be written. No form gives the month as a number before the day, so that each has one reading.
FORMS = (
    "{day} {month} {year}",
    "{month} {day}, {year}",
    "{day} {short} {year}",
    "the {day}{ending} of {month} {year}",
    "{day}.{number}.{year}",
)


def written(date: datetime.date, form: str) -> str:
    """Return a date in words, in one of the `FORMS`.

    Examples
    --------
    >>> [written(datetime.date(1998, 3, 3), form) for form in FORMS[:2]]
    ['3 march 1998', 'march 3, 1998']
    """
    month = MONTHS[date.month - 1]
    ending = {1: "st", 2: "nd", 3: "rd"}.get(date.day % 10 if date.day not in (11, 12, 13) else 0, "th")
    day, year = date.day, date.year
    return form.format(day=day, month=month, short=month[:3], number=date.month, year=year, ending=ending)


def examples(
    count: int = 8000, seed: int = 7, first_year: int = 1900, last_year: int = 2099
) -> tuple[list[str], list[str]]:
    """Return written dates and the same dates in digits: year, month and day, as ISO 8601 has it.

    Every day occurs once, in one form drawn for it, so whatever is held out is a day that the model has never
    seen in any form. `course_utils.pairs.split` holds some out.

    Returns
    -------
    sources, targets : list of str, each (count,)
        In random order; the same for the same seed.

    Raises
    ------
    ValueError
        If the years are not between 1000 and 9999 and in order, or do not have so many days.
    """
    if not 1000 <= first_year <= last_year <= 9999:
        raise ValueError(f"The years are {first_year} to {last_year}, expected years from 1000 to 9999, in order.")
    first, last = datetime.date(first_year, 1, 1).toordinal(), datetime.date(last_year, 12, 31).toordinal()
    if not 1 <= count <= last + 1 - first:
        raise ValueError(f"count is {count}, expected 1 to {last + 1 - first}: the days of {first_year}–{last_year}.")
    rng = random.Random(seed)
    days = [datetime.date.fromordinal(number) for number in rng.sample(range(first, last + 1), count)]
    return [written(day, rng.choice(FORMS)) for day in days], [day.isoformat() for day in days]
