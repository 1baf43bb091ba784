#!/usr/bin/env python3
"""The state file when the disk is full or read-only, and when the exporter is killed while it writes.

  test_state.py BUILD [--kills 10] [TEST...]
"""
import os
import random
import sys
import time
import unittest

sys.dont_write_bytecode = True

import arena  # noqa: E402
from arena import run  # noqa: E402
import state  # noqa: E402

AUDITED = 1000  # rows of the file, a write of some tens of milliseconds
FAILING = 300   # targets whose audits end at once, so that there is always something to write
SETTINGS = """
[metrics]
detail = "basic"
[probe]
audit_interval = "1h"
ike_versions = [2]
interval = "2s"
timeout = "1s"
[modules.quiet]
audit_interval = "0s"
"""
KILLS = 10


class StateFile(unittest.TestCase):
    def setUp(self):
        self.arena = arena.Arena(BUILD)
        self.addCleanup(self.arena.close)
        self.exporter = self.arena.exporter
        self.folder = self.exporter.state
        self.hosts = {f"audited-{n}": f"127.1.{n // 250}.{n % 250 + 1}" for n in range(AUDITED)}
        names = "".join(f'[[target]]\nname = "failing-{n}"\nhost = "failing-{n}.invalid"\n'
                        for n in range(FAILING))
        kept = "".join(f'[[target]]\nname = "{name}"\nhost = "{host}"\nmodule = "quiet"\n'
                       for name, host in self.hosts.items())
        self.exporter.write(SETTINGS + names + kept)
        # A name server that is not there refuses at once.
        resolver = os.path.join(self.arena.folder, "resolv.conf")
        with open(resolver, "w", encoding="ascii") as file:
            file.write("nameserver 127.9.9.99\n")
        run("mount", "--bind", resolver, "/etc/resolv.conf")
        self.addCleanup(run, "umount", "/etc/resolv.conf")

    def on_tmpfs(self, size):
        run("mount", "-t", "tmpfs", "-o", f"size={size},mode=0700,uid={arena.owner()},"
            f"gid={arena.owner()}", "tmpfs", self.folder)
        self.addCleanup(run, "umount", self.folder)

    def write_state(self):
        state.write(self.folder, self.hosts, arena.owner())

    def saved(self, newer_than):
        path = os.path.join(self.folder, "audits.json")
        return os.path.getmtime(path) > newer_than

    def test_disk_full(self):
        """Room for one file, not for two: it is said once, probing goes on, the old file stays; with
        room again it is written."""
        self.on_tmpfs("1300k")
        self.write_state()
        begun = time.time()
        self.exporter.begin()
        arena.wait_for("the complaint", lambda: "audits not saved" in self.exporter.said(), 60)
        self.assertIn("No space left on device", self.exporter.said())
        self.assertEqual(AUDITED, state.audits(self.folder))
        self.assertEqual(["audits.json", "probes.json"], sorted(os.listdir(self.folder)))
        self.assertEqual(200, arena.get("/-/healthy")[0])
        run("mount", "-o", "remount,size=32m", self.folder)
        arena.wait_for("the next write", lambda: self.saved(begun), 60)
        self.assertEqual(0, self.exporter.stop())
        self.assertNotIn("storage.path", self.exporter.said())
        self.assertEqual(1, self.exporter.said().count("audits not saved"))
        self.assertGreaterEqual(state.audits(self.folder), AUDITED)

    def test_read_only(self):
        self.on_tmpfs("32m")
        self.write_state()
        run("mount", "-o", "remount,ro", self.folder)
        self.exporter.begin()
        self.check_warning("Read-only file system")
        arena.wait_for("the complaint", lambda: "audits not saved" in self.exporter.said(), 60)
        self.assertEqual(AUDITED, len(arena.Page().by_target("ike_weak_algorithms", "audited-")))
        self.assertEqual(0, self.exporter.stop())
        self.assertEqual(AUDITED, state.audits(self.folder))

    def check_warning(self, reason):
        """Said by the time it is ready: where, why, and what follows from it."""
        warnings = [line for line in self.exporter.said().splitlines() if "storage.path" in line]
        self.assertEqual(1, len(warnings))
        for part in ("level=warn", f"path={self.folder}", reason, "a restart forgets the audits"):
            self.assertIn(part, warnings[0])

    def test_folder_of_somebody_else(self):
        os.chmod(self.folder, 0o555)
        self.exporter.begin()
        self.check_warning("Permission denied")

    def test_kill_while_writing(self):
        draw = random.Random(1)
        unfinished = 0
        for turn in range(KILLS):
            if turn % 20 == 0:
                self.write_state()  # else all the failing ones have failed within this hour
            self.exporter.begin()
            self.wait_for_write()
            time.sleep(draw.uniform(0, 0.06))
            self.exporter.kill()
            unfinished += os.path.exists(os.path.join(self.folder, "audits.json.new"))
            self.assertGreaterEqual(state.audits(self.folder), AUDITED, turn)
        self.assertNotIn("damaged", self.exporter.said())
        self.assertGreater(unfinished, KILLS // 10, "too few kills met a write")
        print(f"{KILLS} kills, {unfinished} of them with a file half written; {AUDITED} audits intact")
        self.exporter.begin()
        self.assertEqual(AUDITED, len(arena.Page().by_target("ike_weak_algorithms", "audited-")))
        self.wait_for_write()
        self.assertEqual(0, self.exporter.stop())
        self.assertEqual(["audits.json", "probes.json"], sorted(os.listdir(self.folder)))

    def wait_for_write(self):
        """Until a write has begun; without a pause, since one is over in milliseconds, and on a busy machine sometimes
        before it is seen."""
        path = os.path.join(self.folder, "audits.json.new")
        if os.path.exists(path):
            os.remove(path)
        end = time.monotonic() + 40
        before = os.stat(os.path.join(self.folder, "audits.json")).st_ino
        while not os.path.exists(path) and os.stat(os.path.join(self.folder, "audits.json")).st_ino == before:
            self.assertLess(time.monotonic(), end, "no write began")


if __name__ == "__main__":
    arena.enter()
    if "--kills" in sys.argv:
        at = sys.argv.index("--kills")
        KILLS = int(sys.argv[at + 1])
        del sys.argv[at:at + 2]
    BUILD = sys.argv.pop(1)
    unittest.main()
