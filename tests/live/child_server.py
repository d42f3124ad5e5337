# SPDX-License-Identifier: MIT
# Copyright the linnet authors
"""Starts a server as a child process, for the scripts of this folder."""
import ctypes
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys

START_S = 10
START_COUNT_MAX = 3
PROBE_S = 0.01
PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None, use_errno=True)


def report(line):
    print(line, flush=True)


def home():
    return pathlib.Path(os.environ["HOME"])


def intermediate():
    """Mozilla's list, each of its lists as OpenSSL writes it."""
    lists = json.loads(pathlib.Path(__file__).with_name("mozilla_intermediate.json").read_text("utf-8"))
    return {name: ":".join(values) for name, values in lists.items() if isinstance(values, list)}


def program(name):
    """The path of a program; without it the script ends, and the test reports its package."""
    path = shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/bin")
    if path is None:
        report("ABSENT")
        sys.exit(1)
    return path


def die_with_parent():
    """In a child: the kernel kills it when this process ends for any reason."""
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def reserved_port():
    """A socket that keeps a port from every other process, except one that sets SO_REUSEADDR and listens."""
    reserved = socket.socket()
    reserved.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    reserved.bind(("127.0.0.1", 0))
    return reserved


def listens(child, port):
    """Waits until `child` listens; false if it has ended, or takes too long."""
    for _ in range(round(START_S / PROBE_S)):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return True
        try:
            child.wait(PROBE_S)
            return False
        except subprocess.TimeoutExpired:
            pass
    return False


def start(command_on, before_exec=die_with_parent, **options):
    """Starts command_on(PORT) with a free port, and returns the port when the child listens."""
    for _ in range(START_COUNT_MAX):
        with reserved_port() as reserved:
            port = reserved.getsockname()[1]
            child = subprocess.Popen(command_on(port), preexec_fn=before_exec, **options)
            if listens(child, port):
                return port
        child.kill()
        child.wait()
    sys.exit("the server does not listen")
