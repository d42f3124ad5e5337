#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright the linnet authors
"""Tests ./dev and .ci/run with fake programs: the commands they run, and what they print."""
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent

# Each fake logs its arguments. Meson creates a folder; a dry run of ninja prints its actions, and a
# real run takes some time.
PRETENDED = {
    'dpkg-query': 'echo "install ok installed"',
    'clang-format': '''
        [ "$1" != --version ] || { echo "Debian clang-format version $PRETENDED_VERSION.0.6"; exit; }
        shift
        sed -i s/crooked/straight/ "$@"''',
    'clang-tidy': '''
        [ "$1" != --version ] || { echo "  Debian LLVM version $PRETENDED_VERSION.0.6"; exit; }
        for file; do :; done
        if grep -q crooked "$file"; then echo "$file:1: error: crooked"; exit 1; fi''',
    'meson': 'echo "meson $*" >>calls; if [ "$1" = setup ]; then mkdir -p "$2"; touch "$2/build.ninja"; fi',
    'ninja': '''
        echo "ninja $*" >>calls
        case " $* " in
            *" build.ninja "*) ;;
            *" -n "*) for file in a b c; do echo "[1/4] Compiling C++ object $file"; done ;;
            *)
                echo "[1/4] Compiling C++ object a"
                sleep "$PRETENDED_SECONDS"
                echo "[2/4] Compiling C++ object b"
                mkdir -p build/main/src/cli build/fuzz/fuzz
                for program in build/main/src/cli/linnet-demo build/fuzz/fuzz/fuzz_frame; do
                    printf '#!/bin/sh\\necho "it runs"\\n' >$program
                    chmod +x $program
                done
                exit "$PRETENDED_STATUS"
                ;;
        esac''',
}


def pretend(folder, programs):
    for name, text in programs.items():
        (folder / name).write_text(f'#!/usr/bin/env bash\n{text}\n')
        (folder / name).chmod(0o755)


class Dev(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix='linnet-dev-'))
        self.addCleanup(shutil.rmtree, self.folder)
        shutil.copy(ROOT / 'dev', self.folder)
        shutil.copytree(ROOT / '.ci', self.folder / '.ci')
        programs = self.folder / 'programs'
        programs.mkdir()
        pretend(programs, PRETENDED)
        self.environment = {**os.environ, 'PATH': f'{programs}:{os.environ["PATH"]}',
                            'PRETENDED_SECONDS': '0', 'PRETENDED_STATUS': '0',
                            'PRETENDED_VERSION': '14'}

    def start(self, *arguments, **settings):
        return subprocess.Popen([self.folder / 'dev', *arguments], text=True, stdout=subprocess.PIPE,
                                stderr=subprocess.STDOUT, env={**self.environment, **settings})

    def run_dev(self, *arguments, status=0, **settings):
        process = self.start(*arguments, **settings)
        output = process.communicate(timeout=60)[0]
        self.assertEqual(process.returncode, status, output)
        return output

    def calls(self):
        path = self.folder / 'calls'
        return path.read_text().splitlines() if path.exists() else []

    def make_sources(self, **files):
        """One source in each folder; the build compiles those of src, the last of them twice."""
        (self.folder / '.clang-format').touch()
        for folder in ('include', 'src', 'tests', 'bench', 'fuzz'):
            (self.folder / folder).mkdir()
            (self.folder / folder / 'a.hpp').write_text('straight\n')
        for name, text in files.items():
            (self.folder / 'src' / f'{name}.cpp').write_text(text)
        compiled = [{'directory': str(self.folder / 'build' / 'tidy'), 'file': f'../../src/{name}.cpp'}
                    for name in [*files, *list(files)[-1:]]]
        (self.folder / 'build' / 'tidy').mkdir(parents=True)
        (self.folder / 'build' / 'tidy' / 'compile_commands.json').write_text(json.dumps(compiled))

    def test_unformatted_files_are_named_and_left_unchanged(self):
        self.make_sources(a='straight\n', b='crooked\n')
        output = self.run_dev('format', '--check', status=1)
        self.assertIn('\nsrc/b.cpp\n', output)
        self.assertNotIn('src/a.cpp', output)
        self.assertEqual((self.folder / 'src' / 'b.cpp').read_text(), 'crooked\n')
        self.run_dev('format')
        self.assertEqual((self.folder / 'src' / 'b.cpp').read_text(), 'straight\n')
        self.run_dev('format', '--check')
        for words in (('format', '--chek'), ('states', 'extra'), ('demo', '--quiet')):
            self.assertIn('./dev format', self.run_dev(*words, status=2))

    def test_clang_tidy_checks_every_source_once_and_fails_for_one(self):
        self.make_sources(a='straight\n', b='crooked\n', c='straight\n')
        output = self.run_dev('tidy', status=1)
        for line in ('checked src/a.cpp', 'failed src/b.cpp', 'src/b.cpp:1: error: crooked', 'checked src/c.cpp'):
            self.assertEqual(output.count(line), 1, output)
        self.assertNotIn('src/b.cpp', self.run_dev('tidy', 'src/a.cpp'))
        self.assertIn('src/nosuch.cpp: not a source', self.run_dev('tidy', 'src/nosuch.cpp', status=2))

    def test_both_are_a_variant_of_the_tests(self):
        self.make_sources(a='crooked\n')
        output = self.run_dev('test', 'tidy', status=1)
        self.assertIn('\nsrc/a.cpp\n', output)
        self.assertIn('failed src/a.cpp', output)
        (self.folder / 'src' / 'a.cpp').write_text('straight\n')
        self.run_dev('test', 'tidy')

    def test_with_another_version_of_clang_nothing_is_done_and_both_versions_are_named(self):
        self.make_sources(a='crooked\n')
        for command in (('format',), ('format', '--check'), ('tidy',), ('test', 'tidy')):
            output = self.run_dev(*command, PRETENDED_VERSION='19')
            self.assertRegex(output, 'skipped: this is clang-[a-z]+ 19, .* clang-[a-z]+ 14')
        self.assertEqual((self.folder / 'src' / 'a.cpp').read_text(), 'crooked\n')

    def test_help_succeeds_and_an_unknown_command_fails(self):
        for argument in ('--help', '-h', 'help'):
            self.assertIn('./dev demo', self.run_dev(argument))
        self.assertIn('./dev demo', self.run_dev('nosuch', status=2))

    def test_help_does_nothing_else_for_any_command(self):
        for command in ('demo', 'test', 'fuzz', 'bench', 'soak', 'format', 'tidy'):
            self.assertIn('./dev demo', self.run_dev(command, '--help'))
        self.assertEqual(self.calls(), [])

    def test_the_demo_builds_the_command_too(self):
        self.assertIn('it runs', self.run_dev('demo'))
        self.assertIn('ninja -C build/main src/cli/linnet-demo src/cli/linnet', self.calls())

    def test_warnings_are_errors(self):
        self.run_dev('demo')
        setups = [call for call in self.calls() if call.startswith('meson')]
        self.assertEqual(setups, ['meson setup build/main -Dwerror=true -Dtests=false -Dunity=on -Dunity_size=8'])

    def test_compiling_is_announced_before_it_begins(self):
        process = self.start('demo', PRETENDED_SECONDS='2')
        begin = time.monotonic()
        lines = [process.stdout.readline().strip() for _ in range(2)]
        elapsed = time.monotonic() - begin
        process.communicate(timeout=60)
        self.assertEqual(lines, ['configuring build/main',
                                 'compiling 3 files; log: build/main/compile.log'])
        self.assertLess(elapsed, 1.9, 'before the compiler ends')

    def test_progress_is_printed_every_ten_seconds(self):
        output = self.run_dev('demo', PRETENDED_SECONDS='12')
        self.assertIn('\n[1/4] Compiling C++ object a\n', output)

    def test_compiler_errors_are_shown(self):
        output = self.run_dev('demo', status=1, PRETENDED_STATUS='1')
        self.assertIn('[2/4] Compiling C++ object b', output)
        self.assertNotIn('it runs', output)

    def test_an_unknown_fuzz_target_is_refused_before_anything_is_built(self):
        self.assertIn('no such target: nosuch', self.run_dev('fuzz', 'nosuch', status=2))
        self.assertEqual(self.calls(), [])

    def test_one_fuzz_target_is_built_alone(self):
        self.assertIn('it runs', self.run_dev('fuzz', 'frame', '1'))
        self.assertIn('ninja -C build/fuzz fuzz/fuzz_frame', self.calls())

    def test_the_fuzz_targets_match_the_sources(self):
        output = self.run_dev('fuzz', 'nosuch', status=2)
        named = output[output.index('known: ') + len('known: '):output.index(')')].split()
        corpora = sorted(path.name for path in (ROOT / 'fuzz' / 'corpus').iterdir())
        self.assertEqual(named, corpora)

    def test_an_unknown_stage_is_refused_before_anything_is_built(self):
        self.assertIn('./dev demo', self.run_dev('test', 'nosuch', status=2))
        self.assertEqual(self.calls(), [])

    def test_an_unknown_suite_of_debian_is_refused(self):
        self.assertIn('no such suite: nosuch', self.run_dev('fresh', 'nosuch', status=2))

    def test_a_package_that_the_system_does_not_have_is_named(self):
        pretend(self.folder / 'programs', {
            'dpkg-query': 'exit 1', 'id': 'echo 0', 'apt-get': 'echo "apt-get $*" >>calls',
            'apt-cache': 'if [ "$2" = ninja-build ]; then echo "  Candidate: (none)"; '
                         'else echo "  Candidate: 1.0"; fi'})
        output = self.run_dev('demo', status=1)
        self.assertIn('not a package of this system: ninja-build\n', output)
        self.assertEqual(self.calls(), ['apt-get update -q'])


# Prints its arguments; one stage fails, and each test stage ends like the test runner.
PRETENDED_DEV = '''
    echo "$*" >>calls
    [ "$*" != "test --further" ] || { echo "one two"; exit 0; }
    [ "$1" = demo ] || echo "5 passed, 0 failed, 1 skipped"
    [ "$*" != "test sanitize" ] || exit 3
'''


class Run(unittest.TestCase):
    """Tests .ci/run with a fake ./dev."""

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix='linnet-run-'))
        self.addCleanup(shutil.rmtree, self.folder)
        (self.folder / '.ci').mkdir()
        shutil.copy(ROOT / '.ci' / 'run', self.folder / '.ci')
        pretend(self.folder, {'dev': PRETENDED_DEV})

    def run_stages(self, *arguments):
        done = subprocess.run([self.folder / '.ci' / 'run', *arguments], text=True, stdout=subprocess.PIPE)
        return done, (self.folder / 'calls').read_text().splitlines()

    def test_every_stage_runs_even_if_one_fails(self):
        done, calls = self.run_stages()
        self.assertEqual(calls, ['demo', 'test sanitize', 'test', 'test --further', 'test one', 'test two'])
        self.assertEqual(done.returncode, 1)

    def test_the_core_stops_before_the_further_stages(self):
        self.assertEqual(self.run_stages('core')[1], ['demo', 'test sanitize', 'test'])

    def test_a_table_at_the_end_has_seconds_and_counts(self):
        table = self.run_stages()[0].stdout.split('\n\n')[-1]
        for row in (r'\./dev demo +passed +\d+ s *\n',
                    r'\./dev test sanitize +FAILED +\d+ s +5 passed, 0 failed, 1 skipped\n',
                    r'core +\d+ s\n', r'\./dev test two +passed +\d+ s +5 passed', r'whole +\d+ s\n'):
            self.assertRegex(table, row)


if __name__ == '__main__':
    unittest.main()
