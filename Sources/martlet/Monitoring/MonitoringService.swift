import Foundation
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
    var all: [MetricSample] { self.look.withLock { $0.samples } + self.host }

    /// The used share of the state's disk; `nil` when it cannot be read.
    var diskShare: Double? {
        guard let facts = try? FileManager.default.attributesOfFileSystem(forPath: self.folder),
            let size = (facts[.systemSize] as? NSNumber)?.doubleValue, size > 0,
            let free = (facts[.systemFreeSize] as? NSNumber)?.doubleValue
        else { return nil }
        return 1 - free / size
    }

    private var host: [MetricSample] {
        var samples: [MetricSample] = []
        if let share = self.diskShare {
            samples.append(MetricSample("martlet_disk_used_share", "Used share of the state's disk.", value: share))
        }
        if let open = try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count {
            samples.append(MetricSample("process_open_fds", "Open files and sockets.", value: Double(open)))
        }
        if let limits = try? String(contentsOfFile: "/proc/self/limits", encoding: .utf8),
            let line = limits.split(separator: "\n").first(where: { $0.hasPrefix("Max open files") }),
            let limit = line.dropFirst("Max open files".count).split(separator: " ").first.flatMap({ Double($0) })
        {
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
