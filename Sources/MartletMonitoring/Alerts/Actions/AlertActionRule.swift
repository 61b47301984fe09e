package import MartletCore

/// What is done by itself when an alert fires: one entry under its name in `actions:` of `slo.yaml`.
package struct AlertActionRule: DocumentObject, Sendable {
    /// Whether something is done, or only said.
    package enum Mode: String, DocumentWord, Codable, Sendable {
        /// It is recorded what would be done.
        case dryRun = "dry-run"
        /// It is done.
        case on
    }

    package let action: AlertAction
    /// Whether a training begins at once, and not only when its plan finds it due and worth it.
    package let isAtOnce: Bool
    package let mode: Mode
    /// How long after an action the same one is not taken for the same alert.
    package let coolDown: TimeSpan

    /// How long by default.
    private static let standardCoolDown = TimeSpan.seconds(3_600)

    /// Takes `action`, by default only in words.
    package init(_ action: AlertAction, mode: Mode = .dryRun, coolDown: TimeSpan? = nil) {
        self.action = action
        self.isAtOnce = false
        self.mode = mode
        self.coolDown = coolDown ?? Self.standardCoolDown
    }

    package init(from reader: ObjectReader) {
        let rollBack = reader.value(
            "roll_back",
            default: false,
            "Take back the release under way at the endpoint, or else its last deployment."
        )
        let scale = reader.optional("scale", ScaleHook.self, "Ask for more servers, by a program or a webhook.")
        let fallback = reader.value("fallback", default: false, "Load the source from its fallback.")
        let retrain = reader.optional(
            "retrain",
            Located<String>.self,
            "Train again by this retraining plan or recipe, if its plan finds it due and worth it; 'auto' takes the plan "
                + "of the model that the endpoint serves."
        )
        self.isAtOnce = reader.value(
            "now",
            default: false,
            "With 'retrain': train at once, though the plan finds it neither due nor worth it; its budget holds.",
            documentedDefault: false
        )
        let page = reader.optional("page", [Located<String>].self, "Tell these channels too, whatever the routes say.")
        self.mode = reader.value(
            "mode",
            default: .dryRun,
            "Whether it is done, or only recorded what would be done.",
            documentedDefault: "dry-run"
        )
        self.coolDown = reader.value(
            "cooldown",
            default: Self.standardCoolDown,
            "How long after it the same is not done again for the same alert.",
            documentedDefault: "1h"
        )
        let actions: [AlertAction] = [
            rollBack ? .rollBack : nil, scale.map { .scale($0) }, fallback ? .fallBack : nil,
            retrain.map { .retrain($0) }, page.map { .page($0) },
        ]
        .compactMap(\.self)
        self.action = actions.first ?? .page([])
        if actions.count != 1 {
            let found = actions.isEmpty ? "none" : actions.map { "'\($0.word)'" }.joined(separator: " and ")
            reader.report(
                .documentInvalidValue,
                "an entry does one thing: write 'roll_back: true', 'scale', 'fallback: true', 'retrain' or 'page'; found "
                    + found
            )
        }
        if self.isAtOnce, retrain == nil {
            reader.report(.documentInvalidValue, "'now' belongs to 'retrain'; leave it out", at: "now")
        }
        if reader.has("page"), page?.isEmpty ?? true {
            reader.report(.documentInvalidValue, "'page' names no channel; write at least one", at: "page")
        }
        if self.coolDown.microseconds < 0 {
            reader.report(.documentInvalidValue, "cooldown must be 0s or more", at: "cooldown")
        }
    }
}

/// Something that may be done about an alert.
package enum AlertAction: Sendable {
    case rollBack
    case scale(ScaleHook?)
    case fallBack
    /// By the plan or recipe of that name; `auto` by the endpoint's model.
    case retrain(Located<String>)
    case page([Located<String>])

    /// The key in the file.
    package var word: String {
        switch self {
        case .rollBack: "roll_back"
        case .scale: "scale"
        case .fallBack: "fallback"
        case .retrain: "retrain"
        case .page: "page"
        }
    }
}

/// How more servers are asked for.
package struct ScaleHook: DocumentObject, Sendable {
    /// A program with its arguments, run in the workspace's folder without a shell; `{endpoint}` and `{alert}` are filled in.
    package let command: [String]?
    /// A channel of the kind `webhook`.
    package let channel: Located<String>?

    package init(from reader: ObjectReader) {
        self.command = reader.optional(
            "command",
            [String].self,
            "A program without a shell, [name, argument, …]; {endpoint} and {alert} are filled in."
        )
        self.channel = reader.optional(
            "webhook",
            Located<String>.self,
            "The channel of kind 'webhook' that is posted to."
        )
        if (self.command == nil) == (self.channel == nil) {
            reader.report(.documentInvalidValue, "write either 'command' or 'webhook'")
        }
        if let command, command.first?.isEmpty ?? true {
            reader.report(.documentInvalidValue, "'command' names no program; write [name, argument, …]", at: "command")
        }
    }
}
