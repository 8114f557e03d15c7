"""Decides whether a text in a person's own words is a command or is kept.

It is a command if that is expected to cost less than keeping it (``costs.yml``). The chance that it is one is
weighed from the chances of the classifier and what else there is to see (``evidence.py``), with weights that
are learnt from the examples (``calibration.py``).
"""

import json
import re
from collections import defaultdict
from functools import lru_cache
from pathlib import Path
from typing import Any, Dict, FrozenSet, Iterable, Iterator, List, Text, Tuple

from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.exceptions import RasaException
from rasa.shared.nlu.constants import ENTITIES, INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from components import calibration as calibrations
from components import doubtful_commands
from components.arguments import ENTRY_KINDS
from components.calibration import Calibration, Case
from components.command_matching import begins_with_a_keyword, recognise
from components.command_recogniser import IS_COMMAND, IS_PARAPHRASE
from components.effects import SAVE_THOUGHT, effects, same_effect
from components.evidence import Evidence, WordCount, names_something, words_meant
from components.free_corrections import free_correction
from components.normalization import trim
from components.services import asks_an_assistant
from components.text_classifier import SETTINGS, features_of, ranking, regression, texts_of
from components.trained import TrainedComponent
from components.turn_context import TurnContext
from components.unasked_commands import UNASKED_INTENTS
from components.word_corrector import corrected_text

_COSTS = Path(__file__).resolve().parent.parent / "costs.yml"
_FILE = "decision.json"

CHANGING = frozenset({"remove", "edit"})
"""The effects that must name something of the scrapbook, in a person's own words."""

SAYING_WHAT = CHANGING | {"undo"}
"""The effects that must have a word that says what to do: ``thought 5 of 10`` only names."""

MUCH_LIKELIER = 3
"""A thought that the classifier holds for that many times as likely as the likeliest command is one.

The calibration is learnt from texts whose template the classifier has not seen, and so trusts it too little
where it has.
"""

ITERATIONS_OF_A_FOLD = 12
"""Of the classifiers for the calibration: enough to tell how far to trust their chances."""

ABOUT_NOTHING = frozenset({"acknowledge", "more"})
"""Saying that a reply was read, and asking for the rest of it, take no words of their own."""

CANNOT = "cannot"
"""The intent of asking an assistant for something that this one does not do."""

RETRIEVE = "retrieve"

# Says something of them: "memos are the new letters".
_STATES = re.compile(
    rf"(?:(?:my|the|our|these|those)\s+)?(?:{'|'.join(ENTRY_KINDS)}|notes|lists|topics)\s+"
    r"(?:are|were|will|can|should)\b",
    re.IGNORECASE,
)

# A quotation, a link, a leading "/", or a topic and a colon: always saved, whatever follows, if anything.
_ALWAYS_SAVED = re.compile(
    r"/|[\"“”„«»‹›]|https?://|www\.|(?!remind)[^\W\d][\w'-]*(?:\s+[\w'-]+){0,2}:(?:\s|$)", re.IGNORECASE
)


class UnknownEffect(RasaException):
    """An intent has no effect, or an effect no cost."""


@lru_cache(maxsize=1)
def costs() -> Dict[Text, float]:
    """Read ``costs.yml``, which holds only comments and lines of ``effect: cost``."""
    lines = _COSTS.read_text(encoding="utf-8").splitlines()
    pairs = (line.split(": ") for line in lines if line and not line.startswith("#"))
    return {effect: float(cost) for effect, cost in pairs}


def limit(intent: Text) -> float:
    """Return the chance (0 to 1) from which on doing what the intent says costs less than keeping the text.

    With a cost ``c`` of a needless effect and of 1 of a missed one, that is ``c / (1 + c)``.

    Raises:
        UnknownEffect: names the intent or the effect, and the file to edit.
    """
    effect = effects().get(intent)
    if effect is None:
        raise UnknownEffect(f"The intent {intent} has no effect. Add it to bot/effects.yml, and train again.")
    if effect not in costs():
        raise UnknownEffect(f"The effect {effect} has no cost. Add it to bot/costs.yml, and train again.")
    return costs()[effect] / (1 + costs()[effect])


def likeliest_command(message: Message) -> Tuple[Text, float, float]:
    """Return the likeliest intent of the likeliest effect, except a thought, and two chances (0 to 1).

    Returns:
        the intent, the chance of all intents with its effect together, and the chance of a thought, according
        to the classifier.
    """
    chances: Dict[Text, float] = {}
    first: Dict[Text, Text] = {}
    of_thought = 0.0
    for one in message.get(INTENT_RANKING_KEY) or []:  # the likeliest intent first
        if one["name"] == SAVE_THOUGHT:
            of_thought = float(one["confidence"])
            continue
        effect = effects()[one["name"]]
        chances[effect] = chances.get(effect, 0.0) + float(one["confidence"])
        first.setdefault(effect, one["name"])
    effect = max(chances, key=lambda effect: chances[effect], default="")
    return first.get(effect, SAVE_THOUGHT), min(chances.get(effect, 0.0), 1.0), of_thought


def is_saved(text: Text, intent: Text) -> bool:
    """Return whether a text is kept however likely the intent is."""
    if _ALWAYS_SAVED.match(text) or not any(letter.isalnum() for letter in text):
        return True
    if intent == CANNOT and not asks_an_assistant(text):
        return True
    return effects()[intent] == RETRIEVE and _STATES.match(text) is not None


class Judge:
    """Weighs what speaks for a command and against it."""

    def __init__(self, evidence: Dict[Text, Evidence], calibrations: Dict[Text, Calibration]) -> None:
        """Create one.

        Args:
            evidence: of each intent.
            calibrations: for each effect. Without one, the chance of the classifier counts.
        """
        self.evidence = evidence
        self.calibrations = calibrations

    def decide(self, message: Message, context: TurnContext) -> Tuple[Text, float]:
        """Return the intent of a message that is no recognised command, and how sure that is (0 to 1)."""
        intent, chance, of_thought = likeliest_command(message)
        text = _read(message)
        if of_thought > MUCH_LIKELIER * chance:
            return SAVE_THOUGHT, of_thought
        if self._is_kept(intent, message, context):
            return SAVE_THOUGHT, 1.0
        weighed = chance
        if calibration := self.calibrations.get(effects()[intent]):
            features = self._features(intent, text, (chance, of_thought), context)
            weighed = calibration.chance(features)
        return (intent, weighed) if weighed >= limit(intent) else (SAVE_THOUGHT, 1 - weighed)

    def _is_kept(self, intent: Text, message: Message, context: TurnContext) -> bool:
        """Return whether a message is kept however likely the intent is."""
        text, effect, evidence = _read(message), effects()[intent], self.evidence.get(intent)
        if evidence is None or evidence.excludes(text) or is_saved(text, intent):
            return True
        if effect in CHANGING and not names_something(text, context):
            return True
        if effect in SAYING_WHAT and evidence.only_names(words_meant(message)):
            return True
        return intent in ABOUT_NOTHING and bool(evidence.unknown(text))

    def _features(
        self, intent: Text, text: Text, chances: Tuple[float, float], context: TurnContext
    ) -> List[float]:
        named = names_something(text, context)
        return self.evidence[intent].features(text, *chances, names_something=named)

    def case(self, example: Message) -> Case:
        """Return what the evidence says of an example, and whether that is right."""
        intent, *chances = likeliest_command(example)
        is_thought = example.get(INTENT) == SAVE_THOUGHT
        effect = effects()[intent]
        return Case(
            effect,
            self._features(intent, _read(example), (chances[0], chances[1]), TurnContext()),
            is_right=not is_thought and effects()[example.get(INTENT)] == effect,
            is_thought=is_thought,
        )


def _read(message: Message) -> Text:
    return trim(corrected_text(message).text).content


def evidence_of(examples: Iterable[Message]) -> Dict[Text, Evidence]:
    """Return the evidence of each intent of the examples, except a thought."""
    of_intent: Dict[Text, List[Message]] = defaultdict(list)
    of_effect: Dict[Text, List[Message]] = defaultdict(list)
    for example in examples:
        of_intent[example.get(INTENT)].append(example)
        of_effect[_effect_of(example)].append(example)
    words = {effect: WordCount.of(some) for effect, some in of_effect.items()}
    thoughts = words.get(SAVE_THOUGHT) or WordCount.of(())
    return {
        intent: Evidence.of(some, words[_effect_of(some[0])], thoughts)
        for intent, some in sorted(of_intent.items())
        if intent != SAVE_THOUGHT
    }


def _effect_of(example: Message) -> Text:
    """Return the effect of an example; thoughts are apart from what is filed, which has the same one."""
    intent = example.get(INTENT)
    return intent if intent == SAVE_THOUGHT else effects().get(intent, "")


def _cases(examples: List[Message], settings: Dict[Text, Any]) -> Iterator[Case]:
    """Yield what is seen of each example by a classifier that was not trained on it.

    Recognised commands are left out, because they are not decided about.
    """
    _, features = features_of(texts_of(examples), settings["min_examples"])
    for known, others in calibrations.in_folds(examples):
        seen = [examples[position] for position in known]
        model = regression(
            features[known], [one.get(INTENT) for one in seen], settings["strength"], ITERATIONS_OF_A_FOLD
        )
        judge = Judge(evidence_of(seen), {})
        intents = model.classes_.tolist()
        for position, chances in zip(others, model.predict_proba(features[others]), strict=True):
            unseen = examples[position]
            if not (recognise(unseen.get(TEXT)) or free_correction(unseen.get(TEXT))):
                example = Message(dict(unseen.data))
                example.set(INTENT_RANKING_KEY, ranking(intents, chances))
                if likeliest_command(example)[0] in judge.evidence:
                    yield judge.case(example)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class Decision(TrainedComponent):
    """Sets the intent to ``save_thought`` if that costs less; comes after all classifiers in the pipeline.

    Recognised commands stay as they are, but for the doubtful ones (``doubtful_commands.py``). An accepted
    intent whose keyword does not begin the text is marked with ``IS_PARAPHRASE``. Training fails, and so does
    loading, if an intent of the examples has no effect or no cost.
    """

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        """Return the settings of the classifiers that are trained for the calibration."""
        return dict(SETTINGS)

    def __init__(self, config: Dict[Text, Any], storage: ModelStorage, resource: Resource) -> None:
        """Create a component that keeps everything before ``train`` or ``load``."""
        super().__init__(config, storage, resource)
        self._judge = Judge({}, {})
        self._list_names: FrozenSet[Text] = frozenset()

    def train(self, training_data: TrainingData) -> Resource:
        """Learn how to weigh the evidence, and store it.

        Raises:
            UnknownEffect: an intent has no effect, or its effect no cost.
        """
        # Rules add messages without a text: intents that a person's text cannot have, or only as a command.
        examples = [example for example in training_data.intent_examples if example.get(TEXT)]
        evidence = evidence_of(examples)
        _check(evidence)
        self._judge = Judge(evidence, calibrations.fit_all(_cases(examples, self._settings)))
        self._list_names = doubtful_commands.list_names(examples)
        with self._storage.write_to(self._resource) as folder:
            (folder / _FILE).write_text(json.dumps(self._stored()), encoding="utf-8")
        return self._resource

    def _stored(self) -> Dict[Text, Any]:
        return {
            "evidence": {intent: one.stored() for intent, one in self._judge.evidence.items()},
            "calibrations": {effect: one._asdict() for effect, one in self._judge.calibrations.items()},
            "list_names": sorted(self._list_names),
        }

    @classmethod
    def load(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,  # noqa: ARG003
        **kwargs: Any,  # noqa: ARG003
    ) -> "Decision":
        """Load the component from a trained model; Rasa calls this.

        Raises:
            UnknownEffect: an intent has lost its effect or cost since the training.
        """
        component = cls(config, model_storage, resource)
        with model_storage.read_from(resource) as folder:
            stored = json.loads((folder / _FILE).read_text(encoding="utf-8"))
        evidence = {intent: Evidence.from_stored(one) for intent, one in stored["evidence"].items()}
        _check(evidence)
        of_effect = {effect: Calibration(**one) for effect, one in stored["calibrations"].items()}
        component._judge = Judge(evidence, of_effect)
        component._list_names = frozenset(stored["list_names"])
        return component

    def process(self, messages: List[Message]) -> List[Message]:
        """Decide for each message and return them."""
        for message in messages:
            context = TurnContext.of(message)
            if not message.get(IS_COMMAND):
                self._decide(message, context)
            elif doubtful_commands.is_doubtful(message, self._list_names, context):
                _keep(message)
        return messages

    def _decide(self, message: Message, context: TurnContext) -> None:
        intent, confidence = self._judge.decide(message, context)
        text = message.get(TEXT) or ""
        if intent != SAVE_THOUGHT and not begins_with_a_keyword(text, _alike(intent)):
            message.set(IS_PARAPHRASE, True, add_to_output=True)
        message.set(INTENT, {"name": intent, "confidence": confidence}, add_to_output=True)


def _alike(intent: Text) -> FrozenSet[Text]:
    """Return the intents whose keywords say what this one does: "mark" and "turn" do of reminders alone."""
    return same_effect(intent) - UNASKED_INTENTS | {intent}


def _check(intents: Iterable[Text]) -> None:
    for intent in sorted({*intents} - {SAVE_THOUGHT}):
        limit(intent)


def _keep(message: Message) -> None:
    message.set(INTENT, {"name": SAVE_THOUGHT, "confidence": 1.0}, add_to_output=True)
    message.set(ENTITIES, [], add_to_output=True)
