"""Lists of words by their use."""

from typing import FrozenSet


def _set(words: str) -> FrozenSet[str]:
    return frozenset(words.split())


TIME_WORDS = _set(
    "today tonight tomorrow tmrw tmr 2moro yesterday morning afternoon evening night noon midnight "
    "day days week weeks weekend month months year years hour hours minute minutes time later now soon am pm "
    "monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thur thurs fri sat sun "
    "january february march april may june july august september october november december"
)
PRONOUNS = _set(
    "i me you u him her us them it he she we they myself yourself someone somebody anyone anybody everyone "
    "everybody something anything nothing"
)
DETERMINERS = _set("a an the my your ur his her its our their some any this that these those no more")
FUNCTION_WORDS = _set(
    "is are was were be been am do does did have has had will would can could should shall must may might "
    "not don't dont didn't can't cant won't wont i'm im i'll ill i've ive it's u're you're if when "
    "while because but so who what where why how which out up off away way"
)
# "find a plumber", "find out" and "find your way" are tasks and idioms, not searches in a scrapbook.
NOT_FIRST_IN_QUERY = PRONOUNS | _set("a an some someone out your ur his their time way")
UNDER_IDIOMS = _set(
    "way construction pressure control stress attack arrest review age wraps cover fire water par budget "
    "mind case writing person time"
)
CHAT = _set(
    "ok okay k yes no yeah yep nope ya huh hmm eh lol haha omg wtf pls plz thx u ur r y wat wot wen 2nite "
    "2moro tmrw tmr lunch dinner breakfast pub drinks beer cuppa pint babe hun mate bro dude luv hello hi "
    "hey pardon sorry alright aight awake sober asleep hungry bored busy ready ring fancy wanna gonna gotta"
)
# Words of small talk that carry no content
SMALL_WORDS = (
    PRONOUNS
    | DETERMINERS
    | FUNCTION_WORDS
    | _set(
        "to of for and on in with at from by about as than then there here well so very too just "
        "really truly quite please pls plz sorry excuse oh ah hey hi hello ok okay yes yeah no now "
        "want wanted need needed needing ya like get got getting come let letting know think going go "
        "give gave giving been being done doing did you've you'd you'll that's that'll it's what's "
        "i'd we'd let's scrapbook bot assistant buddy friend mate m8 dude"
    )
)
# Read as the words they stand for. What is saved of a text is not changed.
ABBREVIATIONS = {
    "u": "you", "ur": "your", "r": "are", "y": "why", "n": "and", "k": "ok", "pls": "please",
    "plz": "please", "plss": "please", "pleese": "please", "wat": "what", "wot": "what", "wht": "what",
    "wats": "what's", "whats": "what's", "whts": "what's", "wots": "what's", "dat": "that", "dis": "this",
    "thats": "that's", "im": "i'm", "ive": "i've", "id": "i'd", "dont": "don't", "didnt": "didn't",
    "doesnt": "doesn't", "cant": "can't", "couldnt": "couldn't", "wont": "won't", "youre": "you're",
    "youve": "you've", "cn": "can", "cud": "could", "wud": "would", "shud": "should", "hw": "how",
    "hows": "how's", "thnx": "thanks", "tnx": "thanks", "thanx": "thanks", "thankyou": "thank you",
    "thanku": "thank you", "tysm": "thank you so much", "tyvm": "thank you very much", "tmrw": "tomorrow",
    "tmr": "tomorrow", "tmro": "tomorrow", "rn": "right now", "abt": "about", "bout": "about", "frm": "from",
    "gimme": "give me", "lemme": "let me", "wanna": "want to", "gotta": "have to", "remindme": "remind me",
    "wheres": "where's", "theres": "there's", "somethin": "something", "msg": "message", "msgs": "messages",
    "ltr": "later", "w": "with", "ppl": "people",
}  # fmt: skip
