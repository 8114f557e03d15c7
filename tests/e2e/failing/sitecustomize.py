"""Make functions of an installation fail on some texts, as loudly as a library might. On the PYTHONPATH of a
test's installation only; also read by Rasa's Python 3.10.

What fails says its text in every way in which a process can: it prints it, warns of it, logs it and raises
it, here, in a thread, in a destructor and in a task that nobody waits for.
"""

import asyncio
import importlib.abc
import importlib.machinery
import logging
import os
import sys
import threading
import warnings
from contextlib import suppress

WORD = os.environ["TEST_FAILING_WORD"]
"""A text with this word and the name of a function fails in that function."""

FUNCTIONS = {
    "scrapbook.links.reader": "PageReader.read",
    "scrapbook.voice.transcriber": "Transcriber.transcribe",
    "components.command_recogniser": "CommandRecogniser.process_message",
    "actions.action": "ActionRequest.from_tracker",
}


class Loud(Exception):
    """A foreign error that quotes what it failed on."""


class _Destroyed:
    def __init__(self, text):
        self.text = text

    def __del__(self):
        raise Loud(self.text)


async def _fail(text):
    raise Loud(text)


def be_loud(text):
    """Say the text in every way, then raise it."""
    for stream in (sys.stdout, sys.stderr):
        print(text, file=stream, flush=True)
    warnings.warn(text, stacklevel=1)
    log = logging.getLogger("foreign")
    log.error(text)
    log.error("failed on %s", text)
    log.error(Loud(text))
    try:
        raise Loud(text)
    except Loud:
        log.exception("failed", stack_info=True, extra={"text": text})
    threading.Thread(target=lambda: asyncio.run(_fail(text)), name=text).start()
    _Destroyed(text)
    with suppress(RuntimeError):  # not in the event loop's thread
        asyncio.get_running_loop().create_task(_fail(text), name=text)
    raise Loud(text)


def text_of(arguments):
    """The text that a function was given, in whatever form; of a recording, what was said in it."""
    for argument in arguments:
        if isinstance(argument, bytes):
            return f"Transcriber {WORD}"
        message = getattr(argument, "latest_message", argument)  # of a tracker
        data = message if isinstance(message, dict) else getattr(message, "data", None)  # of Rasa's message
        text = data.get("text") if isinstance(data, dict) else message
        if isinstance(text, str):
            return text
    return ""


def make_fail(module, name):
    """Wrap the function of that name in the module."""
    owner, method = name.split(".")
    kind = getattr(module, owner)
    stock = kind.__dict__[method]
    work = getattr(stock, "__func__", stock)

    def failing(*arguments, **more):
        text = text_of(arguments[1:])
        if WORD in text and owner.lower() in text.lower():  # a host name is in lower case
            be_loud(text)
        return work(*arguments, **more)

    setattr(kind, method, classmethod(failing) if isinstance(stock, classmethod) else failing)


class _Loader(importlib.abc.Loader):
    def __init__(self, stock):
        self.stock = stock

    def create_module(self, spec):
        return self.stock.create_module(spec)

    def exec_module(self, module):
        self.stock.exec_module(module)
        make_fail(module, FUNCTIONS[module.__name__])


class _Finder(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name not in FUNCTIONS:
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        spec.loader = _Loader(spec.loader)
        return spec


sys.meta_path.insert(0, _Finder())
