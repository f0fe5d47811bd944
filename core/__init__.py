"""The life cycle of a ticket: it knows hooks, and no plugin, channel or web page."""
