"""Make the sizes in which pictures are shown: when they come, else when somebody first looks at them."""

import threading
from collections.abc import Generator
from contextlib import contextmanager

import structlog

from scrapbook.errors import PictureUnreadable
from scrapbook.media.picture_resizer import PictureResizer
from scrapbook.media.picture_sizes import WIDTHS, is_picture, nearest_width, variant_name
from scrapbook.media.storage import MediaStore
from scrapbook.observability.reporting import report_error
from scrapbook.store import Media, Store

log = structlog.get_logger(__name__)


class PictureSizes:
    """The sizes of pictures, which are made once and cached in the media store.

    Threads may share it; its calls block.
    """

    def __init__(self, store: Store, files: MediaStore, resizer: PictureResizer) -> None:
        self._store = store
        self._files = files
        self._resizer = resizer
        self._turns = threading.Condition()
        self._in_work: set[str] = set()

    def are_missing(self, message_id: str) -> bool:
        """Return whether a picture came with a message whose sizes are not made yet."""
        return bool(self._to_make(message_id))

    def make_all(self, message_id: str) -> None:
        """Make the sizes of the pictures that came with a message. An error is only reported.

        They are made later, when somebody looks at the picture.
        """
        for picture in self._to_make(message_id):
            try:
                self._made(picture, WIDTHS[0])
            except PictureUnreadable as error:
                log.info("picture_unreadable", message_id=message_id, reason=str(error))
            except Exception as error:  # noqa: BLE001 - the words of the files must be read all the same
                report_error(error, message_id=message_id, step="resize")

    def read(self, picture: Media, width: int) -> bytes:
        """Return a picture as WebP, made now if it was not made before.

        Args:
            picture: is stored.
            width: one of ``WIDTHS``, in pixels. A smaller picture is not enlarged.

        Raises:
            MediaMissing: its file is gone.
            PictureUnreadable: it cannot be shown; the message says why. Not permanent if that took too long.
        """
        if picture.picture_problem:
            raise PictureUnreadable(picture.picture_problem)
        return self._cached(picture, width) or self._made(picture, width)

    def _to_make(self, message_id: str) -> list[Media]:
        message = self._store.read(lambda tx: tx.messages.get(message_id))
        return [
            part
            for part in message.media
            if part.key and is_picture(part.content_type) and not (part.width or part.picture_problem)
        ]

    def _made(self, picture: Media, width: int) -> bytes:
        """Return a size of a picture, after making all of them unless another thread just did."""
        key = picture.key or ""
        with self._alone_with(key):
            recorded = self._store.read(lambda tx: tx.files.of_key(key)) or picture
            if recorded.picture_problem:
                raise PictureUnreadable(recorded.picture_problem)
            return self._cached(recorded, width) or self._resized(picture, width)

    def _cached(self, picture: Media, width: int) -> bytes | None:
        if not picture.width or picture.width < 0:
            return None
        name = variant_name(nearest_width(picture.width, width))
        return self._files.read_variant(picture.key or "", name)

    def _resized(self, picture: Media, width: int) -> bytes:
        key = picture.key or ""
        content = self._files.read(key)
        try:
            resized = self._resizer.resize(content, picture.content_type)
        except PictureUnreadable as error:
            if error.permanent:
                problem = str(error)
                self._store.write(lambda tx: tx.files.set_picture_problem(key, problem))
            raise
        for nominal, variant in resized.variants.items():
            self._files.save_variant(key, variant_name(nominal), variant)
        self._store.write(lambda tx: tx.files.set_picture_size(key, resized.width, resized.height))
        log.info("picture_resized", size=len(content), bytes=sum(map(len, resized.variants.values())))
        return resized.variants[nearest_width(resized.width, width)]

    @contextmanager
    def _alone_with(self, key: str) -> Generator[None]:
        """Wait until no other thread makes the sizes of that picture."""
        with self._turns:
            self._turns.wait_for(lambda: key not in self._in_work)
            self._in_work.add(key)
        try:
            yield
        finally:
            with self._turns:
                self._in_work.discard(key)
                self._turns.notify_all()
