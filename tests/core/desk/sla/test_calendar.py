"""Business hours: by hand where the clock changes, and against an oracle that looks at every minute."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deskbell.core.contract.errors import InvalidValue
from deskbell.core.desk.sla.calendar import ROUND_THE_CLOCK, Calendar, calendar_of
from deskbell.core.desk.sla.written_hours import WEEKDAYS
from deskbell.core.store.directory import ScheduleRecord

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
MICROSECOND = timedelta(microseconds=1)
OFFICE = dict.fromkeys(WEEKDAYS[:5], (("09:00", "17:00"),))


def hours(week: Mapping[str, tuple[tuple[str, str], ...]], zone: str = "UTC", **more: object) -> Calendar:
    return calendar_of(ScheduleRecord(id=1, name="Office", time_zone=zone, week=week, **more))  # type: ignore[arg-type]


def every_day(*spans: tuple[str, str]) -> dict[str, tuple[tuple[str, str], ...]]:
    return dict.fromkeys(WEEKDAYS, spans)


def at(text: str, zone: str = "UTC") -> datetime:
    """A wall-clock time of a zone."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


# -- by hand --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("begin", "time", "end"),
    [
        ("2026-03-02 09:00", 8 * HOUR, "2026-03-02 17:00"),
        ("2026-03-02 09:00", 8 * HOUR + MINUTE, "2026-03-03 09:01"),
        ("2026-03-02 16:30", HOUR, "2026-03-03 09:30"),
        ("2026-03-06 16:30", HOUR, "2026-03-09 09:30"),
        ("2026-03-07 12:00", HOUR, "2026-03-09 10:00"),
        ("2026-03-02 06:00", HOUR, "2026-03-02 10:00"),
        ("2026-03-02 18:00", 40 * HOUR, "2026-03-09 17:00"),
        ("2026-12-31 16:00", 2 * HOUR, "2027-01-01 10:00"),
    ],
)
def test_nine_to_five_and_no_weekend(begin: str, time: timedelta, end: str) -> None:
    calendar = hours(OFFICE)
    assert calendar.add(at(begin), time) == at(end)
    assert calendar.between(at(begin), at(end)) == time


def test_looking_back_over_a_weekend() -> None:
    calendar = hours(OFFICE)
    assert calendar.subtract(at("2026-03-09 09:30"), HOUR) == at("2026-03-06 16:30")
    assert calendar.subtract(at("2026-03-08 12:00"), 8 * HOUR) == at("2026-03-06 09:00")
    assert calendar.subtract(at("2027-01-01 10:00"), 2 * HOUR) == at("2026-12-31 16:00")


def test_no_time_at_all_is_where_one_stands_even_when_closed() -> None:
    night = at("2026-03-07 03:00")
    assert hours(OFFICE).add(night, timedelta()) == night == hours(OFFICE).subtract(night, timedelta())


def test_nothing_lies_between_the_later_and_the_earlier() -> None:
    assert hours(OFFICE).between(at("2026-03-03 12:00"), at("2026-03-02 12:00")) == timedelta()
    assert ROUND_THE_CLOCK.between(at("2026-03-03 12:00"), at("2026-03-02 12:00")) == timedelta()


def test_the_night_in_which_the_clock_goes_forward_is_an_hour_shorter() -> None:
    calendar = hours(every_day(("01:00", "04:00")), "Europe/Berlin")
    assert (
        calendar.between(at("2026-03-29 00:00", "Europe/Berlin"), at("2026-03-29 12:00", "Europe/Berlin")) == 2 * HOUR
    )
    assert (
        calendar.between(at("2026-03-28 00:00", "Europe/Berlin"), at("2026-03-28 12:00", "Europe/Berlin")) == 3 * HOUR
    )
    # Sunday's two hours, and one of Monday's.
    assert calendar.add(at("2026-03-29 00:00", "Europe/Berlin"), 3 * HOUR) == at("2026-03-30 02:00", "Europe/Berlin")


def test_the_night_in_which_the_clock_goes_back_is_an_hour_longer() -> None:
    calendar = hours(every_day(("01:00", "04:00")), "Europe/Berlin")
    assert (
        calendar.between(at("2026-10-25 00:00", "Europe/Berlin"), at("2026-10-25 12:00", "Europe/Berlin")) == 4 * HOUR
    )


def test_a_span_within_the_hour_that_is_left_out_does_not_open() -> None:
    calendar = hours({"sun": (("02:15", "02:45"),)}, "Europe/Berlin")
    assert (
        calendar.between(at("2026-03-29 00:00", "Europe/Berlin"), at("2026-03-30 00:00", "Europe/Berlin"))
        == timedelta()
    )
    assert calendar.add(at("2026-03-28 00:00", "Europe/Berlin"), MINUTE) == at("2026-04-05 02:16", "Europe/Berlin")


def test_a_span_within_the_hour_that_comes_twice_opens_twice() -> None:
    calendar = hours({"sun": (("02:15", "02:45"),)}, "Europe/Berlin")
    assert calendar.between(at("2026-10-25 00:00", "Europe/Berlin"), at("2026-10-26 00:00", "Europe/Berlin")) == HOUR
    # 45 minutes: half an hour in summer time (until 00:45 UTC), then from 01:15 UTC on.
    assert calendar.add(at("2026-10-25 00:00", "Europe/Berlin"), 45 * MINUTE) == at("2026-10-25 01:30")


def test_half_an_hour_on_lord_howe() -> None:
    calendar = hours(every_day(("00:00", "24:00")), "Australia/Lord_Howe")
    begin, end = at("2026-04-05 00:00", "Australia/Lord_Howe"), at("2026-04-06 00:00", "Australia/Lord_Howe")
    assert calendar.between(begin, end) == 24 * HOUR + 30 * MINUTE


def test_a_day_that_never_was_has_no_hours() -> None:
    # Samoa crossed the date line and had no 30 December 2011, a Friday.
    calendar = hours({"fri": (("09:00", "17:00"),)}, "Pacific/Apia")
    assert (
        calendar.between(at("2011-12-29 00:00", "Pacific/Apia"), at("2012-01-05 00:00", "Pacific/Apia")) == timedelta()
    )


def test_round_midnight_two_spans_are_one_stretch() -> None:
    calendar = hours(every_day(("00:00", "02:00"), ("22:00", "24:00")))
    assert calendar.add(at("2026-03-02 21:00"), 3 * HOUR) == at("2026-03-03 01:00")
    assert calendar.between(at("2026-03-02 12:00"), at("2026-03-04 12:00")) == 8 * HOUR


def test_public_holidays_by_country_and_subdivision() -> None:
    # Corpus Christi, 4 June 2026, a Thursday, is one in Bavaria and none in Berlin.
    begin, end = at("2026-06-03 22:00"), at("2026-06-04 22:00")
    berlin = hours(OFFICE, "Europe/Berlin", country="DE", subdivision="BE")
    bavaria = hours(OFFICE, "Europe/Berlin", country="DE", subdivision="BY")
    assert (berlin.between(begin, end), bavaria.between(begin, end)) == (8 * HOUR, timedelta())
    # Good Friday to Easter Monday 2026: 3 to 6 April.
    assert berlin.add(at("2026-04-02 16:30", "Europe/Berlin"), HOUR) == at("2026-04-07 09:30", "Europe/Berlin")


def test_the_holiday_is_one_on_the_local_day() -> None:
    calendar = hours(every_day(("00:00", "24:00")), "Pacific/Auckland", days_off=("2026-03-03",))
    begin, end = at("2026-03-02 00:00", "Pacific/Auckland"), at("2026-03-05 00:00", "Pacific/Auckland")
    assert calendar.between(begin, end) == 48 * HOUR
    assert calendar.add(at("2026-03-02 23:00", "Pacific/Auckland"), 2 * HOUR) == at(
        "2026-03-04 01:00", "Pacific/Auckland"
    )


def test_decades_take_no_longer_than_their_years() -> None:
    calendar = hours(OFFICE)
    # 50 years from Monday, 2 March 2026 hold 13,045 working days.
    assert calendar.between(at("2026-03-02 00:00"), at("2076-03-02 00:00")) == 13_045 * 8 * HOUR
    assert calendar.add(at("2026-03-02 00:00"), 13_045 * 8 * HOUR) == at("2076-02-28 17:00")


def test_what_takes_longer_than_a_century_never_comes() -> None:
    begin = at("2026-03-02 00:00")
    for calendar in (hours({"mon": (("09:00", "09:01"),)}), ROUND_THE_CLOCK):
        assert calendar.add(begin, timedelta(days=40_000)) is None
        assert calendar.subtract(begin, timedelta(days=40_000)) is None


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"week": {}}, "schedule 'Office': it has no open hour."),
        ({"week": {"mon": ()}}, "schedule 'Office': it has no open hour."),
        (
            {"week": {"mon": (("17:00", "09:00"),)}},
            "schedule 'Office': its week must not end \"17:00-09:00\" before it begins (mon)",
        ),
        (
            {"week": {"mon": (("09:00", "12:00"), ("11:00", "13:00"))}},
            (
                "schedule 'Office': its week must have the hours of a day in order and without overlap, "
                'not "11:00-13:00" (mon).'
            ),
        ),
        *(
            (
                {"week": {"mon": ((begin, end),)}},
                f"""schedule 'Office': its week must have hours such as "09:00-17:30", not "{begin}-{end}" (mon).""",
            )
            for begin, end in (
                ("9 am", "12:00"),
                ("9:00", "12:00"),
                ("09:00", "24:01"),
                ("24:00", "24:00"),
                ("09:00-10:00", "12:00"),
            )
        ),
        ({"time_zone": "Europe/Bonn"}, "schedule 'Office': there is no time zone 'Europe/Bonn'."),
        ({"time_zone": "../etc"}, "schedule 'Office': there is no time zone '../etc'."),
        ({"country": "XX"}, "the public holidays of 'XX': they are not known."),
        ({"country": "DE", "subdivision": "XX"}, "the public holidays of 'DE XX': they are not known."),
        (
            {"days_off": ("24.12.2026",)},
            "schedule 'Office': its days off must be dates such as 2026-12-24, not \"24.12.2026\".",
        ),
        (
            {"days_off": ("20261224",)},
            "schedule 'Office': its days off must be dates such as 2026-12-24, not \"20261224\".",
        ),
    ],
)
def test_a_schedule_that_cannot_be_used_is_refused_in_words(changes: dict[str, object], sentence: str) -> None:
    values: dict[str, object] = {"week": OFFICE, **changes}
    with pytest.raises(InvalidValue) as refused:
        calendar_of(ScheduleRecord(id=1, name="Office", **values))  # type: ignore[arg-type]
    assert str(refused.value).startswith(sentence)


# -- against the oracle ----------------------------------------------------------------------------------------------------

ZONES = (
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "Africa/Casablanca",
    "Pacific/Apia",
    "Pacific/Kiritimati",
    "Pacific/Chatham",
    "Africa/Cairo",
    "America/Santiago",
)
CHANGES = (
    "2026-03-29 01:00",  # Europe
    "2026-10-25 01:00",
    "2026-03-08 07:00",  # United States
    "2026-11-01 06:00",
    "2026-04-04 15:00",  # Lord Howe
    "2026-10-03 15:30",
    "2026-02-15 02:00",  # Morocco, about Ramadan
    "2026-03-22 02:00",
    "2011-12-30 10:00",  # Samoa
    "2026-04-23 22:00",  # Egypt, at midnight
    "2026-09-06 04:00",  # Chile, at midnight
    "2026-04-04 14:00",  # Chatham
)
QUARTERS = st.integers(0, 96).map(lambda quarter: f"{quarter // 4:02}:{quarter % 4 * 15:02}")


@st.composite
def spans(draw: st.DrawFn) -> tuple[tuple[str, str], ...]:
    ends = sorted(draw(st.sets(QUARTERS, max_size=6)))
    return tuple(zip(ends[::2], ends[1::2], strict=False))


weeks = st.fixed_dictionaries({day: spans() for day in WEEKDAYS}).filter(lambda week: any(week.values()))
schedules = st.builds(
    ScheduleRecord,
    id=st.just(1),
    name=st.just("Office"),
    time_zone=st.sampled_from(ZONES),
    week=weeks,
    days_off=st.sampled_from(((), ("2026-03-29", "2026-10-26"))),
)
moments = st.builds(
    lambda change, minutes: at(change) + minutes * MINUTE,
    st.sampled_from(CHANGES),
    st.integers(-4 * 1440, 4 * 1440),
)
fine_moments = st.builds(lambda moment, more: moment + more * MICROSECOND, moments, st.integers(0, 60_000_000))
times = st.timedeltas(timedelta(), timedelta(days=30))


def oracle(schedule: ScheduleRecord, begin: datetime, end: datetime) -> timedelta:
    """Looks at the wall clock in the middle of every minute."""
    zone, count = ZoneInfo(schedule.time_zone), 0
    for number in range((end - begin) // MINUTE):
        wall = (begin + number * MINUTE + MINUTE / 2).astimezone(zone)
        text, day = wall.strftime("%H:%M"), WEEKDAYS[wall.weekday()]
        is_open = any(first <= text < last for first, last in schedule.week[day])
        count += is_open and wall.date().isoformat() not in schedule.days_off
    return count * MINUTE


@settings(max_examples=150, deadline=None)
@given(schedule=schedules, begin=moments, minutes=st.integers(0, 3 * 1440))
def test_every_minute_is_counted_as_the_wall_clock_shows_it(
    schedule: ScheduleRecord, begin: datetime, minutes: int
) -> None:
    end = begin + minutes * MINUTE
    assert calendar_of(schedule).between(begin, end) == oracle(schedule, begin, end)


@settings(max_examples=200, deadline=None)
@given(schedule=schedules, begin=fine_moments, time=times)
def test_adding_and_counting_are_inverse(schedule: ScheduleRecord, begin: datetime, time: timedelta) -> None:
    calendar = calendar_of(schedule)
    end = calendar.add(begin, time)
    assert end is not None
    assert calendar.between(begin, end) == time
    assert time == timedelta() or calendar.between(begin, end - MICROSECOND) < time


@settings(max_examples=200, deadline=None)
@given(schedule=schedules, end=fine_moments, time=times)
def test_subtracting_and_counting_are_inverse(schedule: ScheduleRecord, end: datetime, time: timedelta) -> None:
    calendar = calendar_of(schedule)
    begin = calendar.subtract(end, time)
    assert begin is not None
    assert calendar.between(begin, end) == time
    assert time == timedelta() or calendar.between(begin + MICROSECOND, end) < time


@settings(max_examples=200, deadline=None)
@given(schedule=schedules, begins=st.tuples(fine_moments, fine_moments), some=st.tuples(times, times))
def test_later_and_longer_never_end_earlier(
    schedule: ScheduleRecord, begins: tuple[datetime, datetime], some: tuple[timedelta, timedelta]
) -> None:
    calendar = calendar_of(schedule)
    (first, second), (short, long) = sorted(begins), sorted(some)
    ends = [calendar.add(first, short), calendar.add(first, long), calendar.add(second, long)]
    assert None not in ends
    assert ends == sorted(each for each in ends if each is not None)


@settings(max_examples=200, deadline=None)
@given(schedule=schedules, some=st.tuples(fine_moments, fine_moments, fine_moments))
def test_time_in_pieces_is_the_whole_time(schedule: ScheduleRecord, some: tuple[datetime, datetime, datetime]) -> None:
    calendar = calendar_of(schedule)
    begin, middle, end = sorted(some)
    assert calendar.between(begin, end) == calendar.between(begin, middle) + calendar.between(middle, end)
