"""Everyday notes, made up of phrases: what else is in a scrapbook. The same in each run.

They speak of the same things as the questions of ``paraphrases.tsv``, so that each has rivals.
"""

import random
import re
from collections.abc import Collection, Iterator


def _listed(text: str) -> list[str]:
    """Return the phrases of a text, which bars separate."""
    return [" ".join(phrase.split()) for phrase in text.split("|")]


WHO = _listed(
    """
    Marta| Leila| Henrik| Priya| Noah| Ida| Anna| Tom| Alice| Ben| Lena| Kofi| Emil| Rami| Jonas| Maja|
    Okafor| Vogel| Oma| Dad| Mum| grandpa| Sofia| Yusuf| Chen| Aisha| Pavel| Ingrid| Mateo| Freya| Hugo|
    Nora| Elif| Sam| Bea
    """
)
WHERE = _listed(
    """
    the kitchen| the attic| the cellar| Bolzano| Lisbon| the office| Ash Lane| the station| the garage|
    the park| the lake| Vienna| the hut| the garden| the hallway| the school| the market| Graz|
    the beach| the airport| the library| the hospital| the balcony| the bathroom| the studio|
    the pharmacy| Crete| the Highlands| the allotment| the town hall
    """
)
THING = _listed(
    """
    bike| lamp| desk| drill| printer| fridge| sofa| kettle| tent| rucksack| laptop| guitar| jumper|
    bookshelf| washing machine| boiler| tap| lock| roof| door| oven| mirror| carpet| camera| helmet|
    stroller| ladder| coffee machine| thermostat| window| torch| alarm clock| car| scooter| fence|
    hammock| piano| suitcase| raincoat| pram
    """
)
FOOD = _listed(
    """
    bread| tomatoes| noodles| pancakes| olive oil| dal| mushrooms| salad| white wine| cheese| honey|
    beetroot| lentil soup| curry| risotto| plum cake| pizza| eggs| flour| yoghurt| apples| coffee| jam|
    rice| walnuts| basil| lemons| pasta| oats| dark chocolate
    """
)
BODY = _listed(
    """
    back| knee| shoulder| neck| tooth| ankle| wrist| eye| stomach| ear| hip| throat
    """
)
DAY = _listed(
    """
    Monday| Tuesday| Wednesday| Thursday| Friday| Saturday| Sunday
    """
)
MONTH = _listed(
    """
    January| February| March| April| May| June| July| August| September| October| November| December
    """
)
BOOK = _listed(
    """
    the book about glaciers| the film with the lighthouse| a podcast on bees| the series about chefs|
    an essay on silence| the play about two sisters| a song by Nick Drake| the exhibition of maps|
    a novel set in Trieste| the concert in the church| a documentary on whales| poems by Szymborska
    """
)
FEEL = _listed(
    """
    tired but content| a bit lost| proud| calm again| nervous about tomorrow| grateful| restless|
    homesick| in a good mood| annoyed at myself
    """
)
VERB = _listed(
    """
    fix| clean| sell| paint| return| measure| replace| repair| move| insure| order| lend
    """
)

PHRASES = (
    "{who} said the {thing} in {where} needs a new part",
    "{verb} the {thing} before {month}",
    "bought {food} and {food2} at {where}, {price} euros",
    "the {thing} cost {price}, receipt is in {where}",
    "{who} recommends {book}",
    "started {book}, {who} was right about it",
    "recipe for {food}: a lot of {food2}, bake for {n} minutes",
    "{who} cannot eat {food}",
    "my {body} hurts since {day}, call the doctor",
    "exercise for the {body}: {n} times each side",
    "{day}: walked to {where}, felt {feel}",
    "feeling {feel} today, {where} was empty and quiet",
    "meeting with {who} on {day} at {n}",
    "{who}'s birthday is on {n} {month}",
    "gift for {who}: {thing} or {book}",
    "lent my {thing} to {who} in {month}",
    "put the {thing} into {where}, behind the boxes",
    "code of the {thing}: {n}{price}",
    "train to {where} leaves at {n} past, change once",
    "we were in {where} in {month}, rain all week",
    "hotel in {where} was loud, never again",
    "{who} and I talked about {where} until late",
    "the {thing} was stolen at {where}, told the insurance",
    "{who} asked whether the {thing} is for sale",
    "idea: {verb} the {thing} together with {who}",
    "plant {food} in {month}, water every {n} days",
    "school called: {who} was {feel}",
    "{food} with {food2} tastes better than I thought",
    "pay {who} {price} for the {thing}",
    "invoice {n}{price} from {who} is due in {month}",
    "remember the smell of {food} in {where}",
    "dream: {who} drove a {thing} through {where}",
    "{n} pages of {book}, then sleep",
    "choir on {day} is in {where} this time",
    "the dog ate {food}, vet says wait {n} hours",
    "{who} moved to {where}, new address follows",
    "washing powder, {food}, {food2}, bin bags",
    "key of the {thing} is with {who}",
    "talk at {where} about {book}, {n} people came",
    "the neighbour of {who} sells a {thing} for {price}",
    "tax: the {thing} counts if it is used in {where}",
    "doctor: {body} is fine, come back in {month}",
)

QUESTIONS = {
    "{who} said the {thing} in {where} needs a new part": "which spare did {who} want for the {thing}",
    "the {thing} cost {price}, receipt is in {where}": "how much did we spend on the {thing}",
    "{who} recommends {book}": "who thinks I ought to try {book}",
    "{who} cannot eat {food}": "is {food} bad for {who}",
    "my {body} hurts since {day}, call the doctor": "when did the pain in the {body} begin",
    "{who}'s birthday is on {n} {month}": "when was {who} born",
    "lent my {thing} to {who} in {month}": "did {who} borrow the {thing}",
    "code of the {thing}: {n}{price}": "which digits unlock the {thing}",
    "hotel in {where} was loud, never again": "was the noise bad where we slept in {where}",
    "the {thing} was stolen at {where}, told the insurance": "where did the thieves take the {thing}",
    "pay {who} {price} for the {thing}": "what do I owe {who} for the {thing}",
    "{who} moved to {where}, new address follows": "where does {who} live now",
    "key of the {thing} is with {who}": "who can open the {thing}",
    "doctor: {body} is fine, come back in {month}": "what was the diagnosis of the {body}",
    "we were in {where} in {month}, rain all week": "how was the weather on our trip to {where}",
}
"""For phrases of notes, what asks for such a note in other words. Several notes may answer."""


def notes(count: int) -> Iterator[str]:
    """Yield so many notes."""
    dice = random.Random(5)
    for _ in range(count):
        yield dice.choice(PHRASES).format(
            who=dice.choice(WHO),
            where=dice.choice(WHERE),
            thing=dice.choice(THING),
            food=dice.choice(FOOD),
            food2=dice.choice(FOOD),
            body=dice.choice(BODY),
            day=dice.choice(DAY),
            month=dice.choice(MONTH),
            book=dice.choice(BOOK),
            feel=dice.choice(FEEL),
            verb=dice.choice(VERB),
            n=dice.randint(2, 59),
            price=dice.randint(3, 600),
        )


def questions(texts: Collection[str], count: int) -> Iterator[tuple[str, frozenset[str]]]:
    """Yield as many questions about the notes, the same in each run: each with those that answer it."""
    dice = random.Random(11)
    while count:
        phrase, question = dice.choice(list(QUESTIONS.items()))
        named = {
            name: dice.choice(choices)
            for name, choices in (
                ("who", WHO),
                ("where", WHERE),
                ("thing", THING),
                ("food", FOOD),
                ("body", BODY),
                ("book", BOOK),
            )
        }
        parts = re.split(r"\{(\w+)\}", phrase)
        pattern = "".join(
            re.escape(part)
            if place % 2 == 0
            else re.escape(named[part])
            if f"{{{part}}}" in question
            else ".+"
            for place, part in enumerate(parts)
        )
        if answers := frozenset(text for text in texts if re.fullmatch(pattern, text)):
            yield question.format(**named), answers
            count -= 1
