"""How fast the desk is on this machine, beside what the machine itself can do; not part of the package."""
