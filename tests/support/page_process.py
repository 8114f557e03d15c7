"""The process that reads pages, with a server nearby in place of the internet; its port is the only argument.

``slow.test`` is a name whose lookup takes longer than any page may.
"""

import socket
import sys
import time

from scrapbook.links.fetcher import PageFetcher
from scrapbook.links.page_process import main
from tests.support.pages import Neighbourhood

SLOW_NAME = "slow.test"


def slow_or_resolved(host: str, *args: object, **options: object) -> object:
    if host == SLOW_NAME:
        time.sleep(60)
    return resolve(host, *args, **options)


if __name__ == "__main__":
    resolve, socket.getaddrinfo = socket.getaddrinfo, slow_or_resolved  # type: ignore[assignment] # asked for less
    main(lambda: PageFetcher(lambda: Neighbourhood(int(sys.argv[1]))))
