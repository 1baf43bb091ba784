#!/usr/bin/env python3
"""axe-core's rules for every kind of page, in both colour schemes, on a phone and on a desk.

  accessibility_test.py BUILD [TEST...]
"""
import os
import sys

import arena
import browser

if not os.path.exists(browser.AXE):
    print("skipped: no axe-core, which `tests/fetch_modules tests/browser` installs")
    sys.exit(arena.SKIPPED)

import pages_test  # noqa: E402
from selenium.webdriver.common.by import By  # noqa: E402
from selenium.webdriver.common.keys import Keys  # noqa: E402


class Accessibility(pages_test.PageTest):
    def check(self, *paths):
        for path in paths:
            for scheme, device, size in pages_test.LOOKS:
                with self.subTest(path=path, scheme=scheme, device=device):
                    pages_test.BROWSER.look(scheme, size)
                    self.open(path)
                    self.assertEqual([], pages_test.BROWSER.axe())

    def test_overview_with_a_recent_probe(self):
        self.open()
        field = pages_test.BROWSER.driver.find_element(By.NAME, "target")
        field.send_keys(f"127.0.10.1:{pages_test.ARENA.stack.ports['ike']}", Keys.ENTER)
        self.wait("the log", lambda: "probe_success 1" in self.text("pre"), 15)
        self.check("/")

    def test_targets(self):
        self.check(*(f"/targets/{name}" for name in ("weak", "legacy", "down", "post-quantum")))

    def test_runbooks(self):
        self.check("/runbooks/IKETargetDown")

    def test_axe_objects_to_what_is_wrong(self):
        self.open()
        pages_test.BROWSER.run("document.documentElement.removeAttribute('lang')")
        self.assertRegex("".join(pages_test.BROWSER.axe()), "^html-has-lang")


if __name__ == "__main__":
    sys.exit(pages_test.main())
