"""deskbell, a helpdesk whose automatic mail is decided by small plugins, with a recorded reason for every person."""

__version__ = "0.1.0"

__all__ = ["__version__"]
