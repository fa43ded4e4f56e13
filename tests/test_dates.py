"""Written dates: each means one day, no day occurs twice, and they are the same on every run."""

from __future__ import annotations

import datetime
import re
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils import dates, pairs

FEW = settings(deadline=None, max_examples=200, derandomize=True)


def read(text: str) -> datetime.date:
    """Read a written date by its words, whatever its form."""
    *_, year = re.findall(r"\d{4}", text)
    name = re.search(r"[a-z]{3,}(?<!the)", text.replace("the ", ""))
    if name:
        month = 1 + [month[:3] for month in dates.MONTHS].index(name[0][:3])
    else:
        month = int(text.split(".")[1])
    return datetime.date(int(year), month, int(re.search(r"\d{1,2}", text)[0]))


def test_the_forms_of_a_date():
    day = datetime.date(1998, 3, 3)
    assert [dates.written(day, form) for form in dates.FORMS] == [
        "3 march 1998",
        "march 3, 1998",
        "3 mar 1998",
        "the 3rd of march 1998",
        "3.3.1998",
    ]
    endings = [dates.written(datetime.date(2024, 1, day), dates.FORMS[3]).split()[1] for day in range(1, 32)]
    assert [end for end in endings if not end.endswith("th")] == ["1st", "2nd", "3rd", "21st", "22nd", "23rd", "31st"]


@FEW
@given(st.dates(datetime.date(1000, 1, 1)), st.sampled_from(dates.FORMS))
def test_every_form_can_be_read_back_as_one_day(day, form):
    assert read(dates.written(day, form)) == day


def test_examples_are_right_distinct_and_the_same_on_every_run():
    sources, targets = dates.examples(6000)
    assert len(sources) == len(set(sources)) == len(targets) == len(set(targets)) == 6000
    assert [read(source).isoformat() for source in sources] == targets
    assert (sources, targets) == dates.examples(6000) != dates.examples(6000, seed=8)
    assert {len(target) for target in targets} == {10}
    years = [int(target[:4]) for target in targets]
    assert (min(years), max(years)) == (1900, 2099) and sorted(years) != years
    forms = Counter(re.sub(r"\d+", "0", re.sub(r"[a-z]{4,}|may", "month", source)) for source in sources)
    assert min(forms["0 month 0"], forms["month 0, 0"], forms["0.0.0"]) > 900


def test_what_is_held_out_is_a_day_never_seen():
    sources, targets = dates.examples(2000)
    parts = pairs.split(sources, targets, held_out=300)
    assert len(parts.sources) == len(parts.held_out.targets) == 300
    assert pairs.leak(parts) == 0
    assert not set(parts.training.targets) & set(parts.held_out.targets)
    assert all(len(references) == 1 for references in parts.references)


def test_all_days_of_a_year_can_be_had_and_no_more():
    sources, targets = dates.examples(366, first_year=2024, last_year=2024)
    assert sorted(targets)[0] == "2024-01-01" and sorted(targets)[-1] == "2024-12-31" and "2024-02-29" in targets
    assert len(sources) == 366
    for count in (367, 0):
        with pytest.raises(ValueError, match=f"count is {count}, expected 1 to 366"):
            dates.examples(count, first_year=2024, last_year=2024)


@pytest.mark.parametrize(("first", "last"), [(2000, 1999), (999, 2000), (2000, 10_000)])
def test_years_that_make_no_sense_are_refused(first, last):
    with pytest.raises(ValueError, match=f"{first} to {last}"):
        dates.examples(5, first_year=first, last_year=last)
