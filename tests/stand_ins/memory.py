"""How much memory this process holds."""

import resource
import sys
from pathlib import Path

MIB = 1024 * 1024

_STATM = Path("/proc/self/statm")


def resident() -> int:
    """The octets of this process in memory now; where the system does not tell, the most that it ever held."""
    if _STATM.exists():
        return int(_STATM.read_text().split()[1]) * resource.getpagesize()
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024
