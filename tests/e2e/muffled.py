from playwright.sync_api import Page, WebSocketRoute


class Muffled:
    """A server that can fall silent about what is found of one kind."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.silent = False
        self.sockets: list[WebSocketRoute] = []

    def listen(self, page: Page) -> None:
        page.route_web_socket("**/ws/**", self._connect)

    def _connect(self, socket: WebSocketRoute) -> None:
        self.sockets.append(socket)
        server = socket.connect_to_server()

        def forward(message: str | bytes) -> None:
            if not (self.silent and isinstance(message, str) and f'"kind":"{self.kind}"' in message):
                socket.send(message)

        server.on_message(forward)
