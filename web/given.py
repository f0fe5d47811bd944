"""What handlers are given besides the request."""

from litestar.di import NamedDependency

from ..core.app.opening import Desk

GivenDesk = NamedDependency[Desk]
"""The open desk."""
