"""One result per delivery, whatever the server does: reliability O4 to O6, lines 30, 50 and 51."""

from collections.abc import Callable

import pytest

from deskbell.channels.smtp import SmtpChannel
from deskbell.core.contract.channel import Delivery, DeliveryFailure, Receipt, TemporaryFailure
from stand_ins.smtp_sink import ALL_EXTENSIONS, SmtpSink

MakeDelivery = Callable[..., Delivery]
MakeChannel = Callable[..., SmtpChannel]

WITHOUT_PIPELINING = ALL_EXTENSIONS - {"PIPELINING"}


@pytest.fixture(params=[ALL_EXTENSIONS, WITHOUT_PIPELINING], ids=["pipelined", "one-by-one"])
def sink(request: pytest.FixtureRequest):  # type: ignore[no-untyped-def]  # the type is the test's own
    with SmtpSink(extensions=request.param) as sink:
        yield sink


def outcome(result: Receipt | DeliveryFailure) -> str:
    """`taken`, `again` or `never`."""
    if isinstance(result, Receipt):
        return "taken"
    return "again" if isinstance(result, TemporaryFailure) else "never"
