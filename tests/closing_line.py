#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright the linnet authors
"""Counts the single tests of a Meson run from its logs, and prints the reasons of skipped tests; the last line
is "N passed, N failed, N skipped"."""
import collections
import pathlib
import sys
import xml.etree.ElementTree as ElementTree


def main(logs):
    passed = failed = 0
    skipped = collections.defaultdict(list)
    for case in ElementTree.parse(logs / 'testlog.junit.xml').getroot().iter('testcase'):
        skip = case.find('skipped')
        if case.find('failure') is not None or case.find('error') is not None:
            failed += 1
        elif skip is not None:
            # Its location, the reason, and the part of the test.
            message = (skip.get('message') or '').split('Google Test trace:')[0].strip()
            reason = message.splitlines()[-1] if message else 'no reason given'
            skipped[reason].append(case.get('name'))
        else:
            passed += 1
    for reason, names in skipped.items():
        print(f'skipped {len(names)} ({names[0]}{", ..." if len(names) > 1 else ""}): {reason}')
    print(f'{passed} passed, {failed} failed, {sum(map(len, skipped.values()))} skipped')


if __name__ == '__main__':
    main(pathlib.Path(sys.argv[1]))
