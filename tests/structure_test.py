#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright the linnet authors
"""Limits the size of classes: their fields, counted here, and their cyclomatic complexity, by pmccabe."""
import collections
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent
FIELDS_MAX = 20
CORE_FIELDS_MAX = 15
COMPLEXITY_MAX = 150

CLASS = re.compile(r'^(?: *)(?:class|struct) (\w+)(?: final)?(?: : [^;{]*)? \{$', re.M)
FIELD = re.compile(r'^[\w:<>,&*\[\] .()-]*\b\w+_(?:\[\w+\])?(?:\{.*\}| = .*)?;')


def classes_in(text):
    """(name, body) of each class, without the bodies of nested classes."""
    for match in CLASS.finditer(text):
        depth, end = 1, match.end()
        while depth > 0:
            depth += {'{': 1, '}': -1}.get(text[end], 0)
            end += 1
        body = text[match.end():end - 1]
        while re.search(r'\{[^{}]*\}', body):
            body = re.sub(r'\{[^{}]*\}', '', body)
        yield match[1], body


def fields_of(body):
    lines = [line.split('//')[0].strip() for line in body.split('\n')]
    statements = re.split(r'(?<=;)', ' '.join(line for line in lines if not line.startswith('#')))
    for statement in statements:
        statement = re.sub(r'\b(public|private|protected):', '', statement).strip()
        is_function = '(' in statement.split('=')[0] or statement.startswith(('using ', 'friend ', 'static '))
        if not is_function and FIELD.match(statement):
            yield statement


def headers():
    for folder in ('include', 'src'):
        yield from sorted((ROOT / folder).rglob('*.hpp'))


def complexities():
    """Class -> sum of the complexities of its functions, as counted by pmccabe."""
    sums = collections.Counter()
    with tempfile.TemporaryDirectory() as folder:
        names = []
        for number, path in enumerate(sorted((ROOT / 'src').rglob('*.cpp'))):
            # pmccabe does not support nested and inline namespaces.
            text = re.sub(r'^namespace linnet::(?:inline )?(\w+) \{', r'namespace linnet_\1 {',
                          path.read_text(), flags=re.M)
            names.append(pathlib.Path(folder) / f'{number}.cpp')
            names[-1].write_text(text)
        lines = subprocess.run(['pmccabe', *names], text=True, capture_output=True).stdout
    for line in lines.splitlines():
        name = line.split(': ')[-1].split('::')
        if len(name) >= 3 and 'anonymous' not in name[-2]:  # linnet::Class::function
            sums['::'.join(name[:-1])] += int(line.split('\t')[0])
    return sums


class Structure(unittest.TestCase):
    def test_no_class_has_too_many_fields(self):
        seen = {}
        for path in headers():
            for name, body in classes_in(path.read_text()):
                if 'private:' in body:
                    seen[name] = len(list(fields_of(body)))
        self.assertGreater(len(seen), 40, 'classes are found')
        self.assertGreater(seen['Session'], 10, 'fields are found')
        large = {name: count for name, count in seen.items() if count > FIELDS_MAX}
        self.assertEqual(large, {})
        self.assertLessEqual(seen['ClientCore'], CORE_FIELDS_MAX)

    def test_the_core_of_a_client_has_no_boolean_state(self):
        text = (ROOT / 'src' / 'client' / 'core.hpp').read_text()
        body = dict(classes_in(text))['ClientCore']
        flags = [field for field in fields_of(body) if re.match(r'(const )?bool\s+\w', field)]
        self.assertEqual(flags, [])

    @unittest.skipUnless(shutil.which('pmccabe'), 'pmccabe is not installed: apt-get install pmccabe')
    def test_no_class_has_too_many_branches(self):
        sums = complexities()
        self.assertGreater(max(sums.values()), 30, 'functions are found')
        large = {name: count for name, count in sums.items() if count > COMPLEXITY_MAX}
        self.assertEqual(large, {})


if __name__ == '__main__':
    sys.exit(unittest.main(verbosity=2))
