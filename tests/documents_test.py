#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright the linnet authors
"""What the documents name exists: files, links, tests; and src/README.md, the map, has every source."""
import pathlib
import re
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent
DOCUMENTS = ('README.md', 'CHANGELOG.md', 'src/README.md', 'src/platform/README.md', 'tests/README.md',
             'bench/README.md', 'fuzz/README.md')
# Where the paths of src/README.md begin.
BASES = ('.', 'include/linnet', 'src', 'src/platform', 'src/resolver', 'src/tls')
SUFFIXES = {'.cpp', '.hpp', '.py', '.md', '.gd', '.js', '.sh'}
LINK = re.compile(r'\]\(([^)#]+)(?:#[^)]*)?\)')
QUOTED = re.compile(r'`([^`\n]+)`')
# A test's name, whole or with its beginning only.
TEST = re.compile(r'([a-z][a-z0-9]*(?:_[a-z0-9]+){2,})(…?)')


def text_of(path):
    return (ROOT / path).read_text(encoding='utf-8')


def files_below(folder):
    return [path for path in sorted((ROOT / folder).rglob('*')) if path.suffix in SUFFIXES]


def broken_links(document, text):
    folder = (ROOT / document).parent
    prose = re.sub(r'^```.*?^```', '', text, flags=re.M | re.S)
    return [link for link in LINK.findall(prose)
            if '://' not in link and not (folder / link).exists()]


def unknown_tests(text, names):
    """The tests that the tables of `text` name, and of which `names` has none."""
    rows = '\n'.join(line for line in text.split('\n') if line.startswith('|'))
    found = (TEST.fullmatch(each) for each in QUOTED.findall(rows))
    return [match[0] for match in found
            if match and not any(name.startswith(match[1]) if match[2] else name == match[1] for name in names)]


def test_names():
    names = {path.stem for path in files_below('tests')}
    for path in files_below('tests'):
        names.update(re.findall(r'(?:TEST|TEST_F|TEST_P)\(\s*\w+,\s*(\w+)\)', path.read_text(encoding='utf-8')))
    return names


def missing_in_map(text, paths):
    return [path for path in paths
            if not re.search(rf'\b{re.escape(pathlib.PurePath(path).stem)}\b', text)]


def unknown_files(text):
    """The paths of sources in `text` that do not exist."""
    paths = [each for each in QUOTED.findall(text) if re.fullmatch(r'[\w/*.-]+/[\w*.]+\.[ch]pp', each)]
    return [path for path in paths
            if not any(list((ROOT / base).glob(path)) for base in BASES)]


class Documents(unittest.TestCase):
    def test_links_lead_to_files(self):
        for document in DOCUMENTS:
            self.assertEqual(broken_links(document, text_of(document)), [], document)
        self.assertEqual(broken_links('src/README.md', '[a](../README.md) [b](nowhere.md)'), ['nowhere.md'])

    def test_the_tests_that_hold_a_guarantee_exist(self):
        self.assertEqual(unknown_tests(text_of('README.md'), test_names()), [])
        row = '| a | `b_c_test`: `does_this_and…`, `does_that_and_more` |'
        self.assertEqual(unknown_tests(row, {'b_c_test', 'does_this_and_that'}), ['does_that_and_more'])

    def test_the_map_has_every_source_and_no_other(self):
        sources = [path.relative_to(ROOT).as_posix() for path in files_below('src')
                   if path.suffix in ('.cpp', '.hpp')]
        self.assertTrue(sources)
        self.assertEqual(missing_in_map(text_of('src/README.md'), sources), [])
        self.assertEqual(unknown_files(text_of('src/README.md')), [])
        self.assertEqual(missing_in_map('`alpha.cpp`, `gamma_x.cpp`', ['src/alpha.cpp', 'src/gamma.cpp']),
                         ['src/gamma.cpp'])
        self.assertEqual(unknown_files('`codec/mask.cpp`, `codec/no.cpp`'), ['codec/no.cpp'])


if __name__ == '__main__':
    unittest.main()
