# SPDX-License-Identifier: MIT
# Copyright the linnet authors
"""Servers that terminate TLS and forward a WebSocket to one without TLS.

    terminators.py nginx|haproxy|apache|stunnel default|intermediate BACKEND_PORT

Prints "READY <port>". LINNET_LIVE_CERTIFICATE and LINNET_LIVE_KEY are those of the server. What the
configuration "default" does not need is left to the defaults of the program; "intermediate" adds what
Mozilla publishes. LINNET_LIVE_CLIENT_CA names a file: the server asks for a client certificate signed
by it, but does not require one (nginx only).
"""
import os
import pathlib
import pwd
import shutil
import signal
import sys

import child_server

NGINX = """
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
        {tls}
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
NGINX_TLS = """
        ssl_certificate {certificate};
        ssl_certificate_key {key};"""
NGINX_INTERMEDIATE = """
        ssl_protocols TLSv1.2 TLSv1.3;
        ssl_ecdh_curve {curves};
        ssl_ciphers {ciphers};
        ssl_prefer_server_ciphers off;
        ssl_session_timeout 1d;
        ssl_session_cache shared:MozSSL:1m;
        ssl_session_tickets off;"""
NGINX_CLIENT_CA = """
        ssl_client_certificate {client_ca};
        ssl_verify_client optional;"""

HAPROXY = """
global
    maxconn 64
    nbthread 1
{tls}
defaults
    mode http
    timeout connect 5s
    timeout client 60s
    timeout server 60s
    timeout tunnel 60s
frontend linnet
    bind 127.0.0.1:{port} ssl crt {home}/both.pem
    default_backend echo
backend echo
    server echo 127.0.0.1:{backend}
"""
HAPROXY_INTERMEDIATE = """
    ssl-default-bind-curves {curves}
    ssl-default-bind-ciphers {ciphers}
    ssl-default-bind-ciphersuites {ciphersuites}
    ssl-default-bind-options prefer-client-ciphers ssl-min-ver TLSv1.2 no-tls-tickets
"""

APACHE = """
ServerRoot {home}
ServerName localhost
PidFile {home}/apache.pid
ErrorLog {home}/error.log
Mutex file:{home} default
LoadModule mpm_event_module {modules}/mod_mpm_event.so
LoadModule authz_core_module {modules}/mod_authz_core.so
LoadModule ssl_module {modules}/mod_ssl.so
LoadModule proxy_module {modules}/mod_proxy.so
LoadModule proxy_http_module {modules}/mod_proxy_http.so
Listen 127.0.0.1:{port}
SSLEngine on
SSLCertificateFile {home}/certificate.pem
SSLCertificateKeyFile {home}/certificate.key
{tls}
ProxyPass / http://127.0.0.1:{backend}/ upgrade=websocket
"""
APACHE_INTERMEDIATE = """
SSLProtocol -all +TLSv1.2 +TLSv1.3
SSLOpenSSLConfCmd Curves {curves}
SSLCipherSuite {ciphers}
SSLHonorCipherOrder off
SSLSessionTickets off
"""

STUNNEL = """
foreground = yes
syslog = no
debug = err
pid =
[linnet]
accept = 127.0.0.1:{port}
connect = 127.0.0.1:{backend}
cert = {certificate}
key = {key}
{tls}
"""
STUNNEL_INTERMEDIATE = """
sslVersionMin = TLSv1.2
curves = {curves}
ciphers = {ciphers}
ciphersuites = {ciphersuites}
options = NO_TICKET
"""


def write(name, text):
    path = child_server.home() / name
    path.write_text(text, encoding="utf-8")
    return str(path)


def values(port, backend):
    known = {"home": child_server.home(), "port": port, "backend": backend,
             "certificate": os.environ.get("LINNET_LIVE_CERTIFICATE", ""),
             "key": os.environ.get("LINNET_LIVE_KEY", ""),
             "client_ca": os.environ.get("LINNET_LIVE_CLIENT_CA", "")}
    return {**child_server.intermediate(), **known}


def nginx(configuration, known):
    tls = NGINX_TLS if known["certificate"] else ""
    tls += NGINX_INTERMEDIATE if configuration == "intermediate" else ""
    tls += NGINX_CLIENT_CA if known["client_ca"] else ""
    text = NGINX.format(**known, tls=tls.format(**known), ssl=" ssl" if tls else "")
    return [child_server.program("nginx"), "-e", "stderr", "-c", write("nginx.conf", text)]


def haproxy(configuration, known):
    tls = HAPROXY_INTERMEDIATE.format(**known) if configuration == "intermediate" else ""
    both = [pathlib.Path(known[name]).read_text("utf-8") for name in ("certificate", "key")]
    write("both.pem", "".join(both))
    return [child_server.program("haproxy"), "-db", "-f", write("haproxy.cfg", HAPROXY.format(**known, tls=tls))]


def apache(configuration, known):
    tls = APACHE_INTERMEDIATE.format(**known) if configuration == "intermediate" else ""
    shutil.copy(known["certificate"], child_server.home() / "certificate.pem")
    shutil.copy(known["key"], child_server.home() / "certificate.key")
    text = APACHE.format(**known, tls=tls, modules="/usr/lib/apache2/modules")
    return [child_server.program("apache2"), "-X", "-f", write("apache.conf", text)]


def stunnel(configuration, known):
    tls = STUNNEL_INTERMEDIATE.format(**known) if configuration == "intermediate" else ""
    return [child_server.program("stunnel4"), write("stunnel.conf", STUNNEL.format(**known, tls=tls))]


SERVERS = {"nginx": nginx, "haproxy": haproxy, "apache": apache, "stunnel": stunnel}


def become_nobody():
    """In a child: apache does not serve as root, and its own change of user would undo `die_with_parent`."""
    nobody = pwd.getpwnam("nobody")
    os.setgroups([])
    os.setgid(nobody.pw_gid)
    os.setuid(nobody.pw_uid)
    child_server.die_with_parent()


def give_home_to_nobody():
    nobody = pwd.getpwnam("nobody")
    for path in (child_server.home(), *child_server.home().iterdir()):
        os.chown(path, nobody.pw_uid, nobody.pw_gid)


def start(server, configuration, backend):
    """Returns the port of a server that forwards to the port `backend`."""
    is_nobody = server == "apache" and os.getuid() == 0

    def command_on(port):
        command = SERVERS[server](configuration, values(port, backend))
        if is_nobody:
            give_home_to_nobody()
        return command
    return child_server.start(command_on, become_nobody if is_nobody else child_server.die_with_parent)


if __name__ == "__main__":
    child_server.report(f"READY {start(sys.argv[1], sys.argv[2], int(sys.argv[3]))}")
    signal.pause()
