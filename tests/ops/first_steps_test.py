#!/usr/bin/python3
"""The commands that come first, on machines that lack something: what one of them has built stays built for the
next, the lists of packages are complete, and nothing waits long for a network that is not there."""
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests/lab"))

import libreswan  # noqa: E402


def program(folder, name, text):
    path = pathlib.Path(folder) / name
    path.write_text(text)
    path.chmod(0o755)
    return path


class InFolder(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.environment = {**os.environ, "PATH": f"{self.folder}:{os.environ['PATH']}"}

    def run_here(self, *command, **options):
        return subprocess.run([str(c) for c in command], env=self.environment, capture_output=True, text=True, **options)


class BuildTree(InFolder):
    def configure(self, *more):
        tree = self.folder / "tree"
        done = self.run_here("cmake", "-S", ROOT, "-B", tree, "-G", "Ninja", "-DIKE_BUILD_TESTS=OFF", *more)
        self.assertEqual(done.returncode, 0, done.stderr)
        commands = self.run_here("ninja", "-C", tree, "-t", "commands").stdout.splitlines()
        return [command for command in commands if re.search(r" -c \S+\.cc$", command)]

    def test_a_ccache_that_comes_later_changes_no_command(self):
        program(self.folder, "ccache", "#!/bin/sh\nexec \"$@\"\n")
        before = self.configure("-DCCACHE=CCACHE-NOTFOUND")  # as a tree remembers it
        self.assertNotIn("/ccache", before[0])
        self.assertEqual(before, self.configure())

    def test_a_new_tree_takes_it(self):
        wanted = program(self.folder, "ccache", "#!/bin/sh\nexec \"$@\"\n")
        self.assertIn(str(wanted), self.configure()[0])


def installed_packages():
    """Package -> the packages that it depends on."""
    shown = subprocess.run(["dpkg-query", "-W", "-f", "${Package}\t${Essential}\t${Pre-Depends}, ${Depends}\n"],
                           check=True, capture_output=True, text=True).stdout
    rows = [line.split("\t") for line in shown.splitlines()]
    essential = {name for name, is_essential, _ in rows if is_essential == "yes"}
    return essential, {name: set(re.findall(r"[a-z0-9][a-z0-9+.-]+", re.sub(r"\([^)]*\)|:[a-z]+", "", needs)))
                       for name, _, needs in rows}


def closure(names):
    essential, needs = installed_packages()
    found, waiting = set(), set(names) | essential
    while waiting:
        name = waiting.pop()
        found.add(name)
        waiting |= needs.get(name, set()) - found
    return found


class Packages(unittest.TestCase):
    def test_what_cpack_runs_is_in_the_list(self):
        """CPackDeb names the programs that it needs itself."""
        shown = subprocess.run(["cmake", "--system-information"], capture_output=True, text=True, check=True).stdout
        modules = re.search(r'^CMAKE_ROOT "(.*)"$', shown, re.M)[1]
        module = pathlib.Path(modules, "Modules/Internal/CPack/CPackDeb.cmake").read_text()
        programs = re.findall(r"find_program\(\w+\s+(?:NAMES\s+)?\"?([a-z][a-z-]+)", module)
        self.assertIn("dpkg-shlibdeps", programs)
        listed = [line.split()[0] for line in (ROOT / "exporter/packages.txt").read_text().splitlines()]
        there = closure(listed)
        for name in {*programs, "gzip"} - {"fakeroot"}:  # older than CPack's own archives
            path = subprocess.run(["which", name], capture_output=True, text=True, check=True).stdout.strip()
            owner = subprocess.run(["dpkg", "-S", f"*bin/{name}"], capture_output=True, text=True, check=True).stdout
            self.assertIn(owner.split(":")[0], there, f"{path} is of no package that exporter/packages.txt brings")


class Kernel(InFolder):
    def test_without_the_file_libreswan_gets_its_shim(self):
        self.assertFalse(libreswan.frames_in_kernel(self.folder / "absent"))
        for text, known in (("espintcp mptcp tls", True), ("mptcp tls", False), ("", False)):
            (self.folder / "ulp").write_text(text)
            self.assertEqual(libreswan.frames_in_kernel(self.folder / "ulp"), known, text)


class Modules(InFolder):
    def fetch(self, npm, seconds):
        program(self.folder, "npm", f"#!/bin/sh\n{npm}\n")
        wanted = self.folder / "wanted"
        wanted.mkdir()
        (wanted / "package.json").write_text("{}")
        self.environment["FETCH_SECONDS"] = str(seconds)
        began = time.monotonic()
        done = self.run_here(ROOT / "tests/fetch_modules", wanted, timeout=60)
        self.assertEqual(done.returncode, 0)
        return done.stderr, time.monotonic() - began

    def test_a_network_that_never_answers_is_not_waited_for(self):
        said, took = self.fetch("exec sleep 120", 1)
        self.assertLess(took, 30)
        self.assertIn("took longer than 1 s; the tests that need it are skipped", said)

    def test_a_failure_is_said(self):
        said, _ = self.fetch("exit 1", 30)
        self.assertIn("npm install failed", said)

    def test_what_is_there_is_not_asked_for_again(self):
        (self.folder / "wanted/node_modules").mkdir(parents=True)
        (self.folder / "wanted/package.json").write_text("{}")
        (self.folder / "wanted/node_modules/.package-lock.json").write_text("{}")
        program(self.folder, "npm", "#!/bin/sh\nexit 1\n")
        self.assertEqual(self.run_here(ROOT / "tests/fetch_modules", self.folder / "wanted").stderr, "")


if __name__ == "__main__":
    unittest.main()
