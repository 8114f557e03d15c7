"""A pattern for the periods that people name; ``scrapbook/text/periods.py`` reads them."""

from components.number_words import WORDS

_WEEKDAY = (
    "monday|tuesday|wednesday|thursday|friday|saturday|sunday|mon|tues|tue|wed|thurs|thur|thu|fri|sat|sun"
)
_MONTH = (
    "january|february|march|april|may|june|july|august|september|october|november|december|jan|feb|mar|apr|jun|jul"
    "|aug|sept|sep|oct|nov|dec"
)
_DAY = r"\d{1,2}(?:st|nd|rd|th)?"
_YEAR = r"(?:19|20)\d\d"
_COUNT = rf"(?:\d{{1,3}}|an?|(?:a )?few|(?:a )?couple(?: of)?|{WORDS})"
_UNIT = "(?:day|week|month|year)s?"
_DATE = rf"(?:{_DAY}\s+(?:of\s+)?(?:{_MONTH})|(?:{_MONTH})\s+{_DAY})(?:,?\s+{_YEAR})?|{_YEAR}-\d\d(?:-\d\d)?"

CALENDAR = (
    r"today|yesterday|(?:the\s+)?day\s+before\s+yesterday|last\s+night"
    r"|(?:this|yesterday)\s+(?:morning|afternoon|evening)"
    rf"|(?:this|last|past)\s+(?:week|weekend|month|year|{_WEEKDAY}|{_MONTH})"
    rf"|(?:the\s+)?(?:last|past)\s+{_COUNT}\s+{_UNIT}|{_COUNT}\s+{_UNIT}\s+ago"
    rf"|(?:(?:{_WEEKDAY}),?\s+)?(?:the\s+)?(?:{_DATE})|(?:{_MONTH})(?:,?\s+{_YEAR})?|{_WEEKDAY}|{_YEAR}"
)
"""Days, weeks, months and years, by name, date or distance from today."""

TO_COME = (
    r"today|tonight|tomorrow|(?:the\s+)?day\s+after\s+tomorrow|(?:this|next)\s+(?:week|weekend|month)"
    rf"|(?:this\s+|next\s+)?(?:{_WEEKDAY})"
)
"""Days, weeks and months that have not passed, by name; ``scrapbook/text/periods_to_come.py`` reads them."""
