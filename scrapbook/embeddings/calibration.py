"""What a cosine says, which differs from model to model.

Two texts that have nothing to do with each other have a cosine of 0.06 by all-MiniLM-L6-v2 and of 0.74 by
multilingual-e5-small, give or take 0.08 and 0.02. So likeness is counted from there, in standard deviations.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

UNRELATED = (
    "The bread needs another ten minutes in the oven",
    "Ask the bank about the interest on the loan",
    "My sister starts her new job in March",
    "The screws for the shelf are in the blue tin",
    "It rained all night and the river is high",
    "Read the chapter about the French revolution",
    "Two tickets for the concert, row seven",
    "The doctor says to drink more water",
    "Water the tomatoes in the evening",
    "The train to the coast leaves from platform four",
    "I felt calm after the long walk",
    "Our neighbour's dog is called Max",
    "Password of the printer is on the sticker",
    "An idea for a game with coloured stones",
    "Grandmother was born in a village by the sea",
    "Buy stamps, envelopes and tape",
    "The old car makes a strange noise in the cold",
    "Nobody is too old to learn",
    "The museum is closed on Mondays",
    "Parents' meeting at the school on Thursday",
    "She said the colour of the wall is too dark",
    "Swimming twice a week helps my back",
    "The contract ends in two years",
    "Black cat with a white paw seen near the church",
)
"""Texts of which no two are about the same, as people save them."""

LEAST_DEVIATION = 0.01
"""Of a model that knows too few words to tell the texts apart."""


@dataclass(frozen=True, slots=True)
class Scale:
    """The cosines of texts that have nothing to do with each other.

    Attributes:
        mean: of these cosines.
        deviation: their standard deviation, above 0.
    """

    mean: float
    deviation: float

    def likeness(self, cosines: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return by how many standard deviations each cosine is above the mean."""
        return ((cosines - self.mean) / self.deviation).astype(np.float32)


def scale_of(texts: NDArray[np.float32], others: NDArray[np.float32]) -> Scale:
    """Return the scale by the vectors of ``UNRELATED``, of length 1: once as queries, once as entries."""
    cosines = (texts @ others.T)[~np.eye(len(texts), dtype=bool)]
    return Scale(float(cosines.mean()), max(float(cosines.std()), LEAST_DEVIATION))
