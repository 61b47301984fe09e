import MartletServing

/// The requests that are answered on the event loop of their connection, without HTTP decoder and router.
///
/// Both cost more than what is asked: a prediction from memory, or one short write of a training job.
struct ShortWay: Sendable {
    /// What a request asks for.
    enum Target {
        /// A prediction of an endpoint; the gateway has counted it in.
        case prediction(endpoint: String)
        case tracking(TrackingFastPath.Call)
    }

    /// The longest body of a predict request that is answered here, in bytes; about a hundred inputs.
    ///
    /// A longer answer would hold up the loop's other connections.
    static let predictionByteLimit = 4_096
    /// The longest body of a tracking call that is answered here, in bytes; about two hundred metrics.
    static let trackingByteLimit = 16_384

    /// Answers predict requests; `nil` where none are served.
    let gateway: Gateway?
    /// Whether the bearer of an `Authorization` header may be answered for an endpoint without asking the router.
    let isAdmitted: @Sendable (_ authorization: String?, _ endpoint: String) -> Bool
    /// Answers tracking calls; `nil` where none are served.
    let tracking: TrackingFastPath?

    /// What `head` asks for; `nil` when the router must answer.
    ///
    /// Looks nothing up, so that it may be asked on an event loop. Whoever gets a prediction must tell the gateway when
    /// it is answered or given up.
    func enter(_ head: PlainHead) -> Target? {
        guard head.method == "POST" else { return nil }
        if let gateway = self.gateway, head.bodyByteCount <= Self.predictionByteLimit,
            let endpoint = PredictPath.endpoint(in: head.path), self.isAdmitted(head.authorization, endpoint),
            gateway.enter()
        {
            return .prediction(endpoint: endpoint)
        }
        guard head.bodyByteCount <= Self.trackingByteLimit else { return nil }
        return self.tracking?.call(head.path, authorization: head.authorization).map(Target.tracking)
    }
}
