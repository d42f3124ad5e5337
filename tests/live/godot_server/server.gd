# SPDX-License-Identifier: MIT
# Copyright the linnet authors
#
# A server based on Godot 3's WebSocketServer. Prints "READY <port>", then a line for each close
# frame that a client sent first. The environment provides LINNET_LIVE_PORT and LINNET_LIVE_PROTOCOLS, and for TLS
# LINNET_LIVE_CERTIFICATE and LINNET_LIVE_KEY.
#
# Every message is echoed with its own type, except texts that are commands. This server cannot ping,
# send fragments or empty messages, access headers, or refuse a request with a status.
extends SceneTree

const MESSAGE_MAX_KIB = 128 * 1024

var server = WebSocketServer.new()
var message_counts = {}


func _initialize():
    OS.low_processor_usage_mode_sleep_usec = 500
    server.connect("client_connected", self, "_client_connected")
    server.connect("client_close_request", self, "_client_close_request")
    server.connect("data_received", self, "_data_received")
    server.bind_ip = "127.0.0.1"
    use_tls(OS.get_environment("LINNET_LIVE_CERTIFICATE"), OS.get_environment("LINNET_LIVE_KEY"))
    server.set_buffers(4096, 4096, MESSAGE_MAX_KIB, 4096)
    var port = int(OS.get_environment("LINNET_LIVE_PORT"))
    var protocols = OS.get_environment("LINNET_LIVE_PROTOCOLS").split(",", false)
    if server.listen(port, protocols) == OK:
        print("READY ", port)
    else:
        quit(1)


func use_tls(certificate_path, key_path):
    if certificate_path == "":
        return
    server.ssl_certificate = X509Certificate.new()
    server.ssl_certificate.load(certificate_path)
    server.private_key = CryptoKey.new()
    server.private_key.load(key_path)


func _idle(_delta):
    server.poll()


func _client_connected(id, _protocol):
    message_counts[id] = 0


func _client_close_request(id, code, reason):
    print("CLOSED ", code, " after ", message_counts[id], " messages: ", reason)


func _data_received(id):
    var peer = server.get_peer(id)
    while peer.get_available_packet_count() > 0:
        var packet = peer.get_packet()
        message_counts[id] += 1
        reply(id, packet, peer.was_string_packet())


func reply(id, packet, is_text):
    var words = []
    if is_text and packet.size() <= 100:
        words = Array(packet.get_string_from_utf8().split(" "))
    if packet.size() == 0:
        put(id, ("an empty text" if is_text else "an empty binary").to_utf8(), true)
    elif words.size() > 1 and words[0] == "big":
        put(id, bytes_of_z(int(words[1])), false)
    elif words.size() > 1 and words[0] == "close":
        server.disconnect_peer(id, int(words[1]), PoolStringArray(words.slice(2, -1)).join(" "))
    else:
        put(id, packet, is_text)


func put(id, packet, as_text):
    var peer = server.get_peer(id)
    var mode = WebSocketPeer.WRITE_MODE_TEXT if as_text else WebSocketPeer.WRITE_MODE_BINARY
    peer.set_write_mode(mode)
    if peer.put_packet(packet) != OK:
        print("put_packet failed, ", packet.size(), " bytes")


func bytes_of_z(size):
    var bytes = PoolByteArray([122])
    while bytes.size() < size:
        bytes.append_array(bytes)
    bytes.resize(size)
    return bytes
