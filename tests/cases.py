#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright the linnet authors
"""Compares the documentation of the tests with the tests. Prints each violation as file:line and what to do.

- README.md has a table of cases. Every number appears once; every test that it names exists and has the
  number in the comment above it, "// Case 1, 2: the bug" (in Python "# Case ..."); every such comment is
  in the table. A case without a test says "not handled yet". A test of a .py file is named without "test_".
  UPDATE=1 in the environment rewrites the tests of each case from the comments.
- calls_by_state.md has a row for every public function of the documented classes.
"""
import os
import pathlib
import re
import sys

TESTS = pathlib.Path(__file__).resolve().parent
ROOT = TESTS.parent
CASE_COUNT = 70
NOT_SERVED = 'not handled yet'  # in place of tests: linnet does not support this
HEADERS = ('packet_peer', 'networked_multiplayer_peer', 'websocket_peer', 'websocket_client')
# Class -> the objects whose functions are in the table; default: client.
OBJECTS = {'PacketPeer': ('client', 'peer'), 'WebSocketPeer': ('peer',)}

TEST = re.compile(r'TEST(?:_F|_P)?\((\w+), (\w+)\)')
PYTHON_TEST = re.compile(r' *def test_(\w+)\(')
ROW = re.compile(r'^\| (\d+) \| .+ \| (.*) \|$', re.M)
COMMENT = re.compile(r' *(?://|#) Case (\d+(?:, \d+)*): \S')

violations = []


def report(path, line, what):
    violations.append(f'{path.relative_to(ROOT)}:{line}: {what}')


# ---- cases -----------------------------------------------------------------------------------

def marked_tests():
    """(file name, Suite.name) -> (path, line, numbers in the comment above it)."""
    tests = {}
    for path in sorted([*TESTS.rglob('*_test.cpp'), *TESTS.rglob('*_test.py')]):
        begin = TEST if path.suffix == '.cpp' else PYTHON_TEST
        lines = path.read_text().split('\n')
        for number, line in enumerate(lines, 1):
            if test := begin.match(line):
                comment = COMMENT.match(lines[number - 2])
                cases = {int(case) for case in comment[1].split(', ')} if comment else set()
                tests[path.name, '.'.join(test.groups())] = path, number, cases
            elif re.search(r'(//|#).*\bCase \d', line):
                if not COMMENT.match(line) or not begin.match(lines[number]):
                    report(path, number, 'write "// Case 1, 2: the bug" directly above a test')
    return tests


def tests_in(cell):
    """(file name, Suite.name) of each test in a cell of the table."""
    file = None
    for word in re.findall(r'`([^`]+)`', cell):
        if word.endswith(('.cpp', '.py')):
            file = word
        else:
            yield file, word


def with_tests(text, marked):
    """Returns `text` with the marked tests, (file name, Suite.name) -> cases, in its table. Tests already in the
    table keep their order; a case without a test keeps its text."""
    def rewritten(row):
        tests = [test for test in tests_in(row[2]) if int(row[1]) in marked.get(test, ())]
        tests += sorted(test for test, cases in marked.items() if int(row[1]) in cases and test not in tests)
        files = {}
        for file, name in tests:
            files.setdefault(file, []).append(f'`{name}`')
        cell = '; '.join(f'`{file}`: {", ".join(names)}' for file, names in files.items())
        begin = row.start(2) - row.start()
        return f'{row[0][:begin]}{cell or row[2]} |'
    return re.sub(ROW.pattern, rewritten, text, flags=re.M)


def listed_cases(readme):
    """(number, file name, Suite.name) -> line, from the table; and the cases not handled."""
    listed = {}
    not_served = set()
    numbers = []
    for line_number, line in enumerate(readme.read_text().split('\n'), 1):
        row = ROW.fullmatch(line)
        if not row:
            continue
        numbers.append(int(row[1]))
        if row[2].startswith(NOT_SERVED):
            not_served.add(int(row[1]))
            continue
        listed |= {(int(row[1]), *test): line_number for test in tests_in(row[2])}
    if numbers != list(range(1, CASE_COUNT + 1)):
        report(readme, 1, f'list each case from 1 to {CASE_COUNT} once, in order')
    return listed, not_served


def check_cases():
    readme = TESTS / 'README.md'
    tests = marked_tests()
    if os.environ.get('UPDATE') == '1':
        marked = {test: cases for test, (_, _, cases) in tests.items()}
        readme.write_text(with_tests(readme.read_text(), marked))
    listed, not_served = listed_cases(readme)
    for (case, file, name), line in listed.items():
        if (file, name) not in tests:
            report(readme, line, f'case {case}: {file} has no test {name}')
        elif case not in tests[file, name][2]:
            report(*tests[file, name][:2], f'{name}: the table lists it for case {case}, its comment does not')
    for case in set(range(1, CASE_COUNT + 1)) - {case for case, _, _ in listed} - not_served:
        report(readme, 1, f'case {case}: name a test, or write "{NOT_SERVED}"')
    for (file, name), (path, line, cases) in tests.items():
        for case in cases:
            if (case, file, name) not in listed:
                report(path, line, f'{name}: its comment has case {case}, the table in README.md does not')


# ---- calls -----------------------------------------------------------------------------------

def classes_in(text):
    """Yields each class and the text between its braces."""
    for match in re.finditer(r'\bclass (\w+)(?: final)?(?: : [^;{]*)?\s*\{', text):
        depth, end = 1, match.end()
        while depth > 0:
            depth += {'{': 1, '}': -1}.get(text[end], 0)
            end += 1
        yield match[1], text[match.end():end - 1]


def public_functions(name, body):
    while re.search(r'\{[^{}]*\}', body):  # removes bodies of functions and enumerations
        body = re.sub(r'\{[^{}]*\}', ';', body)
    access = 'private'
    for statement in re.split(r';|(public:|protected:|private:)', body):
        statement = (statement or '').strip()
        if statement.endswith(':'):
            access = statement[:-1]
            continue
        function = re.search(r'(~?\w+)\(', statement)
        if access != 'public' or not function or 'operator' in statement:
            continue
        if function[1] != name:  # a constructor is called in no state
            yield function[1]


def check_calls():
    table = TESTS / 'calls_by_state.md'
    rows = set(re.findall(r'^\| `(\w+\.~?\w+)\(', table.read_text(), re.M))
    functions = set()
    for header in HEADERS:
        path = ROOT / 'include' / 'linnet' / f'{header}.hpp'
        text = re.sub(r'//[^\n]*', '', path.read_text())
        for name, body in classes_in(text):
            for function in public_functions(name, body):
                functions |= {f'{each}.{function}' for each in OBJECTS.get(name, ('client',))}
    for function in sorted(functions - rows):
        report(table, 1, f'{function}: give it a row in calls_by_state_test.cpp')
    for row in sorted(rows - functions):
        report(table, 1, f'{row}: no header has such a function')
    return functions


def main():
    check_cases()
    functions = check_calls()
    for each in violations:
        print(each)
    if not violations:
        print(f'{CASE_COUNT} cases and {len(functions)} functions match the documentation')
    return 1 if violations else 0


if __name__ == '__main__':
    sys.exit(main())
