#!/usr/bin/env python3
"""What tests/style objects to, in a repository of its own."""
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent
NOBODY = {"GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@example.invalid", "GIT_COMMITTER_NAME": "a",
          "GIT_COMMITTER_EMAIL": "a@example.invalid", "GIT_CONFIG_GLOBAL": os.devnull}
GOOD = "int Double(int value) { return 2 * value; }\n"
DIVISION = "double Half(int value) { return value / 2; }\n"  # bugprone-integer-division


class Style(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.tree = pathlib.Path(folder.name)
        for name in (".clang-format", ".clang-tidy", "tests/style"):
            (self.tree / name).parent.mkdir(exist_ok=True)
            shutil.copy(ROOT / name, self.tree / name)
        (self.tree / "exporter").mkdir()
        (self.tree / "compile_commands.json").write_text(json.dumps(
            [{"directory": str(self.tree), "file": f"exporter/{name}.cc", "command": f"c++ -c exporter/{name}.cc"}
             for name in ("new", "old", "other")]))
        self.git("init", "-q", "-b", "main")
        self.commit("exporter/install_packages", "# shellcheck shell=bash\n")
        self.commit("exporter/old.cc", DIVISION)

    def git(self, *command):
        subprocess.run(["git", *command], cwd=self.tree, env={**os.environ, **NOBODY}, check=True)

    def commit(self, name, text):
        (self.tree / name).write_text(text)
        self.git("add", "-A")
        self.git("commit", "-q", "-m", name)

    def style(self, *arguments, **environment):
        done = subprocess.run([self.tree / "tests/style", *arguments], capture_output=True, text=True,
                              env={**os.environ, **environment})
        return done.returncode, done.stdout + done.stderr

    def test_format(self):
        self.commit("exporter/new.cc", GOOD)
        self.assertEqual(0, self.style("format")[0])
        self.commit("exporter/new.h", GOOD.replace(" { ", "{"))
        code, said = self.style("format")
        self.assertNotEqual(0, code)
        self.assertIn("exporter/new.h:1", said)

    def test_shell_scripts_by_their_first_line(self):
        fault = "echo $1\n"
        self.commit("exporter/text.py", f"#!/usr/bin/env python3\nSCRIPT = '''\n#!/bin/sh\n{fault}'''\n")
        self.assertEqual((0, ""), self.style("shell"))
        for name, first in (("command", "#!/usr/bin/env bash"), ("postinst", "#!/bin/sh"), ("sourced", "# shellcheck shell=sh")):
            self.commit(f"exporter/{name}", f"{first}\n{fault}")
            code, said = self.style("shell")
            self.assertNotEqual(0, code)
            self.assertIn(f"In exporter/{name} line 2", said)

    def test_tidy_looks_at_what_a_branch_changed(self):
        self.commit("exporter/other.cc", GOOD)
        self.git("checkout", "-q", "-b", "branch")
        self.assertEqual(0, self.style("tidy", self.tree)[0])
        self.commit("exporter/new.cc", DIVISION)
        code, said = self.style("tidy", self.tree)
        self.assertNotEqual(0, code)
        self.assertIn("bugprone-integer-division", said)
        self.assertEqual((False, True), ("old.cc" in said, "new.cc" in said))
        self.assertIn("old.cc", self.style("tidy", self.tree, "--all")[1])

    def test_tidy_takes_the_source_of_a_changed_header_and_no_more_than_it_may(self):
        self.commit("exporter/old.h", GOOD)
        code, said = self.style("tidy", self.tree)
        self.assertNotEqual(0, code)
        self.assertIn("old.cc", said)
        self.assertIn("1 more files changed", self.style("tidy", self.tree, STYLE_FILES="0")[1])

    def test_without_a_repository_it_is_skipped(self):
        shutil.rmtree(self.tree / ".git")
        self.assertEqual((77, "skipped: this is no git repository\n"), self.style("shell"))


if __name__ == "__main__":
    unittest.main()
