# SPDX-License-Identifier: MIT
# Copyright the linnet authors
#
# What can be called from elsewhere.
extends Node


remote func greet(text):
    print("greeted by ", get_tree().get_rpc_sender_id(), ": ", text)


remote func answer(number):
    print("answered: ", number)
