package import MartletServing
package import ServiceLifecycle

/// Keeps a gateway up to date for the life of the process.
package struct EndpointFollowerService: Service {
    private let follower: EndpointFollower

    /// Runs `follower`.
    package init(_ follower: EndpointFollower) { self.follower = follower }

    package func run() async {
        await cancelWhenGracefulShutdown { await self.follower.run() }
    }
}

/// Writes the prediction log for the life of the process, and all of it at the end.
///
/// Services stop in the reverse of their order: list this one before the HTTP server, so that the server has answered
/// its last request when the rest is written.
package struct PredictionLogService: Service {
    private let writer: PredictionLogWriter

    /// Runs `writer`.
    package init(_ writer: PredictionLogWriter) { self.writer = writer }

    package func run() async {
        await cancelWhenGracefulShutdown { await self.writer.run() }
        await self.writer.finish()
    }
}
