# SPDX-License-Identifier: MIT
# Copyright the linnet authors
#
# Godot 3's own MultiplayerAPI on a WebSocketServer: calls between peers. Prints "READY <port>", then each
# call that the node "N" has received. LINNET_LIVE_PORT is the port. When it receives the raw bytes "call"
# (MultiplayerAPI.send_bytes), it calls "answer" on their sender.
extends SceneTree

var server = WebSocketServer.new()
var node = Node.new()


func _initialize():
    OS.low_processor_usage_mode_sleep_usec = 500
    node.set_script(load("res://node.gd"))
    node.name = "N"
    root.add_child(node)
    server.bind_ip = "127.0.0.1"
    var port = int(OS.get_environment("LINNET_LIVE_PORT"))
    if server.listen(port, PoolStringArray(), true) != OK:
        quit(1)
        return
    network_peer = server
    connect("network_peer_connected", self, "_network_peer_connected")
    multiplayer.connect("network_peer_packet", self, "_network_peer_packet")
    print("READY ", port)


func _network_peer_connected(id):
    print("here ", id)


func _network_peer_packet(id, bytes):
    print("bytes ", id, " ", bytes.get_string_from_ascii())
    if bytes.get_string_from_ascii() == "call":
        node.rpc_id(id, "answer", 7)
