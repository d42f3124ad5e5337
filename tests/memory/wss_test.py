#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright the linnet authors
"""Runs the command, compiled with the memory sanitizer, against nginx: wss_test.py PATH_OF_LINNET CERTIFICATES

The sanitizer ends the command at the first branch that depends on memory that was never written, with a status
that the command itself does not have: each expected status also shows that there was none. CERTIFICATES is the folder
of make_certificates.sh."""
import contextlib
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest

LIVE = pathlib.Path(__file__).resolve().parent.parent / 'live'
SYSTEM_PYTHON = '/usr/bin/python3'  # the packages are for the system's own
DEADLINE_S = 60
CLEAN, TLS = 0, 5
MESSAGE = b'message\n'


class Absent(Exception):
    """The Debian package that is not installed."""


@contextlib.contextmanager
def server(package, *command, **settings):
    """Runs a script of tests/live, and yields its port. It and its children are killed at the end."""
    home = tempfile.mkdtemp(prefix='linnet_memory_')
    process = subprocess.Popen([SYSTEM_PYTHON, '-B', *command], stdout=subprocess.PIPE, text=True, cwd=LIVE,
                               env={**os.environ, 'HOME': home, **settings}, start_new_session=True)
    try:
        word, _, port = process.stdout.readline().partition(' ')
        if word == 'ABSENT\n':
            raise Absent(package)
        if word != 'READY':
            raise AssertionError(f'{command} does not listen: {word}')
        yield port.strip()
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        process.stdout.close()
        shutil.rmtree(home, ignore_errors=True)


@contextlib.contextmanager
def nginx(chain, configuration='default', **settings):
    base = os.path.join(CERTIFICATES, chain)
    with server('python3-websockets', 'python_server.py') as backend, \
         server('nginx-light', 'terminators.py', 'nginx', configuration, backend,
                LINNET_LIVE_CERTIFICATE=base + '.pem', LINNET_LIVE_KEY=base + '.key', **settings) as port:
        yield port


def certificate(name):
    return os.path.join(CERTIFICATES, name + '.crt')


class Wss(unittest.TestCase):
    def talk(self, port, *options, status=CLEAN):
        run = subprocess.run([LINNET, '-1', *options, f'wss://localhost:{port}/'], input=MESSAGE,
                             capture_output=True, timeout=DEADLINE_S, check=False)
        expected = (status, MESSAGE if status == CLEAN else b'')
        self.assertEqual((run.returncode, run.stdout), expected, run.stderr.decode())

    def with_nginx(self, *arguments, **settings):
        """The port of nginx; without its package, the test is skipped, except where CI is set."""
        context = nginx(*arguments, **settings)
        try:
            port = context.__enter__()
        except Absent as absent:
            if os.environ.get('CI'):
                raise
            self.skipTest(f'not installed: the Debian package {absent}')
        self.addCleanup(context.__exit__, None, None, None)
        return port

    def test_a_whole_handshake(self):
        for chain in ('good', 'good_rsa'):
            for configuration in ('default', 'intermediate'):
                with self.subTest(chain=chain, configuration=configuration):
                    port = self.with_nginx(chain, configuration)
                    self.talk(port, '--cacert', certificate('root'))
                    self.talk(port, '--cacert', certificate('root'), '--pin', certificate(chain))

    def test_a_whole_handshake_with_larger_keys(self):
        for chain in ('ec_p384', 'ec_p521', 'rsa_4096'):
            with self.subTest(chain=chain):
                self.talk(self.with_nginx(chain), '--insecure')

    def test_a_client_certificate_is_asked_for(self):
        for chain in ('good', 'good_rsa'):
            with self.subTest(chain=chain):
                port = self.with_nginx(chain, LINNET_LIVE_CLIENT_CA=certificate('root'))
                self.talk(port, '--cacert', certificate('root'))

    def test_a_chain_that_is_refused(self):
        for chain, root in (('good', 'other_root'), ('wrong_host', 'root'), ('expired', 'root'),
                            ('name_constraints_violated', 'root'), ('pathlen_violated', 'root')):
            with self.subTest(chain=chain, root=root):
                self.talk(self.with_nginx(chain), '--cacert', certificate(root), status=TLS)


if __name__ == '__main__':
    LINNET, CERTIFICATES = (os.path.abspath(sys.argv.pop(1)) for _ in range(2))
    unittest.main()
