"""Replaces packages that Rasa's core imports and this assistant never uses, such as TensorFlow.

Rasa imports all of its components and channels at each start, whatever the configuration says. They import
TensorFlow, which no component here uses, and the libraries of messengers, clouds and databases, which are not
used either. These packages took most of the environment's disk space, of its memory and of its start-up time,
and the small build of TensorFlow does not exist for ARM.

``install`` appends a finder to ``sys.meta_path``. For the names in ``PACKAGES`` it creates modules that hold
placeholder classes. These can be imported, named in annotations and inherited from. A call of one raises
``RasaException``, whose message says what to install. A package that is installed is found by the other
finders first, and is used.

``launch.py``, ``parse.py`` and the tests call ``install``. A ``.pth`` file or ``sitecustomize`` would have to
be added to the environment after each ``uv sync``, and would affect every program that runs there.
"""

import sys
from abc import ABCMeta
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any, Dict, NoReturn, Optional, Sequence, Text

# The imported packages, and the requirements that provide them in versions that Rasa 3.6.21 works with.
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
    "google.auth": "google-auth==2.62.2",  # "google" may exist: other packages add modules to it, too
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
    # Plots of an evaluation.
    "matplotlib": "matplotlib==3.5.3",
}


class _Placeholder(ABCMeta):
    """The type of placeholder classes; their attributes are placeholder classes, too."""

    def __getattr__(cls, name: Text) -> "_Placeholder":
        if name.startswith("__"):
            raise AttributeError(name)
        return _placeholder(f"{cls.__module__}.{cls.__qualname__}", name)

    def __call__(cls, *_args: Any, **_kwargs: Any) -> NoReturn:
        base = next(base for base in cls.__mro__ if "_is_placeholder" in vars(base))
        _raise_missing(f"{base.__module__}.{base.__qualname__}")


def _placeholder(module: Text, name: Text) -> _Placeholder:
    return _Placeholder(name, (), {"__module__": module, "_is_placeholder": True})


def _raise_missing(name: Text) -> NoReturn:
    from rasa.shared.exceptions import RasaException  # noqa: PLC0415 - Rasa prints it without a traceback

    requirement = PACKAGES[name.partition(".")[0]]
    raise RasaException(
        f"This needs {name}, and {requirement.partition('==')[0]} is not installed, since the assistant does "
        f"not use it. To install it: uv pip install --python bot/.venv '{requirement}'"
    )


class _PlaceholderModule(ModuleType):
    """A package that has every attribute, as a placeholder class."""

    __path__: Sequence[Text] = ()

    def __getattr__(self, name: Text) -> _Placeholder:
        if name.startswith("__"):
            raise AttributeError(name)
        return _placeholder(self.__name__, name)


class PlaceholderFinder(MetaPathFinder, Loader):
    """Finds and creates the modules of ``PACKAGES`` at any depth."""

    def find_spec(
        self,
        fullname: Text,
        path: Optional[Sequence[Text]] = None,  # noqa: ARG002 - part of the protocol
        target: Optional[ModuleType] = None,  # noqa: ARG002
    ) -> Optional[ModuleSpec]:
        """Return a spec for one of the packages or a module in it; None for all other names.

        A module that an installed package lacks is not replaced.
        """
        inside = isinstance(sys.modules.get(fullname.rpartition(".")[0]), _PlaceholderModule)
        if fullname not in PACKAGES and not inside:
            return None
        return ModuleSpec(fullname, self, origin="placeholder", is_package=True)

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """Create an empty placeholder module."""
        return _PlaceholderModule(spec.name, "A placeholder for a package that is not installed.")

    def exec_module(self, module: ModuleType) -> None:
        """Do nothing: a placeholder module has no code."""


def install() -> None:
    """Append the finder in this process. Idempotent."""
    if not any(isinstance(finder, PlaceholderFinder) for finder in sys.meta_path):
        sys.meta_path.append(PlaceholderFinder())
