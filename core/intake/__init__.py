"""From bytes to a command: reading a mail, judging whether it may be answered, finding its ticket."""
