"""uvicorn's protocol of a WebSocket, with an end of the server that no client can disturb."""

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol


class Protocol(WebSocketsSansIOProtocol):
    """A WebSocket that may be closing already when the server ends."""

    def shutdown(self) -> None:
        """Close the WebSocket because the server ends, unless it is closing: then its connection soon ends by itself.

        uvicorn (0.54) sends a second close frame, which raises InvalidState, and ends before anything is put back.
        """
        if not self.transport.is_closing():
            super().shutdown()
