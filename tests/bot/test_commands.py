"""Recognition of commands, without the trained model."""

import string
from pathlib import Path

import pytest
import yaml
from components.argument_extractor import arguments
from components.arguments import ENTRY_KINDS
from components.command_matching import recognise
from components.commands import COMMANDS
from components.free_corrections import free_correction
from components.keyword_spelling import MIN_MISSPELLABLE_LENGTH, is_ordinary
from hypothesis import assume, example, given
from hypothesis import strategies as st

COMMAND = [
    # text, intent, arguments
    ("find gpu", "find", {"query": ["gpu"]}),
    ("yes", "choose", {"choice": ["yes"]}),
    ("Yes please!", "choose", {"choice": ["yes"]}),
    ("Find my notes about sourdough", "find", {"query": ["sourdough"]}),
    ("search for roses please", "find", {"query": ["roses"]}),
    ("notes on pyhton", "find", {"query": ["pyhton"]}),
    ("can you find the note about tiles?", "find", {"query": ["tiles"]}),
    ("gpu?", "find", {"query": ["gpu"]}),
    ("don't remind me about the bins any more", "cancel_reminder", {"note": ["bins"]}),
    ("no need to remind me of the pills", "cancel_reminder", {"note": ["pills"]}),
    ("Who are you?", "ask_bot", {}),
    ("who am i talking to", "ask_bot", {}),
    ("who else can read my notes?", "ask_privacy", {}),
    ("who can see what i save here?", "ask_privacy", {}),
    ("could you print my packing list?", "cannot", {"service": ["print"]}),
    ("export", "export", {}),
    ("Export please", "export", {}),
    ("export all my notes to a file", "export", {}),
    ("download everything", "export", {}),
    ("can you export my scrapbook?", "export", {}),
    ("import", "import", {}),
    ("Import it please", "import", {}),
    ("import the file", "import", {}),
    ("topics", "list_topics", {}),
    ("last 5", "browse", {"count": ["5"]}),
    ("last five", "browse", {"count": ["5"]}),
    ("show me the last 3 notes", "browse", {"count": ["3"]}),
    ("today", "browse", {"period": ["today"]}),
    ("Last week", "browse", {"period": ["last week"]}),
    ("show 42", "show", {"entry": ["42"]}),
    ("more", "more", {}),
    ("on this day", "on_this_day", {}),
    ("On this day in history", "on_this_day", {}),
    ("surprise me", "surprise", {}),
    ("suprise me", "surprise", {}),
    ("random note", "surprise", {}),
    ("pin 42", "pin", {"entry": ["42"]}),
    ("pin notes 3 and 4", "pin", {"entry": ["3", "4"]}),
    ("pin that", "pin", {}),
    ("unpin 42", "unpin", {"entry": ["42"]}),
    ("delete 3", "delete_entry", {"entry": ["3"]}),
    ("delete 3, 4 and 17", "delete_entry", {"entry": ["3", "4", "17"]}),
    ("Delete that.", "delete_entry", {}),
    ("take milk off shopping", "take_off_topic", {"note": ["milk"], "topic": ["shopping"]}),
    (
        "remove oat milk from my shopping list",
        "take_off_topic",
        {"note": ["oat milk"], "topic": ["shopping"]},
    ),
    ("restore 42", "restore", {"entry": ["42"]}),
    ("undo", "undo", {}),
    ("move 42 to python", "move", {"entry": ["42"], "topic": ["python"]}),
    ("under gpu", "file_under", {"topic": ["gpu"]}),
    ("save this under gpu", "file_under", {"topic": ["gpu"]}),
    ("edit 42 the meeting is at nine", "edit", {"entry": ["42"]}),
    ("add: see also Numba", "append", {}),
    ("add: buy a ticket to oslo", "append", {}),
    ("add milk to shopping", "add_to_topic", {"note": ["milk"], "topic": ["shopping"]}),
    ("put eggs on my shopping list", "add_to_topic", {"note": ["eggs"], "topic": ["shopping"]}),
    ("rename gpus to gpu", "rename_topic", {"topic": ["gpus"], "new_topic": ["gpu"]}),
    ("merge gpus into gpu", "merge_topics", {"topic": ["gpus"], "new_topic": ["gpu"]}),
    ("timezone Europe/London", "set_timezone", {"timezone": ["Europe/London"]}),
    ("remind me to call mum", "remind", {}),
    ("commands", "commands", {}),
    ("status", "status", {}),
    ("book", "open_book", {}),
    ("Book, please", "open_book", {}),
    ("open my book", "open_book", {}),
    ("open the scrapbook", "open_book", {}),
    ("send me the book", "open_book", {}),
    ("can you send me a link to my book?", "open_book", {}),
    ("sign me in", "open_book", {}),
    ("sign out everywhere", "sign_out_everywhere", {}),
    ("forget me", "forget_me", {}),
    ("Please forget me", "forget_me", {}),
    ("forget everything about me", "forget_me", {}),
    ("delete everything about me", "forget_me", {}),
    ("erase all you know about me", "forget_me", {}),
    ("erase my account", "forget_me", {}),
    ("delete all of my data", "forget_me", {}),
    ("forget 4821", "confirm_forgetting", {"entry": ["4821"]}),
    ("share python", "share_topic", {"topic": ["python"]}),
    ("Please share the topic garden", "share_topic", {"topic": ["garden"]}),
    ("follow https://xkcd.com", "follow", {}),
    ("Please follow xkcd.com as comics", "follow", {}),
    ("subscribe to https://example.org/feed.xml", "follow", {}),
    ("unfollow xkcd", "unfollow", {"feed": ["xkcd"]}),
    ("stop following the harbour news", "unfollow", {"feed": ["harbour news"]}),
    ("following", "list_following", {}),
    ("what do i follow?", "list_following", {}),
    ("what's new", "whats_new", {}),
    ("what's new on xkcd?", "whats_new", {"feed": ["xkcd"]}),
    ("tell me when fires mentions napa", "watch_feed", {"feed": ["fires"], "mentioned": ["napa"]}),
    (
        "let me know if the harbour news mentions ferries",
        "watch_feed",
        {"feed": ["harbour news"], "mentioned": ["ferries"]},
    ),
    ("stop telling me about napa", "unwatch_feed", {"mentioned": ["napa"]}),
    ("let me know when fires says napa", "watch_feed", {"feed": ["fires"], "mentioned": ["napa"]}),
    (
        "alert me when xkcd has something about cats",
        "watch_feed",
        {"feed": ["xkcd"], "mentioned": ["cats"]},
    ),
    (
        "tell me if there is anything new about ferries on harbour news",
        "watch_feed",
        {"feed": ["harbour news"], "mentioned": ["ferries"]},
    ),
    (
        "ping me when napa comes up on fires",
        "watch_feed",
        {"feed": ["fires"], "mentioned": ["napa"]},
    ),
    ("stop sending me fires alerts", "unwatch_feed", {"mentioned": ["fires"]}),
    ("no more news about napa", "unwatch_feed", {"mentioned": ["napa"]}),
    ("whats the latest on fires", "whats_new", {"feed": ["fires"]}),
    ("dont send me fires anymore", "unwatch_feed", {"mentioned": ["fires"]}),
    ("get rid of the fires feed", "unfollow", {"feed": ["fires"]}),
    ("unfollow everything", "unfollow", {"feed": ["everything"]}),
    ("unfollow them all", "unfollow", {}),
    ("stop the fires feed", "unfollow", {"feed": ["fires"]}),
    ("since when do you have notes from me?", "when_saved", {}),
    ("how far back do my notes go?", "when_saved", {}),
    ("don't tell me when fires mentions napa", "unwatch_feed", {"feed": ["fires"], "mentioned": ["napa"]}),
    ("tick off the second one", "delete_entry", {"entry": ["nth 2"]}),
    ("share shopping with Ada", "share_with", {"topic": ["shopping"], "person": ["Ada"]}),
    ("Please share my shopping list with Ada", "share_with", {"topic": ["shopping"], "person": ["Ada"]}),
    ("share the topic gpu with +15550101", "share_with", {"topic": ["gpu"], "person": ["+15550101"]}),
    ("stop sharing shopping with Ada", "unshare_topic", {"topic": ["shopping"], "person": ["Ada"]}),
    ("unshare shopping with Ada", "unshare_topic", {"topic": ["shopping"], "person": ["Ada"]}),
    ("leave shopping", "leave_topic", {"topic": ["shopping"]}),
    ("leave the shopping list", "leave_topic", {"topic": ["shopping"]}),
    ("unshare python", "unshare_topic", {"topic": ["python"]}),
    ("stop sharing python", "unshare_topic", {"topic": ["python"]}),
    ("make the topic python public", "share_topic", {"topic": ["python"]}),
    ("publish my topic python", "share_topic", {"topic": ["python"]}),
    ("make my python topic private again", "unshare_topic", {"topic": ["python"]}),
    ("shared", "list_shared", {}),
    ("what do i share?", "list_shared", {}),
    ("log me out of all my devices", "sign_out_everywhere", {}),
    ("sign out on every device", "sign_out_everywhere", {}),
    ("repeat", "repeat", {}),
    ("hi", "greet", {}),
    ("thank you", "thanks", {}),
    ("save", "keep_question", {}),
    ("Save it.", "keep_question", {}),
    ("save that please", "keep_question", {}),
    ("keep it", "keep_question", {}),
    ("keep my question", "keep_question", {}),
    ("keep that one", "keep_question", {}),
    ("save it anyway", "keep_question", {}),
    ("save my last message", "keep_question", {}),
    ("Save this text!", "keep_question", {}),
    ("yes save it", "keep_question", {}),
    ("yes, keep that", "keep_question", {}),
    ("2", "choose", {"choice": ["2"]}),
    ("2.", "choose", {"choice": ["2"]}),
    ("the first one", "choose", {"choice": ["1"]}),
    ("edit 42: the meeting is at nine", "edit", {"entry": ["42"]}),
    ("correct: the meeting is at nine", "correct", {}),
    ("correct: 2, not 3, eggs", "correct", {}),
    ("correct 42: the meeting is at nine", "correct", {"entry": ["42"]}),
    ("correction: nine", "correct", {}),
    ("play 42", "play", {"entry": ["42"]}),
    ("play it", "play", {}),
    ("play the last memo", "play", {}),
    ("could you play memo 42?", "play", {"entry": ["42"]}),
    ("listen to my last memo", "play", {}),
    ("memos", "browse", {"kind": ["memos"]}),
    ("quotes", "browse", {"kind": ["quotes"]}),
    ("show me all my links", "browse", {"kind": ["links"]}),
    ("places", "browse", {"kind": ["locations"]}),
    ("quotes by Brett Cannon", "quotes_by", {"author": ["Brett Cannon"]}),
    ("show me the quotes by mies van der rohe", "quotes_by", {"author": ["mies van der rohe"]}),
    ("quotes from Adam Smith", "quotes_by", {"source": ["Adam Smith"]}),
    ("quotes of adam smith", "quotes_by", {"source": ["adam smith"]}),
    ("quote by Mies", "quotes_by", {"source": ["Mies"]}),
    ("quotes from last month", "browse", {"period": ["last month"]}),
    ("reminders", "list_reminders", {}),
    ("my reminders", "list_reminders", {}),
    ("can you list my reminders", "list_reminders", {}),
    ("reminders this week", "list_reminders", {}),
    ("reminders for tomorrow?", "list_reminders", {}),
    ("snooze", "reschedule_reminder", {}),
    ("snooze 20 min", "reschedule_reminder", {}),
    ("stop evrything", "stop_everything", {}),
    ("stop promts", "switch_off", {}),
    ("pause remindrs", "pause_reminders", {}),
    ("snooze till monday", "reschedule_reminder", {}),
    ("move the dentist to friday 3pm", "reschedule_reminder", {"note": ["dentist"]}),
    ("postpone the reminder about the rent to next week", "reschedule_reminder", {"note": ["the rent"]}),
    ("move 4 to friday 3pm", "reschedule_reminder", {"entry": ["4"]}),
    ("done 4", "finish_reminder", {"entry": ["4"]}),
    ("21 done", "finish_reminder", {"entry": ["21"]}),
    ("#7 and 8 are done!", "finish_reminder", {"entry": ["7", "8"]}),
    ("reminder 7 is done", "finish_reminder", {"entry": ["7"]}),
    ("did 21", "finish_reminder", {"entry": ["21"]}),
    ("i've done 21 and 22", "finish_reminder", {"entry": ["21", "22"]}),
    ("done with 21", "finish_reminder", {"entry": ["21"]}),
    ("mark 7 as done", "finish_reminder", {"entry": ["7"]}),
    ("mark the rent one as done", "finish_reminder", {"note": ["rent"]}),
    ("the rent reminder is done", "finish_reminder", {"note": ["rent"]}),
    ("snooze 21", "reschedule_reminder", {"entry": ["21"]}),
    ("snooze 21 20 min", "reschedule_reminder", {"entry": ["21"]}),
    ("snooze #21 for 20 minutes", "reschedule_reminder", {"entry": ["21"]}),
    ("snooze 21 till 5", "reschedule_reminder", {"entry": ["21"]}),
    ("snooze 1 day and 2 hours", "reschedule_reminder", {}),
    ("snooze 1 1/2 hours", "reschedule_reminder", {}),
    ("snooze it for a bit", "reschedule_reminder", {}),
    ("snooze the rent reminder 20 min", "reschedule_reminder", {"note": ["rent"]}),
    ("push 21 back an hour", "reschedule_reminder", {"entry": ["21"]}),
    ("push the rent back a day", "reschedule_reminder", {"note": ["rent"]}),
    ("move the rent one to friday 5pm", "reschedule_reminder", {"note": ["rent one"]}),
    ("move the rent reminder to friday at 5", "reschedule_reminder", {"note": ["rent reminder"]}),
    ("postpone the talk to anna to friday at 5", "reschedule_reminder", {"note": ["talk to anna"]}),
    ("change the rent reminder to friday", "reschedule_reminder", {"note": ["rent"]}),
    ("make the rent reminder friday at 5", "reschedule_reminder", {"note": ["rent"]}),
    ("pause my reminders", "pause_reminders", {}),
    ("hold all my reminders till monday", "pause_reminders", {}),
    ("no reminders for a week", "pause_reminders", {}),
    ("turn reminders off", "pause_reminders", {}),
    ("switch off all reminders until monday", "pause_reminders", {}),
    ("reminders off", "pause_reminders", {}),
    ("stop reminding me", "pause_reminders", {}),
    ("don't send me any reminders today", "pause_reminders", {}),
    ("snooze all reminders for a week", "pause_reminders", {}),
    ("turn my reminders back on", "resume_reminders", {}),
    ("reminders on again", "resume_reminders", {}),
    ("start reminding me again", "resume_reminders", {}),
    ("ask me a question every weekday at 8", "switch_on", {}),
    ("pls ask me somthing every night", "switch_on", {}),
    ("send me a question each morning", "switch_on", {}),
    ("every evening at 9 ask me a question", "switch_on", {}),
    ("i'd like a prompt every morning", "switch_on", {}),
    ("can i have a question every day?", "switch_on", {}),
    ("start prompting me every evening at 8", "switch_on", {}),
    ("daily question at 9", "switch_on", {}),
    ("turn on prompts", "switch_on", {}),
    ("weekly round-up please", "switch_on", {}),
    ("send me a summary of my week every friday at 5", "switch_on", {}),
    ("every friday send me a round-up", "switch_on", {}),
    ("change the prompts to 8pm", "switch_on", {}),
    ("prompt me at 7 instead", "switch_on", {}),
    ("start the daily prompts", "switch_on", {}),
    ("round up my week every sunday", "switch_on", {}),
    ("pause the prompts for a week", "switch_off", {}),
    ("stop the weekly summary", "switch_off", {}),
    ("what prompts do i have?", "list_switched_on", {}),
    ("when's my dentist reminder", "list_reminders", {"note": ["dentist"]}),
    ("when will you remind me of the rent?", "list_reminders", {"note": ["rent"]}),
    ("what's coming up this week", "list_reminders", {}),
    ("anything due today?", "list_reminders", {}),
    ("the bins reminder should be on mondays", "reschedule_reminder", {"note": ["bins"]}),
    ("push the dentist to thursday same time", "reschedule_reminder", {"note": ["dentist"]}),
    ("change 2 to every wednesday at 8pm", "reschedule_reminder", {"entry": ["2"]}),
    ("stop bugging me", "stop_everything", {}),
    ("turn off the round-ups", "switch_off", {}),
    ("stop asking me questions", "switch_off", {}),
    ("prompts off", "switch_off", {}),
    ("stop everything", "stop_everything", {}),
    ("pause everything", "stop_everything", {}),
    ("prompt me every evening at 9", "switch_on", {}),
    ("on this day every morning at 8", "switch_on", {}),
    ("round-up on sundays", "switch_on", {}),
    ("roundup every friday at 6pm", "switch_on", {}),
    ("stop prompts", "switch_off", {}),
    ("stop on this day", "switch_off", {}),
    ("stop round-ups", "switch_off", {}),
    ("prompts", "list_switched_on", {}),
    ("resume reminders", "resume_reminders", {}),
    ("resume everything", "resume_reminders", {}),
    ("quiet 23 to 8", "set_quiet_hours", {}),
    ("quiet hours from 10:30pm to 6am", "set_quiet_hours", {}),
    ("quiet off", "set_quiet_hours", {}),
    (
        "add milk, eggs and bread to shopping",
        "add_to_topic",
        {"note": ["milk, eggs and bread"], "topic": ["shopping"]},
    ),
    (
        "put rye bread, oat milk on the shopping list",
        "add_to_topic",
        {"note": ["rye bread, oat milk"], "topic": ["shopping"]},
    ),
    ("edit 42", "edit", {"entry": ["42"]}),
    ("edit note 42", "edit", {"entry": ["42"]}),
    ("edit", "edit", {}),
    ("move 42", "move", {"entry": ["42"]}),
    ("restore", "restore", {}),
    ("pictures by the lake", "find", {"query": ["pictures by the lake"]}),
    ("quotes about work", "find", {"query": ["quotes about work"]}),
    ("takeaway: fewer, larger kernels", "takeaway", {}),
    ("Takeaways:\n- fewer\n- larger", "takeaway", {}),
    ("voice memos", "browse", {"kind": ["memos"]}),
    ("show me my photos", "browse", {"kind": ["pictures"]}),
    ("save note 4 under books", "move", {"entry": ["4"], "topic": ["books"]}),
]

QUOTED = [
    ("find “heron”", "find", {"query": ["heron"]}),
    ('Find: "the who"', "find", {"query": ["the who"]}),
    ("search for 'to be, or not to be'", "find", {"query": ["to be, or not to be"]}),
    ("find «on the road»", "find", {"query": ["on the road"]}),
    ("find “today”, please!", "find", {"query": ["today"]}),
    ('can you find "it\'s a wonderful life"?', "find", {"query": ["it's a wonderful life"]}),
    ("move 42 to “birds”", "move", {"entry": ["42"], "topic": ["birds"]}),
    ('move 42 to "not yet read"', "move", {"entry": ["42"], "topic": ["not yet read"]}),
    ("save this under „Küche“", "file_under", {"topic": ["Küche"]}),
    ('under "to read"', "file_under", {"topic": ["to read"]}),
    ('add "ginger tea" to "shopping"', "add_to_topic", {"note": ["ginger tea"], "topic": ["shopping"]}),
    (
        "put ‘Call her back’ on my 'to do' list",
        "add_to_topic",
        {"note": ["Call her back"], "topic": ["to do"]},
    ),
    ('take "ginger tea" off shopping', "take_off_topic", {"note": ["ginger tea"], "topic": ["shopping"]}),
    ('rename "gpus" to “gpu”', "rename_topic", {"topic": ["gpus"], "new_topic": ["gpu"]}),
    ("merge 'gpus' into gpu", "merge_topics", {"topic": ["gpus"], "new_topic": ["gpu"]}),
    ("quotes by “Simone Weil”", "quotes_by", {"author": ["Simone Weil"]}),
    ('notes on "the sea, the sea"', "find", {"query": ["the sea, the sea"]}),
    ('show me my "to read" list', "find", {"query": ["to read"]}),
    ('edit 42: "fewer kernels"', "edit", {"entry": ["42"]}),
    ("Search for: “the fog”", "find", {"query": ["the fog"]}),
    ('notes on: "the fog"', "find", {"query": ["the fog"]}),
    ("search for: fog", "find", {"query": ["fog"]}),
    ('show "42"', "show", {"entry": ["42"]}),
    ("move '42' to \"birds\"", "move", {"entry": ["42"], "topic": ["birds"]}),
    ('find " heron "', "find", {"query": ["heron"]}),
    (
        'add "rye bread", tea to shopping',
        "add_to_topic",
        {"note": ['rye bread", tea'], "topic": ["shopping"]},
    ),
]

TO_THE_LAST = ["add to the last note: ask for lena", "add to the last one: bring boots"]


@pytest.mark.parametrize("text", TO_THE_LAST)
def test_the_last_entry_is_no_list(text):
    assert recognise(text).intent == "append"


LISTS = [
    # text, intent, (notes, topics)
    ("add to shopping list: butter, jam, flour", "add_to_topic", (["butter, jam, flour"], ["shopping"])),
    ("add to my packing list socks and a torch", "add_to_topic", (["socks and a torch"], ["packing"])),
    ("put on the grocery list: leeks", "add_to_topic", (["leeks"], ["grocery"])),
    ("add to hardware: nails, glue", "add_to_topic", (["nails, glue"], ["hardware"])),
    ("Add to my shopping list:\n- leeks\n- soap", "add_to_topic", (["- leeks\n- soap"], ["shopping"])),
    (
        "on my packing list, put socks, a torch and maps",
        "add_to_topic",
        (["socks, a torch and maps"], ["packing"]),
    ),
    ("to the shopping list add leeks and soap", "add_to_topic", (["leeks and soap"], ["shopping"])),
    ("shopping list: add leeks", "add_to_topic", (["leeks"], ["shopping"])),
    ("we need leeks and soap on the shopping list", "add_to_topic", (["leeks and soap"], ["shopping"])),
    (
        "leeks, soap and tea to the shopping list please",
        "add_to_topic",
        (["leeks, soap and tea"], ["shopping"]),
    ),
    (
        "add leeks, soap to shopping and hinges to hardware",
        "add_to_topic",
        (["leeks, soap", "hinges"], ["shopping", "hardware"]),
    ),
    (
        "put leeks on my grocery list, and put hinges and glue on the hardware list",
        "add_to_topic",
        (["leeks", "hinges and glue"], ["grocery", "hardware"]),
    ),
    (
        "add leeks to shopping, glue to hardware and stamps to errands",
        "add_to_topic",
        (["leeks", "glue", "stamps"], ["shopping", "hardware", "errands"]),
    ),
    (
        "add tickets to rome and flights to the travel list",
        "add_to_topic",
        (["tickets to rome and flights"], ["travel"]),
    ),
    ("add these to shopping: leeks, soap", "add_to_topic", (["leeks, soap"], ["shopping"])),
    ("add to shopping\n- leeks\n- soap", "add_to_topic", (["- leeks\n- soap"], ["shopping"])),
    ("tick the milk and the tea off", "take_off_topic", (["the milk and the tea"], [])),
    ("put leeks and soap on shopping", "add_to_topic", (["leeks and soap"], ["shopping"])),
    ("pop stamps on errands please", "add_to_topic", (["stamps"], ["errands"])),
    ("leeks and soap on the shopping list", "add_to_topic", (["leeks and soap"], ["shopping"])),
    ("add leeks and soap to my list", "add_to_topic", (["leeks and soap"], [])),
    ("put soap on the list", "add_to_topic", (["soap"], [])),
    ("add to my list: soap", "add_to_topic", (["soap"], [])),
    ("take milk, eggs and tea off shopping", "take_off_topic", (["milk, eggs and tea"], ["shopping"])),
    ("take the milk and the tea off shopping", "take_off_topic", (["the milk and the tea"], ["shopping"])),
    ("remove milk, tea from my shopping list", "take_off_topic", (["milk, tea"], ["shopping"])),
    ("cross off milk and eggs from the grocery list", "take_off_topic", (["milk and eggs"], ["grocery"])),
    ("remove from shopping list: milk, eggs", "take_off_topic", (["milk, eggs"], ["shopping"])),
    ("take off my shopping list milk and eggs", "take_off_topic", (["milk and eggs"], ["shopping"])),
    ("take milk, eggs off my list", "take_off_topic", (["milk, eggs"], [])),
    (
        "take milk off shopping and hinges off hardware",
        "take_off_topic",
        (["milk", "hinges"], ["shopping", "hardware"]),
    ),
]


@pytest.mark.parametrize(("text", "intent", "found"), LISTS)
def test_items_and_lists_are_found_in_any_order(text, intent, found):
    command = recognise(text)
    assert command is not None
    notes = [entity.value for entity in command.entities if entity.entity == "note"]
    topics = [entity.value for entity in command.entities if entity.entity == "topic"]
    assert (command.intent, (notes, topics)) == (intent, found)
    assert all(text[entity.start : entity.end] == entity.value for entity in command.entities)


@pytest.mark.parametrize("text", ["Shopping list\n- eggs\n- oat milk", "my packing list:\nsocks\nhat"])
def test_a_list_under_its_title_is_saved(text):
    assert recognise(text).intent == "save_thought"


@pytest.mark.parametrize("text", ["what's on my list", "show me the list", "my list", "what is on our list?"])
def test_a_list_without_a_name_is_asked_for(text):
    command = recognise(text)
    assert (command.intent, [entity.value for entity in command.entities]) == ("find", ["list"])


@pytest.mark.parametrize(
    ("text", "item"),
    [
        ("is rent on my bills list?", "rent"),
        ("Are eggs already on the list?", "eggs"),
        ("is it on my list?", None),
    ],
)
def test_an_item_of_a_list_is_asked_for(text, item):
    command = recognise(text)
    assert [entity.value for entity in command.entities] == [item] if item else command is None


# Transcripts of speech
SPOKEN = [
    ("Find my notes about Python.", "find", {"query": ["Python"]}),
    ("Delete number seven.", "delete_entry", {"entry": ["7"]}),
    ("Delete number one.", "delete_entry", {"entry": ["1"]}),
    ("Delete notes three, four and forty two.", "delete_entry", {"entry": ["3", "4", "42"]}),
    ("Show forty-two.", "show", {"entry": ["42"]}),
    ("Show number one hundred and twelve.", "show", {"entry": ["112"]}),
    ("Show the last three notes.", "browse", {"count": ["3"]}),
    ("Last twenty.", "browse", {"count": ["20"]}),
    ("Move number forty two to Python.", "move", {"entry": ["42"], "topic": ["Python"]}),
    ("Save number eight under Books.", "move", {"entry": ["8"], "topic": ["Books"]}),
    ("Edit number forty two the meeting is at nine.", "edit", {"entry": ["42"]}),
    ("Edit forty two, the meeting is at nine.", "edit", {"entry": ["42"]}),
    ("Correct number five the meeting is at nine.", "correct", {"entry": ["5"]}),
    ("Correction, the meeting is at nine.", "correct", {}),
    ("Restore number twelve.", "restore", {"entry": ["12"]}),
    ("Play number seven.", "play", {"entry": ["7"]}),
    ("Play me the memo number seven.", "play", {"entry": ["7"]}),
    ("Takeaway, fewer, larger kernels.", "takeaway", {}),
    ("Two.", "choose", {"choice": ["2"]}),
    ("Number two.", "choose", {"choice": ["2"]}),
    ("Undo that.", "undo", {}),
]

MISSPELLED = [
    ("fnid gpu", "find"),
    ("serach gpus", "find"),
    ("delte 3", "delete_entry"),
    ("dleete 3 and 5", "delete_entry"),
    ("udno", "undo"),
    ("topcis", "list_topics"),
    ("lsat 5", "browse"),
    ("yestreday", "browse"),
    ("mroe", "more"),
    ("merge gpus inot gpu", "merge_topics"),
    ("mrege gpus into gpu", "merge_topics"),
    ("renmae gpus to gpu", "rename_topic"),
    ("mvoe 42 to python", "move"),
    ("restroe 42", "restore"),
    ("eidt 42 new words", "edit"),
    ("tiemzone Europe/Oslo", "set_timezone"),
    ("comands", "commands"),
    ("staus", "status"),
    ("repaet", "repeat"),
]

SERVICE_WORDS = [
    ("help", "commands", {}),
    (" INFO\n", "commands", {}),
    ("start", "greet", {}),
    ("Unstop", "greet", {}),
    ("cancel", "choose", {"choice": ["no"]}),
    ("Quit ", "choose", {"choice": ["no"]}),
    ("END", "choose", {"choice": ["no"]}),
]
"""Commands only without any mark; a carrier takes them where it answers them."""

THOUGHTS = [
    "stop",
    "(end)",
    "Cancel...",
    '"yes"',
    "yes?",
    "starts",
    "halp",
    "help!!",
    "start over",
    "the end",
    "Delete my number please",
    "delete the photos of me",
    "remove it from the oven at six",
    "take the day off work",
    "take me off your list",
    "Move on",
    "move it to friday",
    "moved the dentist to friday",
    "snooze button broke again",
    "quiet morning at the lake",
    "quiet 7 people in the room",
    "pause the film at minute 20",
    "stop everything and breathe",
    "reminders are useless",
    "done and dusted",
    "21 done today, three to go",
    "21 done?",
    "did 21 pushups",
    "done 21 laps",
    "mark 7 pages as read",
    "reminders off the coast",
    "no reminders came today",
    "no reminder of him left",
    "ask me how my day was every evening",
    "ask mum something every day",
    "ask me something",
    "every evening the same question",
    "a question every child asks",
    "let me know when you are home",
    "tell me when dinner is on the table",
    "stop the world",
    "turn the lights off",
    "start on page 12",
    "snooze alarms are evil",
    "since when do you have a dog",
    "when is the party",
    "what's coming",
    "change my mind",
    "set the table at 6",
    "push it back an hour",
    "push the boat to the shore",
    "under the bridge downtown I saw a heron",
    "under pressure",
    "keep it under control",
    "put it under the bed",
    "combine flour with butter",
    "look up flights to oslo",
    "move it to storage",
    "last night was fun",
    "last",
    "find out what time the shop opens",
    "find a plumber",
    "show me love",
    "more milk please",
    "edit: typo",
    "edit the video tonight",
    "today I saw a heron",
    "today?",
    "merge onto the motorway",
    "add me to the group",
    "rename the file before sending it to him",
    "Really?",
    "ok?",
    "pub tonight?",
    "where are you?",
    "lost 5",
    "fine art",
    "mode 7",
    "undo the top button",
    "quote him by friday please, twice",
    "quote: be brief",
    "reminders are not promises",
    "add butter, sugar and eggs to the bowl",
    "add it, he said, to taste",
    "add a pinch of salt, then stir, to my surprise",
    "restore the chair",
    "add me and him to the guest list",
    "put cats in the coffee and mice in the tea",
    "remove wine and add beer to my shopping list",
    "i need to know the things on my shopping list",
    "i need to know if milk is on my shopping list",
    "add to my list of things to do: wash the dog",
    "take that off the list",
    "add the item to the list",
    "take the first one off the list of the day",
    "take it and go off the list",
    "put it on the list",
    "we need to talk and eat on the way to the wish list",
    "take the stairs and the exit",
    "put on the kettle",
    "listening to the set list",
    'find "Alien" tickets in town',
    '"find" heron',
    '"find heron"',
    "find '' and \"\"",
    'add "a pinch" of salt to the "bowl"',
    'show "some" love',
    "/undo",
    "/delete 3",
    "2 tickets please",
    "two tickets please",
    "edit two videos tonight",
    "correct 5 of the answers",
    "correct, see you at five",
    "you are correct: it is nine",
    "play with the kids",
    "play the guitar",
    "hear that?",
    "listen to this song",
    "photos from oslo",
    "memo to self",
    "pin the tail on the donkey",
    "forget me not flowers",
    "forget-me-nots by the pond",
    "forget me, I only wanted the recipe",
    "erase my account of the journey and write it again",
    "forget 12345",
    "pin 4417 for the door",
    "on this day I met her",
    "surprise him on friday",
    "open two windows",
    "read one",
    "",
    "   ",
]


@pytest.mark.parametrize(("text", "intent", "arguments"), COMMAND + QUOTED + SPOKEN + SERVICE_WORDS)
def test_it_recognises_a_command_and_its_arguments(text, intent, arguments):
    found = recognise(text)
    assert found is not None
    values = {}
    for entity in found.entities:
        values.setdefault(entity.entity, []).append(entity.value)
    assert (found.intent, values) == (intent, arguments)


def test_the_offsets_of_a_quoted_argument_are_those_of_its_words():
    text = "please move 42 to “not yet read”."
    topic = recognise(text).entities[-1]
    assert text[topic.start : topic.end] == topic.value == "not yet read"


def test_the_offsets_of_a_number_in_words_are_those_of_the_words():
    text = "Please edit number forty two: nine"
    [entity] = recognise(text).entities
    assert (entity.value, text[entity.start : entity.end]) == ("42", "forty two")


@pytest.mark.parametrize(("text", "intent"), MISSPELLED)
def test_it_recognises_a_misspelled_command_with_less_confidence(text, intent):
    found = recognise(text)
    assert found is not None
    assert found.intent == intent
    assert found.similarity < 1 or "inot" in text


@pytest.mark.parametrize("text", THOUGHTS)
def test_a_similar_text_is_not_a_command(text):
    assert recognise(text) is None


@pytest.mark.parametrize(
    "word", ["fine", "lost", "mode", "shoe", "fund", "kind", "rest", "love", "mere", "note"]
)
def test_an_ordinary_word_is_never_a_misspelled_keyword(word):
    assert is_ordinary(word)


@pytest.mark.parametrize("text", [text for text, _, _ in COMMAND])
def test_case_space_and_a_full_stop_make_no_difference(text):
    plain = recognise(text)
    loud = recognise(f"  {text.upper()}! ".replace("?!", "?"))
    assert (plain.intent, len(plain.entities)) == (loud.intent, len(loud.entities))


@given(st.text(max_size=80))
@example("add:")
@example("\u200b")
@example("delete \u0663")
def test_it_accepts_any_text_and_its_offsets_are_in_range(text):
    found = recognise(text)
    for entity in found.entities if found else ():
        assert 0 <= entity.start < entity.end <= len(text)


KEYWORDS = sorted(
    {word for command in COMMANDS for word in command.keywords if len(word) >= MIN_MISSPELLABLE_LENGTH}
)


@given(st.sampled_from(["delete 3", "restore 42", "rename gpus to gpu", "search gpu"]), st.integers(0, 4))
def test_two_swapped_letters_do_not_change_the_command(text, at):
    word, rest = text.split(" ", 1)
    typed = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    assume(typed == word or not is_ordinary(typed))
    assert recognise(f"{typed} {rest}").intent == recognise(text).intent


@given(st.sampled_from(KEYWORDS), st.text(string.ascii_lowercase, min_size=1, max_size=3))
def test_a_keyword_among_other_words_is_not_a_command(keyword, letters):
    found = recognise(f"she said {keyword} {letters} and then we left, didn't we")
    assert found is None


CORRECTIONS = [
    ("that should say see you at nine", "see you at nine"),
    ("No, it should have said: salt!", "salt"),
    ("The memo was supposed to say thirteen, not thirty", "thirteen, not thirty"),
    ("i actually said malt vinegar", "malt vinegar"),
    ("What I said was malt vinegar.", "malt vinegar"),
    ("no, I said thirteen not thirty", "thirteen not thirty"),
]


@pytest.mark.parametrize(("text", "words"), CORRECTIONS)
def test_a_memo_is_corrected_in_free_words(text, words):
    found = free_correction(text)
    assert found.intent == "correct"
    [entity] = found.entities
    assert (entity.entity, entity.value, text[entity.start : entity.end]) == ("correction", words, words)
    assert recognise(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "I said malt vinegar",
        "no I said that already",
        "I actually said I would think about it",
        "it should say so on the box",
        "it should say on the label",
        "that should say something about him",
        "Anna said no, I said yes",
        "the sign should say closed",
        "that should say nine?",
        "that should say",
        "no, I said",
    ],
)
def test_reported_speech_is_not_a_correction(text):
    assert free_correction(text) is None


@pytest.mark.parametrize(
    ("text", "entries"),
    [
        ("delete 1-3", ["1-3"]),
        ("delete 3-1", ["3-1"]),
        ("delete 5, 7-8", ["5", "7-8"]),
        ("delete 1-1000000000", ["1-1000000000"]),
        ("delete 1-" + "9" * 500, ["1-" + "9" * 500]),
        ("delete 1 - 5", ["1-5"]),
        ("delete 1–5", ["1-5"]),
        ("delete 1—5", ["1-5"]),
        ("delete 1−5", ["1-5"]),
        ("delete 1~5", ["1-5"]),
        ("delete 1..5", ["1-5"]),
        ("delete 1...5", ["1-5"]),
        ("delete 1…5", ["1-5"]),
        ("delete 1 to 5", ["1-5"]),
        ("delete 1 thru 5", ["1-5"]),
        ("delete notes 1 through 5", ["1-5"]),
        ("delete 1 until 5 and 7", ["1-5", "7"]),
        ("delete #1-#5", ["1-5"]),
        ("delete one to five", ["1-5"]),
        ("delete one-five", ["1-5"]),
        ("delete twenty-one to twenty-three", ["21-23"]),
        ("delete twenty-one", ["21"]),
        ("delete 1-3, 2-8", ["1-3", "2-8"]),
        ("delete -5", ["-5"]),
        ("delete 3, -5", ["3", "-5"]),
        ("delete 1--5", ["1-5"]),
        ("delete 1-3-5", ["1-3-5"]),
        ("delete 2024-05-01", ["2024-05-01"]),
    ],
)
def test_a_range_is_one_value(text, entries):
    command = recognise(text)
    assert command.intent == "delete_entry"
    assert [entity.value for entity in command.entities] == entries


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("restore 1 to 5", "restore"),
        ("pin 1-5", "pin"),
        ("unpin 1 - 5", "unpin"),
        ("show 1..5", "show"),
        ("move 1 to 5 to gpu", "move"),
        ("move notes 1-5 into gpu", "move"),
        ("file 1 to 5 under gpu", "move"),
    ],
)
def test_every_command_that_takes_numbers_takes_ranges(text, intent):
    command = recognise(text)
    assert command.intent == intent
    assert [entity.value for entity in command.entities if entity.entity == "entry"] == ["1-5"]


@pytest.mark.parametrize(
    ("intent", "text", "entries"),
    [
        ("delete_entry", "please get rid of notes 1 to 5 for good", ["1-5"]),
        ("delete_entry", "delete the entries between 3 and 5", ["3-5"]),
        ("delete_entry", "delete notes one to five, will you", ["1-5"]),
        ("delete_entry", "i want the note 5 gone", ["5"]),
        ("delete_entry", "i do not need 1-1000000000 any more", ["1-1000000000"]),
        ("pin", "put a pin on 3–5", ["3-5"]),
        ("edit", "edit 1-5 x", ["1-5"]),
        ("append", "append this to note 42-45: x", ["42-45"]),
    ],
)
def test_a_paraphrase_has_ranges_too(intent, text, entries):
    assert [found["value"] for found in arguments(intent, text, []) if found["entity"] == "entry"] == entries


def test_entries_are_listed_by_every_spoken_name_of_their_kind():
    table = yaml.safe_load(Path(__file__).parents[1].joinpath("entry_kinds.yml").read_text())
    assert {name: kind for kind, names in table.items() for name in names} == ENTRY_KINDS
    for name, kind in ENTRY_KINDS.items():
        command = recognise(f"show me my {name}")
        assert (command.intent, [entity.value for entity in command.entities]) == ("browse", [kind])
