package import MartletServing
package import MartletTracking

/// What the routes stand on, put together by the composition root.
package struct ServerContext: Sendable {
    /// What the process uses; read when metrics are asked for.
    package struct ProcessReading: Sendable {
        package let residentBytes: Int64
        package let cpuSeconds: Double

        /// Holds one reading.
        package init(residentBytes: Int64, cpuSeconds: Double) {
            self.residentBytes = residentBytes
            self.cpuSeconds = cpuSeconds
        }
    }

    package let gateway: Gateway
    /// Counts online rows by view.
    package let onlineCounts: @Sendable () async -> [String: Int]
    package let process: @Sendable () -> ProcessReading
    /// Read by `/v1/models`; `nil` leaves those routes out.
    package let registry: (any ModelRegistry)?
    /// Whether predictions are served; the tracking server alone serves none.
    package let servesPredictions: Bool
    /// What MLflow clients talk to; `nil` leaves those routes out.
    package let mlflow: MLflowServices?
    /// Pages for people under `/console`; `nil` leaves them out.
    package var console: ConsoleRoutes?
    /// The program's version, as `/openapi.json` gives it.
    package let version: String
    /// Finds out who sends a request; `nil` asks nobody.
    package var authenticator: Authenticator?
    /// What SageMaker's clients register and approve with; `nil` leaves it out.
    package var packages: ModelPackageContext?
    /// Webhooks over HTTP; `nil` leaves them out.
    package var webhooks: WebhookContext?
    /// Where what came of predictions is kept; `nil` leaves it out.
    package var feedback: FeedbackContext?
    /// Releases and experiments over HTTP; `nil` leaves them out.
    package var releases: ReleaseContext?
    /// Figures of other parts of the program, for `/metrics`.
    package var samples: @Sendable () -> [MetricSample] = { [] }
    /// Pipelines and jobs over HTTP; `nil` leaves them out.
    package var jobs: JobContext?
    /// Alerts and promises over HTTP; `nil` leaves them out.
    package var alerts: AlertContext?

    /// Puts it together.
    package init(
        gateway: Gateway,
        onlineCounts: @escaping @Sendable () async -> [String: Int] = { [:] },
        process: @escaping @Sendable () -> ProcessReading,
        registry: (any ModelRegistry)?,
        servesPredictions: Bool = true,
        mlflow: MLflowServices? = nil,
        console: ConsoleRoutes? = nil,
        version: String
    ) {
        self.gateway = gateway
        self.onlineCounts = onlineCounts
        self.process = process
        self.registry = registry.map(GuardedModelRegistry.init)
        self.servesPredictions = servesPredictions
        self.mlflow = mlflow
        self.console = console
        self.version = version
    }
}
