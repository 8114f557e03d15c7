"""The process that reads feeds, with a server nearby in place of the internet; its port is the argument."""

import sys

from scrapbook.feeds.feed_process import main
from scrapbook.feeds.fetcher import FeedFetcher
from tests.support.pages import Neighbourhood

if __name__ == "__main__":
    main(lambda: FeedFetcher(lambda: Neighbourhood(int(sys.argv[1]))))
