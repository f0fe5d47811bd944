"""The commands of the desk, one transaction each."""
