"""The hallway: the only place that puts the rooms together."""
