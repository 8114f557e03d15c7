"""Texts that are plainly something to keep, the same for both sides."""

import itertools
import random
from collections.abc import Callable, Iterator

WHO = ["anna", "my brother", "the neighbour", "dad", "our landlady", "the new dentist", "grandma", "tom"]
SAID = ["said", "told me", "thinks", "wrote", "keeps saying", "heard", "is sure", "mentioned"]
WHAT = [
    "the bakery by the harbour closes in august",
    "the roof will hold for another winter",
    "tomatoes want more sun than we gave them",
    "the old ferry was painted green this spring",
    "good bread needs a night in the cold",
    "the choir sings in the small church this year",
    "a bicycle is the best way through town",
    "the river was higher when we were children",
]


def thoughts(is_a_thought: Callable[[str], bool], count: int = 60) -> Iterator[str]:
    """For ever, in the same order in each run; of the first so many those that both models take for one."""
    texts = [" ".join(words) for words in itertools.product(WHO, SAID, WHAT)]
    random.Random(1).shuffle(texts)
    chosen = [text for text in texts[:count] if is_a_thought(text)]
    if len(chosen) < count / 4:
        raise RuntimeError(f"only {len(chosen)} of {count} texts are taken for thoughts")
    return itertools.cycle(chosen)
