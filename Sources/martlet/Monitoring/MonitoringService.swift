import MartletCore
import MartletMonitoring
import MartletServer
import ServiceLifecycle
import Synchronization

/// What one look at live traffic found.
struct MonitoringLook: Sendable {
    var samples: [MetricSample] = []
    var versions: [MonitoredVersion] = []
    var business: [EndpointBusiness] = []
}

/// What the last look at live traffic found; read when metrics are asked for.
final class MonitoringReadings: Sendable {
    private let look = Mutex(MonitoringLook())
    private let watched = Mutex<[MetricSample]>([])
    private let folder: String

    /// Starts empty; `folder` names the disk whose use is told.
    init(folder: String) { self.folder = folder }

    /// Replaces what the last look found.
    func set(_ look: MonitoringLook) { self.look.withLock { $0 = look } }

    /// What the last look found of each live version.
    var versions: [MonitoredVersion] { self.look.withLock { $0.versions } }

    /// What the endpoints do for the business, as the last look counted it.
    var business: [EndpointBusiness] { self.look.withLock { $0.business } }

    /// What the last look found, and how the host is now.
    var all: [MetricSample] { self.look.withLock { $0.samples } + self.watched.withLock { $0 } + self.host }

    /// Replaces what alerts look at.
    func set(_ samples: [MetricSample]) { self.watched.withLock { $0 = samples } }

    private var host: [MetricSample] {
        var samples: [MetricSample] = []
        if let share = HostReader.disk(self.folder) {
            samples.append(MetricSample("martlet_disk_used_share", "Used share of the state's disk.", value: share))
        }
        if let (open, limit) = HostReader.files() {
            samples.append(MetricSample("process_open_fds", "Open files and sockets.", value: Double(open)))
            samples.append(MetricSample("process_max_fds", "The most open files and sockets.", value: limit))
        }
        return samples
    }
}

/// Looks at live traffic again and again while the server runs.
struct MonitoringService: Service {
    let monitor: TrafficMonitor
    let readings: MonitoringReadings
    let interval: Duration

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                if let look = await self.monitor.look() { self.readings.set(look) }
                try? await Task.sleep(for: self.interval)
            }
        }
    }
}
