# SPDX-License-Identifier: MIT
# Copyright the linnet authors
"""nginx as a TLS proxy for the server of python_server.py, which runs without TLS.

Prints "READY <port>" and what that server prints. LINNET_LIVE_CERTIFICATE and LINNET_LIVE_KEY are
those of nginx; without them it is a proxy for ws://.
"""
import asyncio
import ctypes
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import time

import python_server

START_S = 10
PR_SET_PDEATHSIG = 1

CONFIG = """
daemon off;
master_process off;
pid {home}/nginx.pid;
error_log stderr crit;
events {{ worker_connections 64; }}
http {{
    access_log off;
    client_body_temp_path {home}/body;
    proxy_temp_path {home}/proxy;
    fastcgi_temp_path {home}/fastcgi;
    uwsgi_temp_path {home}/uwsgi;
    scgi_temp_path {home}/scgi;
    server {{
        listen 127.0.0.1:{port}{ssl};
        {certificate}
        location / {{
            proxy_pass http://127.0.0.1:{backend};
            proxy_http_version 1.1;
            proxy_set_header Upgrade $http_upgrade;
            proxy_set_header Connection $http_connection;
            proxy_set_header Host $http_host;
            proxy_read_timeout 60s;
        }}
    }}
}}
"""


def free_port():
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        return reserved.getsockname()[1]


def write_config(port, backend):
    home = pathlib.Path(os.environ["HOME"])
    certificate = os.environ.get("LINNET_LIVE_CERTIFICATE")
    lines = ""
    if certificate:
        key = os.environ["LINNET_LIVE_KEY"]
        lines = f"ssl_certificate {certificate};\n        ssl_certificate_key {key};"
    text = CONFIG.format(home=home, port=port, backend=backend, certificate=lines,
                         ssl=" ssl" if certificate else "")
    path = home / "nginx.conf"
    path.write_text(text, encoding="utf-8")
    return str(path)


def wait_until_it_listens(port):
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
    sys.exit("nginx does not listen")


def start(backend):
    port = free_port()
    # The kernel kills it when this process ends for any reason.
    die_too = lambda: ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    command = [nginx(), "-e", "stderr", "-c", write_config(port, backend)]
    subprocess.Popen(command, preexec_fn=die_too)
    wait_until_it_listens(port)
    python_server.report(f"READY {port}")


def nginx():
    return shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin")


if nginx() is None:
    print("ABSENT", flush=True)
    sys.exit(1)
asyncio.run(python_server.main(start, None))
