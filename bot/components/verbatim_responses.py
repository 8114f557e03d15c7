"""Fills the placeholders of responses verbatim.

Rasa's own generator gives up if the finished text contains ``0[``, which it uses as a marker: for a saved
``row = table0[1]`` it would show the placeholders unfilled.
"""

import copy
import re
from typing import Any, Dict, Optional, Text

from rasa.core.nlg import TemplatedNaturalLanguageGenerator
from rasa.shared.core.domain import Domain
from rasa.utils.endpoints import EndpointConfig

PLACEHOLDER = re.compile(r"{([^\n{}]+?)}")


class VerbatimNaturalLanguageGenerator(TemplatedNaturalLanguageGenerator):
    """Chooses a response as Rasa does and fills its text in one pass.

    ``endpoints.yml`` names it as ``nlg: type``. A placeholder without a value stays as it is.
    """

    def __init__(self, endpoint_config: Optional[EndpointConfig], domain: Domain) -> None:
        del endpoint_config
        super().__init__(domain.responses)

    def _fill_response(
        self, response: Dict[Text, Any], filled_slots: Optional[Dict[Text, Any]] = None, **kwargs: Any
    ) -> Dict[Text, Any]:
        values = self._response_variables(filled_slots, kwargs)
        filled = copy.copy(response)
        filled["text"] = PLACEHOLDER.sub(lambda found: str(values.get(found[1], found[0])), response["text"])
        return filled
