"""Due dates by SLA plans: business hours, the clock of each ticket, and the sweep that rings what they come to."""

from ...store.sla import Timing, stop_escalation
from .planning import begin, replan, restart, set_due_date

__all__ = ["Timing", "begin", "replan", "restart", "set_due_date", "stop_escalation"]
