# SPDX-License-Identifier: MIT
# Copyright the linnet authors
#
# A room of Godot 3's WebSocketServer (gd_mp_api). Prints "READY <port>", then the events of the
# server: peers that join and leave, and packets for it. The environment provides LINNET_LIVE_PORT, and for TLS
# LINNET_LIVE_CERTIFICATE and LINNET_LIVE_KEY.
#
# Packets to the server that are commands: "all TEXT", "back TEXT" (to the sender), "others TEXT" (to
# all but the sender), "big SIZE", "kick", "stop".
extends SceneTree

const SIZE_MAX_KIB = 8 * 1024

var server = WebSocketServer.new()


func _initialize():
    OS.low_processor_usage_mode_sleep_usec = 500
    server.connect("peer_connected", self, "_peer_connected")
    server.connect("peer_disconnected", self, "_peer_disconnected")
    server.bind_ip = "127.0.0.1"
    use_tls(OS.get_environment("LINNET_LIVE_CERTIFICATE"), OS.get_environment("LINNET_LIVE_KEY"))
    server.set_buffers(SIZE_MAX_KIB, 4096, SIZE_MAX_KIB, 4096)
    var port = int(OS.get_environment("LINNET_LIVE_PORT"))
    if server.listen(port, PoolStringArray(), true) == OK:
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


func _peer_connected(id):
    print("here ", id)


func _peer_disconnected(id):
    print("gone ", id)


func _idle(_delta):
    server.poll()
    while server.get_available_packet_count() > 0:
        var source = server.get_packet_peer()
        obey(source, server.get_packet())


func obey(source, packet):
    var text = packet.get_string_from_ascii() if packet.size() <= 200 else ""
    var words = text.split(" ", true, 1)
    var rest = words[1].to_utf8() if words.size() > 1 else PoolByteArray()
    match words[0]:
        "all":
            put(0, rest)
        "back":
            put(source, rest)
        "others":
            put(-source, rest)
        "big":
            put(source, bytes_of_z(int(words[1])))
        "kick":
            server.disconnect_peer(source, 4001, "kick")
        "stop":
            server.stop()
        _:
            print("packet ", source, " ", packet.size(), " ", text)


func put(target, packet):
    server.set_target_peer(target)
    if server.put_packet(packet) != OK:
        print("put_packet failed")


func bytes_of_z(size):
    var bytes = PoolByteArray([122])
    while bytes.size() < size:
        bytes.append_array(bytes)
    bytes.resize(size)
    return bytes
