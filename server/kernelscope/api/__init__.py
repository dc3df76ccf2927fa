"""HTTP routes, the WebSocket, the pages."""
