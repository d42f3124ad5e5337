# SPDX-License-Identifier: MIT
# Copyright the linnet authors
#
# A peer based on Godot 3's WebSocketClient in the room at LINNET_LIVE_URL (gd_mp_api). Prints "READY <its
# id> 1", then its signals and packets. A packet "say TARGET TEXT" makes it send TEXT to that target.
extends SceneTree

var client = WebSocketClient.new()


func _initialize():
    OS.low_processor_usage_mode_sleep_usec = 500
    client.connect("connection_succeeded", self, "_connection_succeeded")
    client.connect("peer_connected", self, "_peer_connected")
    client.connect("peer_disconnected", self, "_peer_disconnected")
    client.connect("connection_failed", self, "_connection_failed")
    if client.connect_to_url(OS.get_environment("LINNET_LIVE_URL"), PoolStringArray(), true) != OK:
        quit(1)


func _connection_succeeded():
    print("READY ", client.get_unique_id(), " 1")


func _peer_connected(id):
    print("here ", id)


func _peer_disconnected(id):
    print("gone ", id)


func _connection_failed():
    print("failed")


func _idle(_delta):
    client.poll()
    while client.get_available_packet_count() > 0:
        var source = client.get_packet_peer()
        var packet = client.get_packet()
        var text = packet.get_string_from_ascii() if packet.size() <= 200 else ""
        var words = text.split(" ", true, 2)
        if words.size() == 3 and words[0] == "say":
            client.set_target_peer(int(words[1]))
            client.put_packet(words[2].to_utf8())
        else:
            print("packet ", source, " ", packet.size(), " ", text)
