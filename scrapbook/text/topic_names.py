"""Tell names that may be a topic's from words that only lead into a sentence: "Monday:", "Oh no:", "#ff8800".

Nothing here knows which topics exist: the name of an existing one is taken whatever it looks like. The words
are whole classes (the calendar, interjections, words for what one says or thinks), not single cases.
"""

import re

from scrapbook.text.calendar_words import ANY_WEEKDAY, MONTH, NUMBERS, UNIT

MAX_TOPIC_LENGTH = 40

_WORD = re.compile(r"[^\W_][\w'’.&+#/-]*|&", re.UNICODE)


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_FUNCTION_WORDS = _set("""
    i you he she it we they me him her us them myself yourself himself herself ourselves themselves mine
    yours hers ours theirs somebody someone something anybody anyone anything nobody nothing everybody
    everyone is are was were am be been being have has had having do does did will would can could shall
    should may might must ought isnt arent wasnt werent dont doesnt didnt wont cant couldnt that this
    these those here there what why how when who whom whose where which whether if because although though
    unless until while than so then thus but nor yet not never let at self save add append
    edit correct
""")
"""Pronouns, auxiliaries and conjunctions: a sentence has them, a name has not."""

_FIRST_IN_SENTENCES = _set("""
    a an the my your his its our their some any each every no all both another one two three four five six
    seven eight nine ten many few several most more in on at for from with without by after before during
    since as of about despite per via under over near beside behind above below between outside inside
    well just still also too even only very quite rather really truly
    maybe perhaps again already ever anyway anyhow anyways meanwhile moreover furthermore otherwise
    besides however therefore hence instead nevertheless nonetheless first firstly second third fourth
    fifth last next plus else sort kind
""")
"""Determiners, prepositions and adverbs, with which no new topic begins; its name may go on with them."""

_SAYING = _set("""
    say says said saying tell tells told ask asks asked think thinks thought thinking know knows knew
    known realise realised realize realized notice noticed learn learned learnt hear heard overheard see
    saw seen find found feel felt feeling discover discovered decide decided wonder wondering wondered
    guess imagine suppose hope hoping wish remember reminds forget forgot forgotten believe admit confess
    swear promise mean meant means turns turned seems seemed looks sounds consider considering spotted
""")
"""Verbs of saying, thinking and perceiving, after which a colon begins what is said."""

_OF_SENTENCES = _FUNCTION_WORDS | _SAYING

_NOT_IN_ITEMS = _FUNCTION_WORDS - _set(
    "at can may let self save add append edit correct mine yours her here there"
)

_SHELL_NOUNS = _set("""
    answer advice alert announcement argument aside assumption attempt bet breaking case caveat claim
    comment complaint conclusion confession consequence correction count decision diagnosis disclaimer
    disclosure discovery discussion edit end epilogue example exception excerpt excuse explanation fact
    footnote gist guess gut headline hint hunch impression info joke lesson line message mood moral motto
    mystery myth news note notes nb nutshell observation outcome opinion option options point quote prediction
    premise problem proof proverb punchline question reality reason recap remark reminder reply request
    response result rule rumour rumor saying score secret shame short shout-out solution spoiler statement
    status story subject suggestion summary surprise take takeaway takeaways tale thing things thought tip
    title trick truth tune twist update upshot verdict warning wisdom word advantage disadvantage
    difference downside upside drawback snag con cons pro pros difficulty issue danger risk hope fear
    worry dilemma
""")
"""Nouns whose content is the sentence that follows (linguists call them shell nouns), and labels of texts."""

_PLAIN_TOPICS = _set("""
    story thought score word end case short line rule trick tune status title joke wisdom advice news proverb
    mystery
""")
"""Shell nouns that are a topic's name when they stand alone, and lead in after an adjective: "true story"."""

_INTERJECTIONS = _set("""
    ah aha ahh ahem alas argh aw aww awww bah blah boo bravo bye cheers congrats congratulations crap damn
    dammit dang darn dear duh eek eh er erm eww ffs gah gee goodbye golly gosh gotcha ha haha hahaha
    hallelujah hello hey hi hmm hm hooray howdy huh hurray hurrah jeez jesus lo meh mmm nah nope no nooo
    oh oho ok okay ooh oops ouch ow phew please pfft pssst psst rip shh shit shoot sigh sorry thanks thank
    ta thx tut ugh uh um uh-oh voila voilà welp whee whew whoa woah woohoo wow wtf wth yahoo yay yeah yep
    yes yikes yippee yo yuck yum heck hell fuck bloody bugger blimey crikey cheerio omg omfg lol lmao rofl
    lmk imo imho imao afaik iirc tbh ngl fyi btw brb idk icymi tl;dr tldr tl psa ps p.s. pps p.p.s. nb
    n.b. aka eg e.g. ie i.e. etc re fw fwd cc smh fml irl ftw til istg tmi yolo jk asap
""")
"""Interjections, and the abbreviations with which texts comment on themselves."""


def _once(word: str) -> str:
    """Return a word without the letters that are repeated in one place: "nooo" as "no"."""
    return re.sub(r"(.)\1+", r"\1", word, count=1)


_DRAWN_OUT = frozenset(map(_once, _INTERJECTIONS))

_PREPOSITIONS = _set("about against at by for from in into of on per since than to via with without")
"""After one the name goes on: "grateful for:"."""

_COMMENTS = _set("""
    absurd amazing amusing annoying attention awesome awful awkward bad best better big bizarre bonus
    breaking brilliant caution classic confirmed correct creepy crazy cool curious cute delicious
    disappointing embarrassing excellent exciting fabulous fantastic final fine funny good great gross
    happy hilarious horrible huge important impressive impossible incredible inspiring interesting ironic
    lovely lucky mad magic magical marvellous merry miserable nice odd optional outrageous pathetic
    perfect pleasant possible proud quick random ridiculous sad scary seriously shocking silly simple
    solved sorted strange stunning stupid sublime super surprising sweet terrible terrific touching tragic
    true typical unbelievable unfortunate unreal urgent useful weird wild wonderful worse worst wrong
""")
"""Adjectives that judge what follows."""

_EXCLAIMED = _COMMENTS | _INTERJECTIONS | _FIRST_IN_SENTENCES
_WISHES = frozenset({"happy", "merry", "good", "bon", "holy"})

_COLOURS = _set("""
    black white grey gray silver red pink purple violet magenta maroon crimson scarlet orange amber yellow
    gold beige brown tan cream ivory green lime olive teal cyan turquoise aqua blue navy indigo lilac
    lavender mauve khaki burgundy ochre
""")
_SHADES = _set("light dark pale bright deep dull warm cold soft off matt matte")

_NUMBERED = _set("""
    step day week month year hour minute chapter page part episode season verse scene act lesson exercise
    question figure table section paragraph round lap mile km level floor room door gate platform track
    seat row locker flat apartment unit item option number no nr attempt try take set point rule reason tip
    plan version stage phase leg game match stop exit bus tram line coach carriage aisle shelf house suite
    block building bay dock pier terminal junction ward bed desk box hall apt rm vol ch ep pt pg
""")
"""What is counted or numbered: "Step 2:", "Room 12:", "Gate B7:"."""

_CALENDAR = re.compile(
    rf"(?:{ANY_WEEKDAY})s?|{MONTH}|(?:{UNIT}|hour|minute|second|morning|afternoon|evening|night|noon|midday|"
    r"midnight|weekend|weekday|fortnight|hr|min|sec)s?|today|tonight|tonite|tomorrow|tmrw|tmr|tomoz|yesterday|"
    r"daily|nightly|weekly|monthly|yearly|a\.?m\.?|p\.?m\.?|eod|eow|now|later|soon|ago|o['’]?clock",
    re.IGNORECASE,
)
_BESIDE_CALENDAR = re.compile(
    rf"(?:early|mid|late|next|last|this|that|every|each|past|half|quarter|to|til|till|until|from|and|or|&|-|–|"
    rf"of|in|on|at|by|the|a|an|ish|{'|'.join(NUMBERS)}|first|second|third)",
    re.IGNORECASE,
)
_CLOCK = re.compile(
    r"\d{1,4}(?:[.:]\d\d)?(?:st|nd|rd|th|h|hrs?|am|pm|a\.m\.?|p\.m\.?|min|mins|d|w|y|s|h\d\d)?", re.IGNORECASE
)
_SPOKEN_CLOCK = re.compile(
    rf"(?:half|quarter|{'|'.join(NUMBERS)}|\d+) (?:past|to|till) (?:{'|'.join(NUMBERS)}|\d+)", re.IGNORECASE
)
_DIGITS = re.compile(r"(?:[a-z]?\d+[a-z]?)|[a-h]|" + "|".join(NUMBERS), re.IGNORECASE)
_CONTRACTION = re.compile(r"(?:n['’]t|['’](?:m|ve|ll|re|d))$", re.IGNORECASE)
_ADVERB = re.compile(r"\w{3,}ly", re.IGNORECASE)
_NOUNS_IN_LY = _set("""
    family italy july emily sally molly billy lily holly polly kelly beverly jelly belly ally rally tally
    bully gully reply supply assembly butterfly dragonfly fly anomaly monopoly melancholy panoply homily
    homely sicily doily filly folly trolly hillbilly ply
""")
_NOT_AFTER_TO = _FUNCTION_WORDS | _set("sum conclude clarify recap start begin summarise summarize wit")

_COLOUR_CODE = re.compile(
    r"(?=\w*\d)(?:[0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})|([0-9a-f])\1{2,7}|"
    r"(?!(?:accede|beaded|bedded|cabbed|dabbed|decade|deeded|deface|efface|facade)$)[a-f]{6}",
    re.IGNORECASE,
)
"""Of six letters from a to f, the English words are no colours."""
_DIGITS_AND_LETTER = re.compile(r"\d{1,4}[a-z]", re.IGNORECASE)
_LETTER_AND_DIGITS = re.compile(r"[a-z]{1,2}\d{1,4}", re.IGNORECASE)
_DIRECTIVES = _set("include define undef ifdef ifndef endif elif pragma")
"""Lines of C that begin with a hash."""


def is_topic_name(name: str) -> bool:
    """Return whether a name may be a topic's.

    It has at most three words, none that is typical of a sentence, and is more than a letter or digits.
    """
    words = name.split()
    return (
        1 <= len(words) <= 3
        and len(name) <= MAX_TOPIC_LENGTH
        and all(_WORD.fullmatch(word) for word in words)
        and len(name) > 1
        and any(map(str.isalpha, name))
        and (not is_part_of_sentence(words) or _is_to_do([_plain(word) for word in words[-2:]]))
    )


def is_part_of_sentence(words: list[str]) -> bool:
    """Return whether words have one that a name does not have: a pronoun, an auxiliary, "said"."""
    return any(_plain(word) in _OF_SENTENCES or _CONTRACTION.search(word) for word in words)


def has_function_word(words: list[str]) -> bool:
    """Return whether words have one that no item of a list has: a pronoun, an auxiliary, a conjunction."""
    return any(_plain(word) in _NOT_IN_ITEMS or _CONTRACTION.search(word) for word in words)


def is_lead_in(name: str) -> bool:
    """Return whether a name before a colon leads into what follows, instead of naming its topic."""
    words = name.split()
    plain = [_plain(word) for word in words]
    if _is_to_do(plain):
        return False
    return (
        _is_exclamation(plain)
        or plain[0] in _FIRST_IN_SENTENCES
        or _leads_in(plain)
        or is_date(words)
        or _is_numbered(plain)
        or _is_colour(plain)
        or plain[0] == "to"
    )


def is_tag_name(name: str, *, at_the_start: bool) -> bool:
    """Return whether a word after a hash may be a topic's name.

    Args:
        at_the_start: whether the message begins with it. Elsewhere ``#B12`` is a door or a seat.
    """
    if not any(map(str.isalpha, name)) or _COLOUR_CODE.fullmatch(name) or name in _DIRECTIVES:
        return False
    return (
        not _is_interjection(_plain(name))
        and not is_date([name])
        and not _is_number(name, at_the_start=at_the_start)
    )


def _is_number(tag: str, *, at_the_start: bool) -> bool:
    return bool(_DIGITS_AND_LETTER.fullmatch(tag) or (not at_the_start and _LETTER_AND_DIGITS.fullmatch(tag)))


def _plain(word: str) -> str:
    return word.lower().replace("’", "'").removesuffix("'s")


def _is_to_do(words: list[str]) -> bool:
    """Return whether the words are as in "to do" and "to read", lists of tasks."""
    return (
        len(words) == 2
        and words[0] == "to"
        and words[1][0].isalpha()
        and words[1] not in _NOT_AFTER_TO - {"do"}
    )


def _is_interjection(word: str) -> bool:
    return word in _INTERJECTIONS or (_once(word) != word and _once(word) in _DRAWN_OUT)


def _is_exclamation(words: list[str]) -> bool:
    only_comments = all(word in _EXCLAIMED for word in words)
    return _is_interjection(words[0]) or only_comments or (len(words) > 1 and words[0] in _WISHES)


def _leads_in(words: list[str]) -> bool:
    """Return whether the words are a label of what follows ("Good news") or an adverb ("Honestly")."""
    *before, last = words
    if before and last in _PREPOSITIONS:
        return True
    is_label = last in _SHELL_NOUNS and (bool(before) or last not in _PLAIN_TOPICS)
    return is_label or (bool(_ADVERB.fullmatch(last)) and last not in _NOUNS_IN_LY)


def is_date(words: list[str]) -> bool:
    """Return whether the words are a day, an hour, a month or a span of time and nothing else."""
    is_any = bool(_SPOKEN_CLOCK.fullmatch(" ".join(words)))
    for word in " ".join(words).replace("-", " ").split():
        is_time = bool(
            _CALENDAR.fullmatch(word.rstrip(".,")) or (_CLOCK.fullmatch(word) and not word.isdigit())
        )
        if not (is_time or _BESIDE_CALENDAR.fullmatch(word) or _CLOCK.fullmatch(word.rstrip(".,"))):
            return False
        is_any = is_any or is_time
    return is_any


def _is_numbered(words: list[str]) -> bool:
    if len(words) != 2 or not _DIGITS.fullmatch(words[1]):
        return False
    noun = words[0].rstrip(".")
    return bool(_NUMBERED & {noun, noun.removesuffix("s")})


def _is_colour(words: list[str]) -> bool:
    """Return whether the words are a colour: "navy", "sky blue", "very dark green"."""
    parts = " ".join(words).replace("-", " ").split()
    return parts[-1] in _COLOURS and (len(parts) <= 2 or all(word in _COLOURS | _SHADES for word in parts))
