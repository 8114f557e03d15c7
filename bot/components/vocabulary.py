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
    "way construction pressure control stress attack arrest review age wraps cover fire water par budget "
    "mind case writing person time"
)
CHAT = _set(
    "ok okay k yes no yeah yep nope ya huh hmm eh lol haha omg wtf pls plz thx u ur r y wat wot wen 2nite "
    "2moro tmrw tmr lunch dinner breakfast pub drinks beer cuppa pint babe hun mate bro dude luv hello hi "
    "hey pardon sorry alright aight awake sober asleep hungry bored busy ready ring fancy wanna gonna gotta"
)
# What small talk is made of besides its subject
SMALL_WORDS = (
    PEOPLE
    | DETERMINERS
    | FUNCTION_WORDS
    | _set(
        "to of for and on in with at from by about as than then there here well so very too just "
        "really truly quite please pls plz sorry excuse oh ah hey hi hello ok okay yes yeah no now "
        "want wanted need needed needing ya like get got getting come let letting know think going go "
        "give gave giving been being done doing did you've you'd you'll that's that'll it's what's "
        "i'd we'd let's ai scrapbook bot assistant computer siri alexa google buddy friend mate m8 dude"
    )
)
ABOUT_ANSWERS = _set(
    "answer answers question questions response responses reply message messages phrase sentence"
)
REPEATING = ABOUT_ANSWERS | _set(
    "repeat repeated repeating again once more another one last previous time times thing part bit "
    "bits say saying said says tell told ask asked hear heard catch caught understand understood "
    "missed miss mention mentioned restate replay reiterate louder slower slowly over back yourself "
    "didnt couldnt couldn't wasn't hold second sec run pardon send sent resend text texted write wrote "
    "rephrase restate state answered asking mind minding misheard misunderstood misread forgot forgotten "
    "already apologies quite properly barely make speak wait huh hm hmm oops everything listening paying "
    "attention distracted"
)
THANKING = ABOUT_ANSWERS | _set(
    "thank thanks thanx thx help helping helped helpful assist assisting assisted assistance answering "
    "providing cooperation info information advice support service effort efforts time care kindness "
    "gesture job work lot much many bunch million ton again all everything enough always great good nice "
    "kind kindly sweet awesome excellent perfect wonderful amazing lovely brilliant fantastic super cool "
    "thoughtful best big such appreciate appreciated grateful thankful gratitude special sincere happy "
    "glad pleased enjoyable today around easier cheers quick quickly reply fast letting listening "
    "patience explaining telling clearing remembering understanding smart genius treasure star legend gem "
    "angel champ hero rock impressed kudos hats love loved like liked helps works worked needed looking "
    "wanted exactly perfectly sweetheart bless blessed deserve credit praise well done truly so advance "
    "anyway without couldn't can't cannot made makes make life saved saver lifesaver merci danke gracias "
    "grazie arigato obliged indebted debt owe ever saving finding sending responding nice wanted alright "
    "accept means hard mean wish gr8 say just once update reminder muchas vielen dank obrigado obrigada"
)
GREETING = _set(
    "are how how's hows how've how're what's whats up new happening day days today morning afternoon "
    "evening night things thing everything anything life treating treat feeling feel hanging good great "
    "nice fine alright happy see meet tell say greetings howdy hiya yo ahoy ya u doin anyone wake right "
    "lovely week weekend lately busy around awake sleep slept hope hoping hopefully pleasure pleased "
    "delighted again hola bonjour aloha hallo hullo ciao salut namaste heya wassup sup holding keeping "
    "keep goes having had has fun everyone anybody checking check saying back morning's tonight old my "
    "dear pal doing okay peachy sunshine welcome cheerful sure wonderful long hear from well partner talk "
    "hope okay isn't shaking cracking latest all somebody"
)
UNDOING = _set(
    "undo undone undid undoing revert reverted reverse reversed roll rolled rollback back take taken cancel "
    "put go changed change changes action actions step steps command thing things last latest previous one "
    "two three just did do done made make mistake wrong oops no wait was were been how before way again same "
    "state not mean meant didn't didnt shouldn't delete deletion deleting move moving merge merging rename "
    "renaming edit editing correction pin save saving restore everything what whatever sorry want need let "
    "like can't never mind had should have actually right away it's that's message messages note notes entry "
    "entries thought"
)
# As thumbs type them. What is kept of a text keeps them.
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
