#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright the linnet authors
"""Says how many single tests a run of Meson had, from its logs: the last line is
"N passed, N failed, N skipped". What was skipped is named, with its reason."""
import json
import pathlib
import re
import sys
import xml.etree.ElementTree as ElementTree


def main(logs):
    counts = {'passed': 0, 'failed': 0, 'skipped': 0}
    grouped = set()
    for suite in ElementTree.parse(logs / 'testlog.junit.xml').getroot().iter('testsuite'):
        cases = list(suite.iter('testcase'))
        if suite.get('name', '').count('.') or len(cases) > 1:
            grouped.add(suite.get('name'))
        for case in cases:
            failed = case.find('failure') is not None or case.find('error') is not None
            skipped = case.find('skipped') is not None
            counts['failed' if failed else 'skipped' if skipped else 'passed'] += 1
    for line in (logs / 'testlog.json').read_text().splitlines():
        test = json.loads(line)
        for reason in re.findall(r'^SKIPPED: (.*)$', test.get('stdout') or '', re.M):
            print(f'skipped: {reason}')
        for name in re.findall(r'^\[  SKIPPED \] (\S+)(?: \(\d+ ms\))?$', test.get('stdout') or '',
                               re.M):
            print(f'skipped: {name}')
    print('{passed} passed, {failed} failed, {skipped} skipped'.format(**counts))


if __name__ == '__main__':
    main(pathlib.Path(sys.argv[1]))
