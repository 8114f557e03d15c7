"""How much it says that an entry has a word of a question: the less common the word, the more."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import exp, log

from scrapbook.text.query import STOP_WORDS
from scrapbook.text.word_frequency import zipf_frequency

PRIOR_ENTRIES = 1000
"""A word is taken to be in so many more entries of average English as there are entries of the person.

Counts in a few entries say little: in a scrapbook of five, each word would be as telling as any other. From
a few thousand on, the person's own entries decide: to a gardener "soil" says little.
"""

WORDS_OF_AN_ENTRY = 12
"""Words of an average entry; the frequencies of English are per word."""

RAREST_ZIPF = 2.0
"""The Zipf frequency of words that are rarer than ``word_frequency`` knows: once in ten million."""

UNSEEN = 0.5
"""Entries that are taken to hold a word beside those that do: one that none holds is not infinitely rare."""

# The constants of BM25, as Lucene and FTS5 have them: https://www.sqlite.org/fts5.html#the_bm25_function
SATURATION, LENGTH_SHARE = 1.2, 0.75

FUNCTION_WORDS = STOP_WORDS | frozenset(
    """
    again also am anybody anyone anything aren because being can could couldn d didn doesn doing don down
    hadn hasn haven having here hers him how if into isn just ll m many may might mine much must mustn no
    nor not off onto ours out over own please re s shall should shouldn somebody someone t than theirs
    these those too under up ve very wasn weren whether whom whose will won would wouldn yes yours
    """.split()  # noqa: SIM905 - as many literals would take two hundred lines
)
"""The closed classes of English, contracted forms included, and what commands call entries: these say nothing
of what a text is about. Without all words, ``find`` leaves out ``STOP_WORDS`` only: nobody looks for "gpu" by
"not gpu"."""

COVERAGE_WEIGHT = 2.0
"""How many standard deviations of likeness it is worth that an entry has all of the words.

Set on half of the pairs of ``bench/paraphrases.tsv``; from 2 to 4 it hardly matters. Reciprocal rank
fusion did worse: it knows no scores, and lets entries with a common word come before what means the same."""

LEAST_LIKENESS = 3.0
"""Entries that hold none of the words are listed if their likeness is so many standard deviations above that
of texts that have nothing to do with each other. Three in four of the questions of
``bench/paraphrases.tsv`` are as like to their entry. It is also taken of an entry that is not encoded yet,
so that those which hold the words are not passed over."""

REPETITION_WEIGHT = 0.3
"""How much the likeness to an entry that comes before it counts against an entry. Set on the same half.

From 0.5 on, more of the questions that several like entries answer lose some of these."""

LEAST_SHARE = 0.5
"""Entries are left out that score less than this share of the best one. See docs/search.md."""


@dataclass(frozen=True, slots=True)
class Hit:
    """An entry that holds some of the words of a question.

    Attributes:
        id: of the entry.
        coverage: the share of the words that it holds, each weighted by its rarity: above 0, at most 1.
        score: the same, where a long text counts less. Comparable within one search.
    """

    id: int
    coverage: float
    score: float


def rarity(word: str, holding: int, entries: int) -> float:
    """Return the weight of a word: its inverse document frequency, above 0.

    Args:
        word: in lower case.
        holding: how many of the person's entries hold it.
        entries: how many entries the person has.
    """
    per_word = 10 ** (max(zipf_frequency(word), RAREST_ZIPF) - 9)
    in_english = 1 - exp(-WORDS_OF_AN_ENTRY * per_word)
    share = (holding + UNSEEN + PRIOR_ENTRIES * in_english) / (max(entries, holding) + PRIOR_ENTRIES)
    return -log(share) if share < 1 else 0.0


def rank(
    held: Mapping[int, Iterable[int]], weights: Sequence[float], lengths: Mapping[int, int]
) -> list[Hit]:
    """Return the entries by BM25, best first; equals in the order given. A word counts once in an entry.

    Args:
        held: for each entry which of the words it holds, as indexes of ``weights``.
        weights: the rarity of each word.
        lengths: the length of each entry.
    """
    total, average = sum(weights), sum(lengths.values()) / max(len(lengths), 1)
    hits: list[Hit] = []
    for id_, words in held.items():
        coverage = sum(weights[word] for word in words) / total if total else 0.0
        length = 1 - LENGTH_SHARE + LENGTH_SHARE * lengths.get(id_, 0) / max(average, 1)
        hits.append(Hit(id_, coverage, coverage * (SATURATION + 1) / (1 + SATURATION * length)))
    return sorted(hits, key=lambda hit: -hit.score)


def best_of(hits: Sequence[Hit], limit: int) -> list[Hit]:
    """Return the hits up to where the score drops, at most ``limit``.

    Args:
        hits: best first.
    """
    return [hit for hit in hits[:limit] if hit.score >= LEAST_SHARE * hits[0].score]


def fuse(coverage: Mapping[int, float], likeness: Mapping[int, float]) -> dict[int, float]:
    """Return the scores of what either has, without what scores less than a share of the best.

    Args:
        coverage: the share of the words that an entry holds; none is 0.
        likeness: how alike in meaning an entry is, in standard deviations; unknown for one that is not there.
    """
    scores = {
        id_: max(likeness.get(id_, LEAST_LIKENESS), 0.0) + COVERAGE_WEIGHT * coverage.get(id_, 0.0)
        for id_ in (*coverage, *likeness)
    }
    least = LEAST_SHARE * max(scores.values(), default=0.0)
    return {id_: score for id_, score in scores.items() if score >= least}


def varied(
    scores: Mapping[int, float], likeness_to: Callable[[int], Mapping[int, float]], limit: int
) -> list[int]:
    """Return the ids by their scores, best first, but what is like an earlier one later: at most ``limit``.

    Else a hundred entries that say nearly the same would leave no room for any other. That is maximal
    marginal relevance: Carbonell and Goldstein, https://doi.org/10.1145/290941.291025

    Args:
        likeness_to: from an entry to how alike others are to it, in the unit of the scores; 0 where it is
            unknown.
    """
    left, repeats = dict(scores), dict.fromkeys(scores, 0.0)
    order: list[int] = []
    while left and len(order) < limit:
        best = max(left, key=lambda id_: left[id_] - REPETITION_WEIGHT * repeats[id_])
        order.append(best)
        del left[best]
        for id_, alike in likeness_to(best).items():
            repeats[id_] = max(repeats[id_], alike)
    return order
