"""Adds the examples that the templates in ``data/phrasings`` stand for to those in ``data/nlu``."""

import re
from typing import Iterator, List, Text

from rasa.shared.importers.rasa import RasaFileImporter
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from rasa.shared.utils.common import cached_method

from components.effects import SAVE_THOUGHT
from components.phrasings import Phrasings

TEMPLATE = "template"
"""Set on the examples that come from a template: the template. Their arguments are not marked."""

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")

THOUGHTS = "thought"
"""The list of the templates that also has the examples of ``save_thought``."""

WORDS = "words"
"""The list of any words, which arguments may be: parts of the examples of ``save_thought``."""

PER_TEMPLATE = 40


class TrainingImporter(RasaFileImporter):
    """Reads the training data as Rasa does, and expands the templates; named in ``config.yml``."""

    @cached_method
    def get_nlu_data(self, language: Text = "en") -> TrainingData:
        """Return the examples of both kinds. Rasa asks for them four times, and changes only copies."""
        written = super().get_nlu_data(language)
        phrasings = Phrasings.read()
        thoughts = [one.get(TEXT) for one in written.intent_examples if one.get(INTENT) == SAVE_THOUGHT]
        phrasings.extend_list(THOUGHTS, thoughts)
        phrasings.extend_list(WORDS, list(_parts(thoughts)))
        expanded = [
            Message({TEXT: one.text, INTENT: one.intent, TEMPLATE: one.template})
            for one in phrasings.examples(PER_TEMPLATE)
        ]
        return written.merge(TrainingData(expanded))


def _parts(texts: List[Text]) -> Iterator[Text]:
    """Yield one to three successive words of each text, from a place that differs from text to text."""
    for index, text in enumerate(texts):
        words = _WORD.findall(text.lower())
        length = index % 3 + 1
        begin = index % max(1, len(words) - length)
        if len(words) > length:
            yield " ".join(words[begin : begin + length])
