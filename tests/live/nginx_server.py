# SPDX-License-Identifier: MIT
# Copyright the linnet authors
"""nginx as a TLS proxy for the server of python_server.py, which runs without TLS.

Prints "READY <port>" and what that server prints. LINNET_LIVE_CERTIFICATE and LINNET_LIVE_KEY are
those of nginx; without them it is a proxy for ws://.
"""
import asyncio

import child_server
import python_server
import terminators

child_server.program("nginx")
asyncio.run(python_server.main(
    lambda backend: child_server.report(f"READY {terminators.start('nginx', 'default', backend)}"), None))
