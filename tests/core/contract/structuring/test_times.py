"""Times as settings: what a `datetime` is read from, how it is written, and the sentence for what it cannot be."""

import json
import tomllib
from datetime import UTC, date, datetime, time, timedelta, timezone

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskbell.core.contract.structuring import (
    InvalidSetting,
    parse_text,
    plain,
    schema,
    structure,
    toml_value,
    unstructure,
)

WANTED = "must be a date, or a time with its offset such as 2026-03-02T09:00:00Z"


@attrs.frozen
class Leave:
    since: datetime = datetime(2026, 1, 1, tzinfo=UTC)
    until: datetime | None = None
    holidays: frozenset[datetime] = frozenset()


def from_toml(text: str) -> Leave:
    return structure(tomllib.loads(text), Leave, file="desk.toml", path="leave")


def refusal(data: dict[str, object]) -> str:
    with pytest.raises(InvalidSetting) as refused:
        structure(data, Leave, file="desk.toml", path="leave")
    return str(refused.value)


# --- what fits ---


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2026-03-02T09:00:00Z", datetime(2026, 3, 2, 9, tzinfo=UTC)),
        ("2026-03-02 09:00:00-05:30", datetime(2026, 3, 2, 14, 30, tzinfo=UTC)),
        ("2026-03-02T00:30:00.25+02:00", datetime(2026, 3, 1, 22, 30, 0, 250000, tzinfo=UTC)),
        ("2026-03-02", datetime(2026, 3, 2, tzinfo=UTC)),
        ('"2026-03-02T09:00:00Z"', datetime(2026, 3, 2, 9, tzinfo=UTC)),
        ('" 2026-03-02 09:00+01:00 "', datetime(2026, 3, 2, 8, tzinfo=UTC)),
        ('"2026-03-02"', datetime(2026, 3, 2, tzinfo=UTC)),
    ],
)
def test_a_time_is_read_from_toml_and_kept_in_utc(written: str, moment: datetime) -> None:
    until = from_toml(f"until = {written}").until
    assert until == moment
    assert until is not None
    assert until.tzinfo is UTC


def test_a_time_is_read_from_text() -> None:
    assert parse_text(Leave, "until", "2026-03-02T09:00:00+01:00") == datetime(2026, 3, 2, 8, tzinfo=UTC)
    assert parse_text(Leave, "until", "2026-03-02") == datetime(2026, 3, 2, tzinfo=UTC)
    assert parse_text(Leave, "until", "") is None
    assert parse_text(Leave, "holidays", "2026-05-01, 2026-12-25") == frozenset(
        {datetime(2026, 5, 1, tzinfo=UTC), datetime(2026, 12, 25, tzinfo=UTC)}
    )


def test_a_person_is_told_its_kind() -> None:
    assert [field.kind for field in schema(Leave)] == ["date or time", "date or time", "list of date or time"]


# --- what does not fit ---


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (datetime(2026, 3, 2, 9), "2026-03-02 09:00:00"),  # noqa: DTZ001 - that is the point
        ("2026-03-02T09:00:00", '"2026-03-02T09:00:00"'),
        (time(9, 0), "09:00:00"),
        ("tomorrow", '"tomorrow"'),
        ("2026-02-30", '"2026-02-30"'),
        ("", '""'),
        (1772442000, "1772442000"),
        (True, "true"),
        ([date(2026, 3, 2)], "a list"),
    ],
)
def test_what_is_no_time_is_one_sentence(value: object, shown: str) -> None:
    assert refusal({"until": value}) == f"desk.toml: leave.until {WANTED}, not {shown}."


def test_a_time_that_utc_cannot_hold_is_refused() -> None:
    first = "0001-01-01T00:00:00+14:00"
    assert refusal({"since": first}) == f'desk.toml: leave.since {WANTED}, not "{first}".'
    last = datetime(9999, 12, 31, 23, 59, tzinfo=timezone(timedelta(hours=-1)))
    assert refusal({"since": last}) == f"desk.toml: leave.since {WANTED}, not 9999-12-31 23:59:00-01:00."


def test_text_without_an_offset_is_refused() -> None:
    with pytest.raises(InvalidSetting) as refused:
        parse_text(Leave, "until", "2026-03-02 09:00")
    assert str(refused.value) == f'until {WANTED}, not "2026-03-02 09:00".'


# --- back to plain data ---


def test_a_time_is_written_as_toml_offset_date_time() -> None:
    moment = datetime(2026, 3, 2, 9, 0, 0, 250000, tzinfo=UTC)
    assert unstructure(Leave(since=moment)) == {"since": moment, "holidays": []}
    assert toml_value(moment) == "2026-03-02T09:00:00.250000Z"
    assert toml_value([datetime(2026, 3, 2, tzinfo=UTC)]) == "[2026-03-02T00:00:00Z]"
    assert toml_value(datetime(2026, 3, 2, 9, tzinfo=timezone(timedelta(hours=1)))) == "2026-03-02T09:00:00+01:00"


def test_times_of_a_set_are_written_in_order() -> None:
    days = [datetime(2026, month, 1, tzinfo=UTC) for month in (1, 5, 11)]
    assert plain(frozenset(reversed(days))) == days


moments = st.datetimes(timezones=st.just(UTC))
leaves = st.builds(Leave, since=moments, until=st.none() | moments, holidays=st.frozensets(moments, max_size=3))


@given(leaves)
def test_a_written_time_reads_back(leave: Leave) -> None:
    lines = [f"{name} = {toml_value(value)}" for name, value in unstructure(leave).items()]
    assert from_toml("\n".join(lines)) == leave


@given(moments)
def test_a_time_reads_back_from_json(moment: datetime) -> None:
    through = json.loads(json.dumps({"since": moment.isoformat()}))
    assert structure(through, Leave, file="").since == moment


@given(st.text() | st.dates() | st.times() | st.datetimes() | st.datetimes(timezones=st.timezones()))
def test_anything_is_accepted_or_refused_in_one_line(value: object) -> None:
    told = ""
    try:
        structure({"since": value}, Leave, file="")
    except InvalidSetting as refused:
        told = str(refused)
    assert "\n" not in told
