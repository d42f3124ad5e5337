#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright the linnet authors
"""Says how many single tests a run of Meson had, from its logs; the last line is
"N passed, N failed, N skipped". What was skipped is named with its reason."""
import pathlib
import sys
import xml.etree.ElementTree as ElementTree


def main(logs):
    passed = failed = skipped = 0
    for case in ElementTree.parse(logs / 'testlog.junit.xml').getroot().iter('testcase'):
        skip = case.find('skipped')
        if case.find('failure') is not None or case.find('error') is not None:
            failed += 1
        elif skip is not None:
            skipped += 1
            reason = (skip.get('message') or 'no reason given').splitlines()[-1]
            print(f'skipped: {case.get("name")}: {reason}')
        else:
            passed += 1
    print(f'{passed} passed, {failed} failed, {skipped} skipped')


if __name__ == '__main__':
    main(pathlib.Path(sys.argv[1]))
