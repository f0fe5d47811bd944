"""From the outbox to the channels: who is open, who carries, who wakes the carriers."""
