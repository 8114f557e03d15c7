"""Responses whose placeholders are filled to the letter.

Rasa's own filling gives up where the finished text happens to hold ``0[``, a sign that it uses itself: a
person who saved ``row = table0[1]`` would be shown the bare placeholders.
"""

import copy
import re
from typing import Any, Dict, Optional, Text

from rasa.core.nlg import TemplatedNaturalLanguageGenerator
from rasa.shared.core.domain import Domain
from rasa.utils.endpoints import EndpointConfig

PLACEHOLDER = re.compile(r"{([^\n{}]+?)}")


class VerbatimNaturalLanguageGenerator(TemplatedNaturalLanguageGenerator):
    """Rasa's choice among the responses of the domain, with the text filled in one pass.

    To be named as ``nlg: type`` in ``endpoints.yml``. A placeholder without a value stays as it is.
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
