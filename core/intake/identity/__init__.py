"""Who a mail is from: what a trusted server says of it, and what an agent should be wary of."""

from .lookalikes import plain_twin
from .proof import NOTHING, Proof, prove
from .warnings import Caution, cautions, claims, words_of

__all__ = ["NOTHING", "Caution", "Proof", "cautions", "claims", "plain_twin", "prove", "words_of"]
