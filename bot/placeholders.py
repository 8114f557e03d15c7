"""Stands in for packages that Rasa's core imports and this assistant never uses, TensorFlow above all.

Rasa imports every component and every channel that it knows whenever it starts, whatever the configuration
asks for: with them TensorFlow, which no component here uses, and the libraries of messengers, clouds and
databases that nothing here talks to. They took most of the environment's disk, of its memory and of the time
that it takes to start; and the small build of that TensorFlow does not exist for ARM.

``install`` adds a finder behind all others of ``sys.meta_path``. It answers the names of ``PACKAGES`` with
modules that hold placeholder classes: these can be imported, named in annotations and inherited from, but not
called. Whoever does gets ``RasaException`` with a sentence that says what to install. A package that is
installed is found by the finders in front, and is used.

It is installed by ``launch.py``, ``parse.py`` and the tests, and not by a ``.pth`` file or ``sitecustomize``:
these would have to be put into the environment after each ``uv sync``, which knows nothing of them, and would
reach every program that runs there.
"""

import sys
from abc import ABCMeta
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any, Dict, NoReturn, Optional, Sequence, Text

# What is imported, and what has to be installed for it, in versions that Rasa 3.6.21 works with.
PACKAGES: Dict[Text, Text] = {
    # Components: DIETClassifier, ResponseSelector, TEDPolicy, UnexpecTEDIntentPolicy, ConveRTFeaturizer.
    "tensorflow": "tensorflow==2.12.0",
    "keras": "tensorflow==2.12.0",
    "tensorflow_hub": "tensorflow-hub==0.13.0",
    "tensorflow_text": "tensorflow-text==2.12.0",
    # Channels: Telegram, Slack, Twilio, Facebook, Webex, Mattermost, Rocket.Chat, Hangouts, Socket.IO.
    "aiogram": "aiogram==2.15",
    "slack_sdk": "slack-sdk==3.47.0",
    "twilio": "twilio==8.2.2",
    "fbmessenger": "fbmessenger==6.0.0",
    "webexteamssdk": "webexteamssdk==1.6.1",
    "mattermostwrapper": "mattermostwrapper==2.2",
    "rocketchat_API": "rocketchat-api==1.30.0",
    "google": "google-auth==2.62.2",
    "google.auth": "google-auth==2.62.2",  # "google" may be there: others put modules into it too
    "google.oauth2": "google-auth==2.62.2",
    "cachecontrol": "cachecontrol==0.12.14",
    "socketio": "python-socketio==5.18.1",
    # Brokers and stores: RabbitMQ, Kafka, DynamoDB and S3, MongoDB, Redis, PostgreSQL.
    "aio_pika": "aio-pika==8.2.3",
    "aiormq": "aio-pika==8.2.3",
    "confluent_kafka": "confluent-kafka==2.15.0",
    "boto3": "boto3==1.44.5",
    "botocore": "boto3==1.44.5",
    "pymongo": "pymongo==4.3.3",
    "redis": "redis==4.6.0",
    # Pictures of an evaluation.
    "matplotlib": "matplotlib==3.5.3",
}


class _Placeholder(ABCMeta):
    """The type of what a placeholder module holds: classes whose attributes are such classes again."""

    def __getattr__(cls, name: Text) -> "_Placeholder":
        if name.startswith("__"):
            raise AttributeError(name)
        return _placeholder(f"{cls.__module__}.{cls.__qualname__}", name)

    def __call__(cls, *_args: Any, **_kwargs: Any) -> NoReturn:
        base = next(base for base in cls.__mro__ if "_stands_in" in vars(base))
        _refuse(f"{base.__module__}.{base.__qualname__}")


def _placeholder(module: Text, name: Text) -> _Placeholder:
    return _Placeholder(name, (), {"__module__": module, "_stands_in": True})


def _refuse(name: Text) -> NoReturn:
    from rasa.shared.exceptions import RasaException  # noqa: PLC0415 - which Rasa shows without a traceback

    requirement = PACKAGES[name.partition(".")[0]]
    raise RasaException(
        f"This needs {name}, and {requirement.partition('==')[0]} is not installed, since the assistant does "
        f"without it. To install it: uv pip install --python bot/.venv '{requirement}'"
    )


class _PlaceholderModule(ModuleType):
    """A module, and package, that holds whatever is asked of it."""

    __path__: Sequence[Text] = ()

    def __getattr__(self, name: Text) -> _Placeholder:
        if name.startswith("__"):
            raise AttributeError(name)
        return _placeholder(self.__name__, name)


class PlaceholderFinder(MetaPathFinder, Loader):
    """Finds and makes the modules of ``PACKAGES``, at any depth."""

    def find_spec(
        self,
        fullname: Text,
        path: Optional[Sequence[Text]] = None,  # noqa: ARG002 - part of the protocol
        target: Optional[ModuleType] = None,  # noqa: ARG002
    ) -> Optional[ModuleSpec]:
        """A spec for one of the packages or what is inside of one; None for all others.

        What an installed one lacks is lacking: only inside of a placeholder there is everything.
        """
        inside = isinstance(sys.modules.get(fullname.rpartition(".")[0]), _PlaceholderModule)
        if fullname not in PACKAGES and not inside:
            return None
        return ModuleSpec(fullname, self, origin="placeholder", is_package=True)

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """An empty one."""
        return _PlaceholderModule(spec.name, "Stands in for a package that is not installed.")

    def exec_module(self, module: ModuleType) -> None:
        """Nothing is to be run."""


def install() -> None:
    """Puts the finder behind all others of this process. Harmless when repeated."""
    if not any(isinstance(finder, PlaceholderFinder) for finder in sys.meta_path):
        sys.meta_path.append(PlaceholderFinder())
