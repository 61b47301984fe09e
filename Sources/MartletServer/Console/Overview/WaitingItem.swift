import MartletCore

/// Something that goes on only when somebody does something.
struct WaitingItem: Sendable, Hashable {
    /// What is to be done, and by whom.
    enum Kind: String, Sendable, Hashable, CaseIterable {
        /// An alert that nobody took on.
        case alert
        /// A variant that answers nobody, because it failed too often.
        case outage
        /// A release that asks for its last step.
        case release
        /// A version that nobody approved or rejected.
        case approval
        /// A pipeline whose last job failed.
        case job
        /// A source whose last batch was refused.
        case refusal
        /// Rows in quarantine.
        case held
        /// A live version whose traffic or error is not what it was in training.
        case drift

        /// The style class of its mark.
        var style: String {
            switch self {
            case .alert, .outage, .job, .refusal: "rejected"
            case .release, .approval, .held, .drift: "pending"
            }
        }

        /// Whether something is wrong, and not only to be decided.
        var isFault: Bool { self.style == "rejected" || self == .drift }
    }

    let kind: Kind
    /// What it is about, such as a version or a pipeline.
    let name: String
    /// More of it, in a sentence or a figure.
    let detail: String?
    /// The page where it is done.
    let address: String
    let since: EventTime?
    /// Orders what is of one kind, such as the priority of an alert.
    var urgency = ""

    init(_ kind: Kind, _ name: String, detail: String? = nil, address: String, since: EventTime?) {
        self.kind = kind
        self.name = name
        self.detail = detail
        self.address = address
        self.since = since
    }

    /// The item over HTTP.
    var json: JSONValue {
        .object([
            "kind": .string(self.kind.rawValue), "name": .string(self.name),
            "detail": self.detail.map(JSONValue.string) ?? .null, "page": .string(self.address),
            "since": self.since.map { .string($0.description) } ?? .null,
        ])
    }
}
