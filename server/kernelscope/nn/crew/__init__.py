"""Crews, which compute the parts of a batch for some networks: in threads, or in processes.

A crew carries out a `Request` by dealing its jobs, one part of one network each, to whichever member is free. Each
member computes in a workspace of its own, and the gradients of a network's parts are added up in a fixed order. So
neither the kind of crew, nor its size, nor the timing changes a bit.
"""
