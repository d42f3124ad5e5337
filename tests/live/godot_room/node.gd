# SPDX-License-Identifier: MIT
# Copyright the linnet authors
#
# Functions that remote peers can call.
extends Node


remote func greet(text):
    print("greeted by ", get_tree().get_rpc_sender_id(), ": ", text)


remote func answer(number):
    print("answered: ", number)
