"""The corrected text for the featurizers that Rasa brings, which read the tokens of the text as typed."""

from components.stateless import StatelessComponent
from components.word_corrector import corrected
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.nlu.constants import TOKENS_NAMES
from rasa.nlu.tokenizers.whitespace_tokenizer import WhitespaceTokenizer
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

_TOKENIZER = WhitespaceTokenizer(WhitespaceTokenizer.get_default_config())


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class CorrectedTokens(StatelessComponent):
    """Stands behind the corrector. Offsets of its tokens are those in the corrected text."""

    def read(self, message: Message) -> None:
        """Replaces the tokens of the text."""
        text = Message({TEXT: corrected(message).text})
        message.set(TOKENS_NAMES[TEXT], _TOKENIZER.tokenize(text, TEXT))

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """The examples too."""
        self.process(training_data.training_examples)
        return training_data
