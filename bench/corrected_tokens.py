"""Tokens of the corrected text for Rasa's own featurizers, which read the tokens of the original text."""

from components.stateless import StatelessComponent
from components.word_corrector import corrected_text
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.nlu.constants import TOKENS_NAMES
from rasa.nlu.tokenizers.whitespace_tokenizer import WhitespaceTokenizer
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

_TOKENIZER = WhitespaceTokenizer(WhitespaceTokenizer.get_default_config())


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class CorrectedTokens(StatelessComponent):
    """Comes after the corrector in the pipeline. The offsets of its tokens count in the corrected text."""

    def process_message(self, message: Message) -> None:
        """Replace the tokens of the text."""
        text = Message({TEXT: corrected_text(message).text})
        message.set(TOKENS_NAMES[TEXT], _TOKENIZER.tokenize(text, TEXT))

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Replace the tokens of the examples."""
        self.process(training_data.training_examples)
        return training_data
