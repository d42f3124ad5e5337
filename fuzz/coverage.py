#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright the linnet authors
"""Prints which lines of the code that parses foreign input are covered by the corpora.

    fuzz/coverage.py BUILD_FOLDER    (the replay programs in it are built with clang's coverage)

Prints a line for each file, each folder and the total; fails below LINES_MIN percent in total."""
import collections
import json
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
FOLDERS = ('src/codec', 'src/protocol', 'src/tls', 'src/tls/bearssl', 'src/x509')
LINES_MIN = 90.0


def tool(name):
    """The version that belongs to the compiler."""
    found = subprocess.run(['clang++', f'-print-prog-name={name}'], check=True, text=True,
                           capture_output=True)
    return found.stdout.strip()


def replay(programs, folder):
    profiles = []
    for program in programs:
        profile = folder / f'{program.name}.profraw'
        corpus = ROOT / 'fuzz' / 'corpus' / program.name.removeprefix('replay_')
        subprocess.run([program, corpus], check=True, stdout=subprocess.DEVNULL,
                       env={**os.environ, 'LLVM_PROFILE_FILE': str(profile)})
        profiles.append(profile)
    merged = folder / 'corpus.profdata'
    subprocess.run([tool('llvm-profdata'), 'merge', '-o', merged, *profiles], check=True)
    return merged


def files_covered(programs, profile):
    objects = [str(programs[0])] + [f'-object={program}' for program in programs[1:]]
    report = subprocess.run(
        [tool('llvm-cov'), 'export', '-summary-only', f'-instr-profile={profile}', *objects],
        check=True, text=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    for file in json.loads(report.stdout)['data'][0]['files']:
        path = pathlib.Path(os.path.normpath(file['filename']))
        name = path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else ''
        if name.rpartition('/')[0] in FOLDERS:
            yield name, file['summary']['lines']


def main():
    folder = pathlib.Path(sys.argv[1]).resolve()
    programs = sorted(p for p in folder.rglob('replay_*') if p.is_file() and os.access(p, os.X_OK))
    if not programs:
        sys.exit(f'no replay programs in {folder}')
    sums = collections.Counter()
    for name, summary in sorted(files_covered(programs, replay(programs, folder))):
        print(line(summary['covered'], summary['count'], name))
        for whole in (name.rpartition('/')[0], ''):
            sums[whole, 'lines'] += summary['count']
            sums[whole, 'covered'] += summary['covered']
    print()
    for part in FOLDERS:
        print(line(sums[part, 'covered'], sums[part, 'lines'], part))
    lines, covered = sums['', 'lines'], sums['', 'covered']
    print(line(covered, lines, f'all, by {len(programs)} corpora alone (at least {LINES_MIN:.0f} % '
               'are asked for)'))
    return 0 if covered * 100 >= lines * LINES_MIN > 0 else 1


def line(covered, lines, what):
    return f'{100 * covered / max(lines, 1):6.1f} %  {covered:4} of {lines:4}  {what}'


if __name__ == '__main__':
    sys.exit(main())
