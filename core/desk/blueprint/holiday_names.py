"""Whether the public holidays of a country are known to the calendar package that is installed here."""

from importlib.util import find_spec

from ...contract.errors import nearest, suggestion

CODES = " Use the codes of ISO 3166, such as country 'DE' with subdivision 'BY', or list the days in days_off."


def unknown_country(country: str) -> str:
    """Why the country cannot be used, to follow its key, and '' when it can or nobody can tell."""
    # Loaded only by files that name a country: it knows more than a hundred of them.
    if find_spec("holidays") is None:
        return ""
    import holidays

    known = holidays.list_supported_countries(include_aliases=True)
    return "" if country in known else f"names '{country}', whose public holidays are not known"


def unknown_subdivision(country: str, subdivision: str) -> str:
    """Why the subdivision cannot be used, as above."""
    if find_spec("holidays") is None:
        return ""
    import holidays

    try:
        holidays.country_holidays(country, subdiv=subdivision)
    except NotImplementedError:
        return f"names '{subdivision}', which is no part of '{country}' with public holidays of its own"
    return ""


def near_subdivisions(country: str, subdivision: str) -> str:
    """The remedy for an unknown subdivision."""
    import holidays

    known = holidays.list_supported_countries().get(country, [])
    return suggestion(nearest(subdivision, known)) or (f" Known are: {', '.join(known)}." if known else CODES)
