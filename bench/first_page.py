"""What the first page of the book costs a phone: ``python -m bench.first_page [--rounds 5]``.

A real Chromium opens the newest entries of a made-up book of 1,000, with an empty cache, as Lighthouse does
it for a phone: a processor four times slower, 1.6 Mbit/s down and 150 ms to the server and back. It prints
the medians of what the browser measured, and what was transferred: the page, its sheet and its script.
"""

import argparse
import shutil
import statistics
import tempfile
from collections.abc import Mapping
from datetime import timedelta

from playwright.sync_api import Browser, sync_playwright

from bench.search import Author
from scrapbook.store import Store
from tests.support.book_pages import book_app
from tests.support.browser import OPTIONS
from tests.support.sample_book import NOW, add, picture, sample_book
from tests.support.served import served

SLOWER = 4
"""Of the processor: ``cpuSlowdownMultiplier`` of Lighthouse's phone."""

NETWORK = {
    "offline": False,
    "latency": 150,
    "downloadThroughput": 1_600_000 // 8,
    "uploadThroughput": 750_000 // 8,
}
"""Slow 4G: milliseconds, and bytes a second. Lighthouse's ``mobileSlow4G``."""

PHONE = {"width": 390, "height": 844}

MEASURED = """() => new Promise(resolve => {
    const found = { lcp: 0, cls: 0 };
    new PerformanceObserver(list => { found.lcp = list.getEntries().at(-1).startTime; })
        .observe({ type: "largest-contentful-paint", buffered: true });
    new PerformanceObserver(list => {
        for (const shift of list.getEntries()) if (!shift.hadRecentInput) found.cls += shift.value;
    }).observe({ type: "layout-shift", buffered: true });
    const [page] = performance.getEntriesByType("navigation");
    const [paint] = performance.getEntriesByName("first-contentful-paint");
    setTimeout(() => resolve({ ...found, fcp: paint.startTime, loaded: page.loadEventEnd }), 1000);
})"""


def main(rounds: int) -> None:
    with tempfile.TemporaryDirectory() as data, sync_playwright() as playwright:
        store = Store.open(f"sqlite:///{data}/scrapbook.db")
        store.migrate()
        person = sample_book(store)
        with store.transaction() as tx:
            for index, text in enumerate(Author().texts(1_000)):
                media = [picture(f"{index}")] if index % 20 == 0 else []
                add(tx, person, text, NOW - timedelta(minutes=100 * index), "notes", media)
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=OPTIONS)
        with served(lambda _: book_app(store, person.id, now=lambda: NOW)) as url:
            measured = [opened(browser, f"{url}/book") for _ in range(rounds)]
        browser.close()
        store.close()
    print("| first paint | largest paint | shift | loaded | requests | bytes |\n|---|---|---|---|---|---|")
    median = {name: statistics.median(one[name] for one in measured) for name in measured[0]}
    print(
        f"| {median['fcp']:.0f} ms | {median['lcp']:.0f} ms | {median['cls']:.3f} | {median['loaded']:.0f} ms"
        f" | {median['requests']:.0f} | {median['bytes'] / 1000:.0f} kB |"
    )


def opened(browser: Browser, address: str) -> Mapping[str, float]:
    """Open a page in a browser that has kept nothing, and return what it measured.

    ``requests`` and ``bytes`` are those of the page without its pictures.
    """
    context = browser.new_context(viewport=PHONE, is_mobile=True, has_touch=True)
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", NETWORK)
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    kinds: dict[str, str] = {}
    sizes: dict[str, float] = {}
    session.on("Network.responseReceived", lambda one: kinds.update({one["requestId"]: one["type"]}))
    session.on(
        "Network.loadingFinished", lambda one: sizes.update({one["requestId"]: one["encodedDataLength"]})
    )
    page.goto(address, wait_until="load")
    found = page.evaluate(MEASURED)
    own = [id_ for id_, kind in kinds.items() if kind in {"Document", "Stylesheet", "Script"}]
    context.close()
    return {**found, "requests": len(own), "bytes": sum(sizes.get(id_, 0) for id_ in own)}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=5)
    main(parser.parse_args().rounds)
