import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import NIOPosix

/// Finds out whether a server could listen at an address.
struct AddressProbe: Sendable {
    let host: String
    /// The port, or 0 for any free one.
    let port: Int

    /// What stands at an address.
    enum State: Sendable, Equatable {
        /// Nothing listens there, and a server could.
        case free
        /// A Martlet server answers there already.
        case served
        /// The system does not let a server listen there.
        case refused(String)

        /// What was found, in words.
        var detail: String {
            switch self {
            case .free: "the address is free"
            case .served: "a Martlet server answers"
            case .refused(let reason): "nothing could listen here: \(reason)"
            }
        }

        /// What to do about it, or `nil` when nothing needs doing.
        var fix: String? {
            switch self {
            case .free, .served: nil
            case .refused:
                "end the process that holds the address, or set another server.host or server.port in martlet.yaml"
            }
        }
    }

    /// Asks for Martlet at the address, then listens there for a moment.
    func state() async -> State {
        if self.port != 0, await self.isServed() { return .served }
        do {
            // Binds as the server would, so that a connection of the past that still lingers is no fault.
            let channel = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
                .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                .bind(host: self.host, port: self.port)
                .get()
            try await channel.close()
            return .free
        } catch {
            return .refused("\(error)")
        }
    }

    /// Whether a server there says that it lives; waits at most 0.7 seconds.
    func isServed() async -> Bool {
        let request = HTTPClientRequest(url: "http://\(self.host):\(self.port)/health/live")
        let response = try? await HTTPClient.shared.execute(request, timeout: .milliseconds(700))
        return response?.status == .ok
    }
}
