"""Mails under suspicion are read in a child process that may hang, die or eat memory without harm to the others.

The ordinary mail is read where it is. In a child goes what is over one of the cheap checks of `Care`, and what was
waiting when a process ended or after a try that failed, because it may have been the cause (test M38).
"""

from .care import Care
from .process import CarefulReader, NoChild, ReadingFailed
from .readers import PutOff, Reader, Readers

__all__ = ["Care", "CarefulReader", "NoChild", "PutOff", "Reader", "Readers", "ReadingFailed"]
