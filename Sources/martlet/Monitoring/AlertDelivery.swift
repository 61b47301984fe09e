import AsyncHTTPClient
import Foundation
import MartletCore
import MartletMonitoring
import MartletServer
import MartletStores
import MartletTracking
import ServiceLifecycle

extension Application {
    /// Notices on their way to channels.
    func alertDeliveries() throws -> any AlertDeliveryStore {
        SQLAlertDeliveryStore(try self.metadata.database())
    }

    /// What brings notices to the channels of `slo.yaml`; the caller shuts `client` down.
    ///
    /// Receivers live by the machine's clock, so tries do too, whatever the workspace's own shows.
    func alertDispatcher(_ client: HTTPClient) throws -> AlertDispatcher {
        AlertDispatcher(
            store: try self.alertDeliveries(),
            sender: ChannelSender(client: client),
            routing: self.workspace.alertPolicy.routing,
            writer: AlertWriter(
                workspace: self.workspace.configuration.name,
                environment: self.processEnvironment,
                folder: self.workspace.folder.path,
                phrases: ConsoleAlertPhrases.all
            ),
            now: { .now }
        )
    }

    /// Runs `body` with a client that follows no redirects.
    func withChannelClient<Result: Sendable>(_ body: (HTTPClient) async throws -> Result) async throws -> Result {
        let client = HTTPClient(
            eventLoopGroupProvider: .singleton,
            configuration: HTTPWebhookSender.clientConfiguration
        )
        do {
            let result = try await body(client)
            try await client.shutdown()
            return result
        } catch {
            try? await client.shutdown()
            throw error
        }
    }
}

/// Brings notices to channels while the server runs.
struct AlertDeliveryService: Service {
    let application: Application

    private static let interval = Duration.seconds(1)
    private static let reminderInterval = Duration.seconds(60)
    private static let pruneInterval = Duration.seconds(3_600)

    func run() async throws {
        let alerts = try self.application.alerts()
        try await self.application.withChannelClient { client in
            let dispatcher = try self.application.alertDispatcher(client)
            await cancelWhenGracefulShutdown { await self.deliver(dispatcher, alerts) }
        }
    }

    /// A store that cannot be read is asked again; whoever serves requests says what is wrong with it.
    private func deliver(_ dispatcher: AlertDispatcher, _ alerts: any AlertStore) async {
        let clock = ContinuousClock()
        var (nextReminder, nextPrune) = (clock.now + Self.reminderInterval, clock.now + Self.interval)
        var silent: Set<String> = []
        while !Task.isCancelled {
            let round = try? await dispatcher.deliverDue()
            for failure in round?.failures ?? [] {
                self.application.terminal.note(
                    "channel \(failure.channel) was not told of \(failure.alert): \(failure.reason)"
                )
            }
            if clock.now >= nextReminder, let open = try? await alerts.openAlerts() {
                let failures = await dispatcher.remind(open)
                for failure in failures where !silent.contains(failure.channel) {
                    self.application.terminal.note(
                        "channel \(failure.channel) cannot be reminded of what is wrong: \(failure.reason)"
                    )
                }
                silent = Set(failures.map(\.channel))
                nextReminder = clock.now + Self.reminderInterval
            }
            if clock.now >= nextPrune {
                try? await dispatcher.prune()
                nextPrune = clock.now + Self.pruneInterval
            }
            if round?.triedCount ?? 0 < DeliveryRound.batchLimit { try? await clock.sleep(for: Self.interval) }
        }
    }
}
