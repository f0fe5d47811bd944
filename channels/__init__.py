"""The ways out of the house, one file or one folder each. A channel imports `core.contract` and nothing else of it."""
