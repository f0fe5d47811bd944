"""Public holidays by country and subdivision."""

from datetime import date
from functools import lru_cache

from ...contract.errors import InvalidValue


@lru_cache(maxsize=512)
def public_holidays(country: str, subdivision: str, year: int) -> frozenset[date]:
    """The public holidays of one year; none without a country.

    :param country: the code of ISO 3166, such as ``DE``.
    :param subdivision: the code of a part of it, such as ``BY``, or ''.
    :raises InvalidValue: when the country or the subdivision is unknown.
    """
    if not country:
        return frozenset()
    # Loaded by the desks that need it only: it knows more than a hundred countries.
    import holidays

    try:
        return frozenset(holidays.country_holidays(country, subdiv=subdivision or None, years=year))
    except NotImplementedError as error:
        where = f"{country} {subdivision}".strip()
        raise InvalidValue(
            f"the public holidays of '{where}'",
            "they are not known",
            "Use the codes of ISO 3166, such as country 'DE' and subdivision 'BY', or list the days in days_off.",
        ) from error
