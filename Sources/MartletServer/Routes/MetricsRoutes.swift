import HTTPTypes
import Hummingbird
import MartletServing
import NIOCore

/// `GET /metrics`: Prometheus text format 0.0.4.
struct MetricsRoutes: Sendable {
    let context: ServerContext

    func add(to router: Router<BasicRequestContext>) {
        router.only(.get, "/metrics") { _, _ in
            let samples = PrometheusText.write(self.context.samples())
            let text = PrometheusText.write(
                endpoints: self.context.gateway.metrics.all,
                queue: self.context.gateway.queue,
                shadows: self.context.gateway.shadows,
                outages: self.context.gateway.outages,
                runningCount: self.context.gateway.runningCount,
                onlineCounts: await self.context.onlineCounts(),
                process: self.context.process()
            )
            return Response(
                status: .ok,
                headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8"],
                body: ResponseBody(byteBuffer: ByteBuffer(string: text + samples))
            )
        }
    }
}
