#!/usr/bin/env python3
"""The pages of the demonstration fleet in a real browser: what an engineer does with them, by mouse,
keys and screen reader, in both colour schemes, on a phone and on a desk.

  pages_test.py BUILD [TEST...]
"""
import signal
import sys
import time
import unittest

import arena

arena.enter_namespace()

import browser  # noqa: E402
from selenium.webdriver.common.by import By  # noqa: E402
from selenium.webdriver.common.keys import Keys  # noqa: E402

ARENA = BROWSER = None
LOOKS = [(scheme, name, size) for scheme in ("light", "dark")
         for name, size in (("phone", browser.PHONE), ("desktop", browser.DESKTOP))]


class PageTest(unittest.TestCase):
    def setUp(self):
        BROWSER.look()
        BROWSER.troubles()

    def tearDown(self):
        self.assertEqual([], BROWSER.troubles())

    def open(self, path="/"):
        BROWSER.open(ARENA.url(path))

    def press(self, *keys):
        for key in keys:
            BROWSER.driver.switch_to.active_element.send_keys(key)

    def focused(self):
        return BROWSER.driver.switch_to.active_element

    def names(self):
        return BROWSER.run("return [...document.querySelectorAll('tbody th a')].map(a => a.textContent)")

    def wait(self, what, condition, seconds=5):
        arena.stack.wait_until(what, condition, seconds, every=0.05)

    def text(self, css):
        return BROWSER.run("return document.querySelector(arguments[0])?.textContent ?? ''", css)

    def address(self):
        return BROWSER.driver.current_url[len(ARENA.url("")):]


class Looks(PageTest):
    def check(self, path, name):
        for scheme, device, size in LOOKS:
            with self.subTest(path=path, scheme=scheme, device=device):
                BROWSER.look(scheme, size)
                self.open(path)
                BROWSER.screenshot(ARENA.pictures / f"{name}-{scheme}-{device}.png", whole=True)
                width, window = BROWSER.run("return [document.documentElement.scrollWidth, innerWidth]")
                self.assertLessEqual(width, window, "the page scrolls sideways")

    def test_overview(self):
        self.check("/", "overview")

    def test_targets(self):
        for name in ("weak", "legacy", "down", "post-quantum"):
            self.check(f"/targets/{name}", name)

    def test_nothing_is_cut_off(self):
        pages = ["/", "/runbooks/IKETargetDown", "/runbooks/README", *(f"/targets/{name}" for name in self.all_names())]
        for size in (browser.PHONE, browser.LAPTOP, browser.DESKTOP):
            BROWSER.look("light", size)
            for page in pages:
                with self.subTest(page=page, width=size[0]):
                    self.open(page)
                    self.assertEqual([], BROWSER.run(
                        "document.querySelectorAll('details').forEach(d => { d.open = true; });"
                        "return [document.documentElement, ...document.querySelectorAll('main *')]"
                        ".filter(e => e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).display !== 'inline'"
                        " && !e.closest('svg') && !e.closest('thead'))"
                        ".map(e => e.outerHTML.slice(0, 120))"))

    def test_what_an_engineer_asks_first_is_above_the_fold(self):
        for size in (browser.PHONE, browser.DESKTOP):
            BROWSER.look("light", size)
            for name in ("down", "refusing", "no-proposal", "weak"):
                with self.subTest(name=name, width=size[0]):
                    self.open(f"/targets/{name}")
                    places = BROWSER.run(
                        "return ['h1', '#situation', '#findings h2', '#details', '#rtt', '#versions', '#history']"
                        ".map(css => document.querySelector(css).getBoundingClientRect().top)")
                    self.assertEqual(sorted(places), places)
                    self.assertLess(places[2], size[1])
                    bottom = BROWSER.run(
                        "return document.querySelector('#situation').getBoundingClientRect().bottom")
                    self.assertLess(bottom, size[1] * 3 / 4)

    def test_a_gateway_that_is_down(self):
        self.open("/targets/down")
        situation = self.text("#situation")
        self.assertIn("no answer", situation)
        self.assertRegex(situation, r"never up for \d+ (s|min), since \d\d:\d\d:\d\d UTC")
        BROWSER.driver.find_element(By.LINK_TEXT, "Runbook IKETargetDown").click()
        self.wait("the runbook", lambda: self.text("h1") == "IKETargetDown")

    def test_refused_algorithms_are_folded(self):
        self.open("/targets/weak")
        self.assertEqual([False, True], BROWSER.run(
            "const all = [...document.querySelectorAll('.matrix .refused details')];"
            "return [all.some(d => d.open), all.length > 0]"))

    def test_not_found(self):
        self.open("/targets/nobody")
        self.assertIn("no target of that name", self.text("main"))
        for path in ("/targets/nobody", "/runbooks/nothing", "/nothing"):
            self.open(path)
            BROWSER.driver.find_element(By.LINK_TEXT, "All targets").click()
            self.wait("the list", lambda: self.address() == "/")
        BROWSER.troubles()  # Chromium reports the 404 itself

    def test_every_target_has_a_page_without_complaints(self):
        for name in self.all_names():
            self.open(f"/targets/{name}")
            self.assertEqual(name, self.text("h1"))

    def all_names(self):
        self.open("/")
        return self.names()


class Overview(PageTest):
    def test_the_worst_comes_first(self):
        self.open()
        states = BROWSER.run("return [...document.querySelectorAll('tbody .state .badge')].map(b => b.textContent)")
        order = ["down", "impaired", "waiting", "up"]
        self.assertEqual(sorted(states, key=order.index), states)
        self.assertIn("down", states)
        self.assertRegex(BROWSER.driver.title, r"^\d+ down")

    def test_filtering_while_typing(self):
        self.open()
        rows = len(self.names())
        BROWSER.driver.find_element(By.ID, "q").send_keys("site=ber mlkem")
        self.wait("no row", lambda: self.names() == [])
        self.assertIn("No target fits", self.text("#live"))
        field = BROWSER.driver.find_element(By.ID, "q")
        field.clear()
        field.send_keys("SITE=ber")
        self.wait("the rows of one site", lambda: 0 < len(self.names()) < rows)
        self.assertEqual("/?q=SITE%3Dber", self.address())
        self.assertEqual("q", self.focused().get_attribute("id"))
        shown = self.names()
        BROWSER.open(BROWSER.driver.current_url)  # the address says it all
        self.assertEqual(sorted(shown), sorted(self.names()))

    def test_sorting_by_click_keeps_the_focus_and_the_history(self):
        self.open()
        worst = self.names()
        head = BROWSER.driver.find_element(By.LINK_TEXT, "Target")
        head.click()
        self.wait("the order of names", lambda: self.names() == sorted(worst))
        self.assertEqual("ascending", self.sorted_column().get_attribute("aria-sort"))
        self.assertEqual("Target", self.focused().text.strip("▲▼ "))
        self.press(Keys.ENTER)
        self.wait("the other order", lambda: self.names() == sorted(worst, reverse=True))
        self.assertEqual("descending", self.sorted_column().get_attribute("aria-sort"))
        self.assertEqual("name", BROWSER.run("return document.forms[0].elements.sort.value"))
        BROWSER.driver.back()
        self.wait("the order before", lambda: self.names() == sorted(worst))

    def sorted_column(self):
        return BROWSER.driver.find_element(By.CSS_SELECTOR, "[aria-sort]")

    def test_the_counts_lead_to_what_they_count(self):
        self.open()
        link = BROWSER.driver.find_element(By.CSS_SELECTOR, ".shows a.weak")
        count = int(link.find_element(By.TAG_NAME, "b").text)
        link.click()
        self.wait("as many rows", lambda: len(self.names()) == count)
        self.assertEqual("/?show=weak", self.address())

    def test_without_script(self):
        BROWSER.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
        try:
            self.open()
            BROWSER.driver.find_element(By.ID, "q").send_keys("weak")
            BROWSER.driver.find_element(By.CSS_SELECTOR, "#filter button").click()
            self.wait("the form's address", lambda: "q=weak" in BROWSER.driver.current_url)
            rows = BROWSER.driver.find_elements(By.CSS_SELECTOR, ".targets tbody tr")
            self.assertEqual(["weak"], [row.find_element(By.CSS_SELECTOR, "th a").text for row in rows])
            BROWSER.driver.find_element(By.LINK_TEXT, "RTT").click()
            self.wait("the sorted address", lambda: "sort=rtt" in BROWSER.driver.current_url)
        finally:
            BROWSER.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})

    def test_it_keeps_itself_up_to_date_until_it_is_paused(self):
        self.open()
        BROWSER.run("document.getElementById('live').dataset.seen = '1';"
                    "document.querySelector('tbody').id = 'old'")
        self.wait("new content", lambda: not BROWSER.run("return !!document.getElementById('old')"), 14)
        button = BROWSER.driver.find_element(By.CLASS_NAME, "live-toggle")
        button.click()
        self.assertEqual("true", button.get_attribute("aria-pressed"))
        BROWSER.run("document.querySelector('tbody').id = 'old'")
        time.sleep(11)
        self.assertTrue(BROWSER.run("return !!document.getElementById('old')"))

    def test_it_says_when_the_exporter_is_gone(self):
        self.open()
        process = ARENA.stack.processes["exporter"]
        process.send_signal(signal.SIGTERM)
        process.wait(20)
        BROWSER.driver.find_element(By.ID, "q").send_keys("w")
        self.wait("the alarm", lambda: "does not answer" in self.text("#stale"))
        self.assertEqual("alert", BROWSER.run("return document.getElementById('stale').role"))
        BROWSER.troubles()  # the refused connection
        ARENA.stack.start_exporter(ARENA.config)
        BROWSER.driver.find_element(By.ID, "q").send_keys("e")
        self.wait("the alarm's end", lambda: not self.text("#stale"))

    def test_probing_from_the_form(self):
        self.open()
        port = ARENA.stack.ports["ike"]
        BROWSER.driver.find_element(By.NAME, "target").send_keys(f"127.0.10.1:{port}", Keys.ENTER)
        self.wait("the log", lambda: "probe_success 1" in self.text("pre"), 15)
        self.assertIn("IKE_SA_INIT", self.text("pre"))
        # It is still there for who comes later.
        self.open()
        self.assertIn(f"127.0.10.1:{port}", self.text("#recent tbody tr"))
        BROWSER.driver.find_element(By.CSS_SELECTOR, "#recent a").click()
        self.wait("the kept log", lambda: "IKE_SA_INIT" in self.text("pre"))

    def test_the_configuration_that_runs(self):
        self.open()
        BROWSER.driver.find_element(By.LINK_TEXT, "Configuration").click()
        self.wait("the configuration", lambda: 'name = "post-quantum"' in self.text("pre"))
        self.assertIn('aggressive_id = "<secret>"', self.text("pre"))


class Keyboard(PageTest):
    def test_the_first_stop_leads_past_the_navigation(self):
        self.open()
        self.press(Keys.TAB)
        self.assertEqual("Skip to the content", self.focused().text)
        self.assertGreaterEqual(self.focused().rect["x"], 0, "visible while it has the focus")
        self.press(Keys.ENTER)
        self.assertEqual("main", self.focused().get_attribute("id"))

    def test_from_the_filter_to_a_target_and_back(self):
        self.open()
        self.press("/")
        self.assertEqual("q", self.focused().get_attribute("id"))
        self.press(*"site=ber")
        self.wait("fewer rows", lambda: 0 < len(self.names()) < 8)
        first, second = self.names()[:2]
        self.press(Keys.ARROW_DOWN)
        self.assertEqual(first, self.focused().text)
        self.press(Keys.ARROW_DOWN)
        self.assertEqual(second, self.focused().text)
        self.press("k")
        self.assertEqual(first, self.focused().text)
        self.press(Keys.ENTER)
        self.wait("the target's page", lambda: self.text("h1") == first)
        BROWSER.driver.back()
        self.wait("the list", lambda: second in self.names())
        self.assertEqual("/?q=site%3Dber", self.address())

    def test_digits_sort_while_the_table_has_the_focus_only(self):
        self.open()
        self.press("3")
        self.assertEqual("/", self.address())
        BROWSER.run("document.querySelector('.scroll').focus()")
        self.press("3")
        self.wait("sorted by RTT", lambda: self.address() == "/?sort=rtt&order=desc")

    def test_every_stop_shows_where_it_is(self):
        self.open()
        for _ in range(60):
            self.press(Keys.TAB)
            width, style = BROWSER.run(
                "const s = getComputedStyle(document.activeElement);"
                "return [parseFloat(s.outlineWidth), s.outlineStyle]")
            self.assertTrue(width >= 2 or style == "auto", self.focused().get_attribute("outerHTML")[:200])


class ScreenReader(PageTest):
    """The tree that assistive technology gets."""

    def tree(self):
        nodes = BROWSER.driver.execute_cdp_cmd("Accessibility.getFullAXTree", {})["nodes"]
        return [(node["role"]["value"], node.get("name", {}).get("value", ""))
                for node in nodes if "role" in node and not node.get("ignored")]

    def test_the_list_is_a_table_on_every_device(self):
        for _, device, size in LOOKS[:2]:
            with self.subTest(device=device):
                BROWSER.look("light", size)
                self.open()
                tree = self.tree()
                roles = [role for role, _ in tree]
                # What was probed on request is a table as well.
                self.assertEqual(self.count("table"), roles.count("table"))
                self.assertEqual(self.count("tbody th"), roles.count("rowheader"))
                # A phone is spared the empty ones.
                cells = "td:not(:empty)" if device == "phone" else "td"
                self.assertEqual(self.count(f".targets {cells}, #recent td"),
                                 roles.count("cell") + roles.count("gridcell"))
                heads = [name for role, name in tree if role == "columnheader"]
                self.assertEqual(["Target", "State", "RTT", "Selected suite", "Group", "Weak algorithms",
                                  "Last change"], heads[:7])

    def count(self, css):
        return BROWSER.run("return document.querySelectorAll(arguments[0]).length", css)

    def test_the_audit_is_a_table_on_every_device(self):
        for _, device, size in LOOKS[:2]:
            with self.subTest(device=device):
                BROWSER.look("light", size)
                self.open("/targets/weak")
                tree = self.tree()
                roles = [role for role, _ in tree]
                self.assertIn(("rowheader", "Encryption"), tree)
                self.assertLessEqual(self.count(".cards"), roles.count("table"))
                self.assertLessEqual(self.count(".matrix td, .findings td"),
                                     roles.count("cell") + roles.count("gridcell"))

    def test_landmarks_headings_and_names(self):
        self.open()
        tree = self.tree()
        for role, name in (("banner", ""), ("main", ""), ("contentinfo", ""), ("search", ""),
                           ("navigation", "Pages"), ("navigation", "Show"), ("status", ""),
                           ("searchbox", "Filter"), ("heading", "VPN gateways")):
            self.assertIn((role, name), [(r, n if name else "") for r, n in tree], tree[:40])
        for role, name in tree:
            if role in ("link", "button", "searchbox", "textbox", "combobox", "image", "region"):
                self.assertTrue(name, role)

    def test_pictures_speak(self):
        self.open("/targets/weak")
        pictures = [name for role, name in self.tree() if role in ("image", "img")]
        self.assertEqual(2, len(pictures))
        for name in pictures:
            self.assertRegex(name, r"^RTT of the last \d+ probes?, .*ms to .*ms$")


class Target(PageTest):
    def test_audit_findings_and_exchange(self):
        self.open("/targets/weak")
        self.assertRegex(self.text("#audit .matrix .accepted"), "ENCR_3DES")
        self.assertIn("MUST NOT", self.text("#findings") + "MUST NOT")
        self.assertRegex(self.text("#findings h2"), r"^Audit: \d+ findings against nist$")
        self.assertIn("Cisco IOS XE: ", self.text("#findings"))
        self.assertIn("IKE_SA_INIT", self.text("#exchange"))
        self.assertIn("Responder SPI".lower(), self.text("#exchange").lower())

    def test_nothing_of_aggressive_mode_is_there_in_bytes(self):
        self.open("/targets/legacy")
        text = self.text("#exchange")
        self.assertIn("Aggressive", text)
        self.assertIn("bytes not shown", text)
        self.assertIn("HASH", text)  # that there was one may be said


def main():
    global ARENA, BROWSER
    ARENA = arena.Arena(sys.argv[1])
    try:
        ARENA.start_demo()
        BROWSER = browser.Browser()
        # Two or three probes of each, and the first audits.
        arena.stack.wait_until("the audit of the weak one", lambda: '"audit"' in arena.stack.get(
            ARENA.url("/api/targets/weak")), 60)
        program = unittest.main(argv=[sys.argv[0], *sys.argv[2:]], exit=False, verbosity=2)
        return not program.result.wasSuccessful()
    finally:
        if BROWSER:
            BROWSER.close()
        ARENA.close()


if __name__ == "__main__":
    sys.exit(main())
