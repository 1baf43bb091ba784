#!/usr/bin/env python3
"""The overview with 3, 300 and 10,000 targets in a real browser: what it weighs, that it looks the same, and that
filter, order and paging find what a paged engineer looks for.

  fleet_test.py BUILD [TEST...]
"""
import contextlib
import http.client
import re
import sys
import time
import unittest

import arena

arena.enter_namespace()

import browser  # noqa: E402
from selenium.webdriver.common.by import By  # noqa: E402

COUNTS = (3, 300, 10_000)
# Bytes of the overview: a hundred rows, whatever the fleet's size; compressed as every browser asks for.
MOST_PLAIN, MOST_COMPRESSED, MOST_ASSETS = 130_000, 9_000, 8_000
BUILD = BROWSER = None


def fetch(port, path, encoding="gzip"):
    """(seconds to the first byte of the answer, its size on the wire)."""
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
        started = time.monotonic()
        connection.request("GET", path, headers={"Accept-Encoding": encoding})
        answer = connection.getresponse()
        first = time.monotonic() - started
        assert answer.status == 200, (path, answer.status)
        return first, len(answer.read())


class FleetTest(unittest.TestCase):
    """One fleet, of `count` targets."""
    count = 0

    @classmethod
    def setUpClass(cls):
        if not cls.count:
            raise unittest.SkipTest("what they have in common")
        cls.arena = arena.Arena(BUILD)
        cls.arena.start_fleet(cls.count)
        arena.stack.wait_until("probes of all", lambda: cls.shown(cls.arena, "waiting") == 0, 180, 1)
        BROWSER.troubles()

    @classmethod
    def tearDownClass(cls):
        cls.arena.close()

    @staticmethod
    def shown(an_arena, show):
        page = arena.stack.get(an_arena.url("/"), 60)
        return int(re.search(rf'class="{show}">[^<]* <b>(\d+)</b>', page).group(1))

    def tearDown(self):
        self.assertEqual([], BROWSER.troubles())

    def open(self, path="/"):
        BROWSER.open(self.arena.url(path))

    def names(self):
        return BROWSER.run("return [...document.querySelectorAll('.targets tbody th a')].map(a => a.textContent)")

    def follow(self, text):
        """Clicks a link in one step: the page renews itself, and what was found may be gone."""
        BROWSER.run("[...document.querySelectorAll('a')].find(a => a.textContent === arguments[0]).click()", text)

    def wait(self, what, condition):
        arena.stack.wait_until(what, condition, 20, every=0.05)


class Common:
    """What holds for each of them."""

    def test_weight(self):
        port = self.arena.stack.ports["exporter"]
        first, plain = fetch(port, "/", "identity")
        _, compressed = fetch(port, "/")
        page = arena.stack.get(self.arena.url("/"), 60)
        assets = sum(fetch(port, path)[1] for path in re.findall(r'(?:href|src)="(/assets/[^"]+)"', page))
        print(f"{self.count} targets: first byte after {first * 1000:.1f} ms, {plain} bytes, {compressed} compressed, "
              f"{assets} of assets")
        self.assertLess(plain, MOST_PLAIN)
        self.assertLess(compressed, MOST_COMPRESSED)
        self.assertLess(assets, MOST_ASSETS)

    def test_looks(self):
        for scheme in ("light", "dark"):
            for device, size in (("phone", browser.PHONE), ("desktop", browser.DESKTOP)):
                with self.subTest(scheme=scheme, device=device):
                    BROWSER.look(scheme, size)
                    self.open()
                    BROWSER.screenshot(self.arena.pictures / f"fleet-{self.count}-{scheme}-{device}.png")
                    width, window = BROWSER.run("return [document.documentElement.scrollWidth, innerWidth]")
                    self.assertLessEqual(width, window, "the page scrolls sideways")
        BROWSER.look()

    def test_the_counts_are_those_of_the_fleet(self):
        down = sum(1 for i in range(self.count) if i % 10 == 7)
        self.assertEqual(down, self.shown(self.arena, "down"))
        self.assertEqual(self.count, self.shown(self.arena, "all"))
        self.open()
        self.assertEqual(min(self.count, 100), len(self.names()))
        title = f"{down} down" if down else "All up"
        self.assertTrue(BROWSER.driver.title.startswith(title), BROWSER.driver.title)


class Three(Common, FleetTest):
    count = 3


class ThreeHundred(Common, FleetTest):
    count = 300


class TenThousand(Common, FleetTest):
    count = 10_000

    def test_one_of_all_is_found_by_typing(self):
        self.open()
        BROWSER.driver.find_element(By.ID, "q").send_keys("weak-07773")
        self.wait("the one", lambda: self.names() == ["weak-07773.example"])
        self.follow("weak-07773.example")
        self.wait("its page", lambda: BROWSER.run("return document.querySelector('h1').textContent")
                  == "weak-07773.example")

    def test_the_down_ones_come_first_and_can_be_paged_through(self):
        self.open()
        self.assertTrue(all(name.startswith("down-") for name in self.names()))
        self.follow("Down 1000")
        self.wait("the last page's link", lambda: "Page 1 of 10" in BROWSER.run(
            "return document.querySelector('.pages')?.textContent ?? ''"))
        seen = set(self.names())
        for page in range(2, 11):
            self.follow("Next")
            self.wait(f"page {page}", lambda: f"Page {page} of 10" in BROWSER.run(
                "return document.querySelector('.pages')?.textContent ?? ''"))
            seen.update(self.names())
        self.assertEqual(1000, len(seen))

    def test_a_site_by_its_label_sorted_by_rtt(self):
        self.open("/?q=site%3Ds7%20customer%3Dc3&sort=rtt&order=desc&rows=1000")
        wanted = [i for i in range(self.count) if i % 20 == 7 and str(i % 97).startswith("3")]
        self.assertEqual(len(wanted), len(self.names()))

    def test_the_longest_page(self):
        first, compressed = fetch(self.arena.stack.ports["exporter"], "/?rows=1000")
        print(f"a thousand rows: first byte after {first * 1000:.1f} ms, {compressed} bytes compressed")
        self.assertLess(compressed, 10 * MOST_COMPRESSED)
        self.open("/?rows=1000")
        self.assertEqual(1000, len(self.names()))


def main():
    global BUILD, BROWSER
    BUILD = sys.argv[1]
    BROWSER = browser.Browser()
    try:
        program = unittest.main(argv=[sys.argv[0], *sys.argv[2:]], exit=False, verbosity=2)
        return not program.result.wasSuccessful()
    finally:
        BROWSER.close()


if __name__ == "__main__":
    sys.exit(main())
