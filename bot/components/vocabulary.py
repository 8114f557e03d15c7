"""Words by what they are used for."""

from typing import FrozenSet


def _set(words: str) -> FrozenSet[str]:
    return frozenset(words.split())


TIMES = _set(
    "today tonight tomorrow tmrw tmr 2moro yesterday morning afternoon evening night noon midnight "
    "day days week weeks weekend month months year years hour hours minute minutes time later now soon am pm "
    "monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thur thurs fri sat sun "
    "january february march april may june july august september october november december"
)
PEOPLE = _set(
    "i me you u him her us them it he she we they myself yourself someone somebody anyone anybody everyone "
    "everybody something anything nothing"
)
DETERMINERS = _set("a an the my your ur his her its our their some any this that these those no more")
FUNCTION_WORDS = _set(
    "is are was were be been am do does did have has had will would can could should shall must may might "
    "not don't dont didn't can't cant won't wont i'm im i'll ill i've ive it's u're you're if when "
    "while because but so who what where why how which out up off away way"
)
# "find a plumber", "find out", "find your way": things to do and idioms, not questions to a scrapbook
BEGIN_NO_QUERY = PEOPLE | _set("a an some someone out your ur his their time way")
IDIOMS_OF_UNDER = _set(
    "way construction pressure control stress attack arrest review age wraps cover fire water par budget"
)
CHAT = _set(
    "ok okay k yes no yeah yep nope ya huh hmm eh lol haha omg wtf pls plz thx u ur r y wat wot wen 2nite "
    "2moro tmrw tmr lunch dinner breakfast pub drinks beer cuppa pint babe hun mate bro dude luv hello hi "
    "hey pardon sorry alright aight awake sober asleep hungry bored busy ready ring fancy wanna gonna gotta"
)
