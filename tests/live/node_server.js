// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// A server based on node-ws. Prints "READY <port>", then a line for each closed connection. With
// LINNET_LIVE_CERTIFICATE and LINNET_LIVE_KEY in the environment it uses TLS, with LINNET_LIVE_TLS=intermediate
// as Mozilla recommends.
//
// Every message is echoed with its own type, except texts that are commands. Some paths are refused.
'use strict';

function load(name) {
    try {
        return require(name);
    } catch (error) {
        console.log('ABSENT');
        process.exit(1);
    }
}
const { WebSocketServer } = load('ws');
const fs = require('fs');

function intermediate() {
    const lists = require('./mozilla_intermediate.json');
    return {
        minVersion: lists.protocols[0],
        ciphers: [...lists.ciphersuites, ...lists.ciphers].join(':'),
        ecdhCurve: lists.curves.join(':'),
    };
}

function listener() {
    const { LINNET_LIVE_CERTIFICATE: certificate, LINNET_LIVE_KEY: key } = process.env;
    if (!certificate) return require('http').createServer();
    const files = { cert: fs.readFileSync(certificate), key: fs.readFileSync(key) };
    const more = process.env.LINNET_LIVE_TLS === 'intermediate' ? intermediate() : {};
    return require('https').createServer({ ...files, ...more });
}

const subProtocols = ['linnet.one', 'linnet.two'];
const refusals = {
    '/302': { code: 302, headers: { Location: 'ws://127.0.0.1:1/elsewhere?secret' } },
    '/401': { code: 401, headers: { 'WWW-Authenticate': 'Basic realm="live"' } },
    '/404': { code: 404, headers: {} },
};

// The last character is cut in two: only a text message as a whole must be UTF-8 (RFC 6455 5.6).
const euro = Buffer.from('\u20ac');
const starts = ['one message, ', 'in three ', '', 'fragments: '].map((start) => Buffer.from(start));
const fragments = [...starts, euro.subarray(0, 1), euro.subarray(1)];

const commands = {
    fragments(socket, kind) {
        const binary = kind === 'binary';
        fragments.forEach((fragment, index) => {
            socket.send(fragment, { binary, fin: index === fragments.length - 1 });
            socket.ping();
        });
    },
    ping(socket, words) {
        socket.once('pong', (payload) => {
            if (payload.toString() === words) socket.send('the pong came back');
        });
        socket.ping(words);
    },
    close(socket, words) {
        const [code, ...reason] = words.split(' ');
        socket.close(Number(code), reason.join(' '));
    },
    headers(socket, words, request) {
        const lines = [];
        for (let i = 0; i < request.rawHeaders.length; i += 2) {
            const [name, value] = request.rawHeaders.slice(i, i + 2);
            lines.push(`${name.toLowerCase()}: ${value}`);
        }
        socket.send(lines.join('\n'));
    },
    big(socket, words) {
        socket.send(Buffer.alloc(Number(words), 'z'));
    },
};

function reply(socket, data, isBinary, request) {
    const start = isBinary ? '' : data.toString('utf8', 0, 200);
    const command = start.split(' ', 1)[0];
    if (Object.hasOwn(commands, command)) {
        commands[command](socket, start.slice(command.length + 1), request);
    } else {
        socket.send(data, { binary: isBinary });
    }
}

const http = listener();
const server = new WebSocketServer({
    server: http,
    perMessageDeflate: false,
    handleProtocols: (offered) => subProtocols.find((known) => offered.has(known)) || false,
    verifyClient(info, done) {
        const refusal = refusals[info.req.url];
        if (refusal) done(false, refusal.code, 'no web socket here', refusal.headers);
        else done(true);
    },
});

server.on('connection', (socket, request) => {
    let count = 0;
    socket.on('message', (data, isBinary) => {
        ++count;
        reply(socket, data, isBinary, request);
    });
    socket.on('error', () => {});  // 'close' follows
    socket.on('close', (code, reason) => {
        console.log(`CLOSED ${code} after ${count} messages: ${reason}`);
    });
});
http.listen(0, '127.0.0.1', () => console.log(`READY ${http.address().port}`));
