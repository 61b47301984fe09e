import Foundation
import MartletCore
import MartletReleases
import MartletTracking

/// Everything that changed a model's fate, the newest first, and whether the chain is whole.
struct LedgerPage: Sendable {
    static let pageSize = 50
    /// A ledger up to this length is checked with every look at its first page.
    static let checkLimit: Int64 = 5_000

    let visit: ConsoleVisit
    let context: ConsoleContext

    func page() async throws -> ConsolePage {
        let words = self.visit.words
        if let subject = self.visit.query["subject"] { return try await self.page(about: subject) }
        let head = try await self.context.ledger.head()
        let before = self.visit.query["before"].flatMap { Int64($0) }
        let entries = try await self.entries(before: before)
        let path = Address.of("ledger")
        var view: View = [
            "entries": entries.filter(self.isReadable).map(self.row), "hasEntries": !entries.isEmpty,
            "hasChain": true,
            "count": Figures.count(Int(head.sequence)), "headHash": head.hash.description, "headShort": head.hash.short,
            "path": path, "checkAddress": path + "?check=1",
        ]
        let isAsked = self.visit.query["check"] != nil
        if isAsked || before == nil && head.sequence <= Self.checkLimit {
            let verification = try await self.context.ledger.verify(anchor: nil)
            view["isChecked"] = true
            view["isIntact"] = verification.isIntact
            view["fault"] = verification.fault?.description
            view["checkedCount"] = words("ledger.checked", Figures.count(Int(verification.entryCount)))
        }
        if let last = entries.last, last.sequence > 1 {
            view["older"] = FormText().setting("before", String(last.sequence)).after(path)
        }
        if before != nil { view["newest"] = path }
        return ConsolePage(template: "ledger", title: words["ledger"], section: .ledger, view: view)
    }

    /// The entries about one thing, which who may read the thing may read; the chain is not shown to them.
    private func page(about subject: String) async throws -> ConsolePage {
        let entries = try await self.context.ledger.newestEntries(of: subject, limit: 500)
        let view: View = [
            "entries": entries.filter(self.isReadable).map(self.row), "hasEntries": !entries.isEmpty,
            "subject": subject, "path": Address.of("ledger"),
        ]
        return ConsolePage(template: "ledger", title: self.visit.words["ledger"], section: .ledger, view: view)
    }

    private func entries(before: Int64?) async throws -> [LedgerEntry] {
        guard let before else { return try await self.context.ledger.newestEntries(of: nil, limit: Self.pageSize) }
        let first = max(0, before - 1 - Int64(Self.pageSize))
        let count = Int(max(0, before - 1 - first))
        return count == 0 ? [] : try await self.context.ledger.entries(after: first, limit: count).reversed()
    }

    private func row(_ entry: LedgerEntry) -> View {
        let payload = try? JSONValue(parsing: Data(entry.payload.utf8))
        var details: [View] = []
        if case .object(let members) = payload ?? .null {
            details = members.sorted { $0.key < $1.key }.filter { $0.key != "reason" && $0.value != .null }
                .map { ["key": $0.key, "value": $0.value.textValue ?? $0.value.canonicalText] }
        }
        return [
            "sequence": Figures.count(Int(entry.sequence)), "at": self.visit.figures.view(entry.at),
            "actor": entry.actor,
            "action": entry.action, "actionText": self.actionText(entry.action),
            "actionStyle": Self.style(entry.action),
            "subject": entry.subject, "subjectName": Self.name(entry.subject), "subjectHref": Self.link(entry.subject),
            "subjectFilter": FormText().setting("subject", entry.subject).after(Address.of("ledger")),
            "reason": payload?["reason"]?.textValue, "details": details, "hasDetails": !details.isEmpty,
            "hash": entry.hash.description, "hashShort": entry.hash.short,
        ]
    }

    /// Whether the entry is about something that the reader's roles let them read.
    private func isReadable(_ entry: LedgerEntry) -> Bool {
        guard let visitor = self.visit.visitor else { return true }
        let parts = entry.subject.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        switch parts.first {
        case "model" where parts.count > 2:
            return visitor.reads(.model(parts[1..<(parts.count - 1)].joined(separator: ":")))
        case "model" where parts.count == 2: return visitor.reads(.model(parts[1]))
        case "endpoint": return visitor.reads(.endpoint(parts.dropFirst().joined(separator: ":")))
        default: return visitor.reads(.server)
        }
    }

    private func actionText(_ action: String) -> String {
        let key = "action." + action
        let text = self.visit.words[key]
        return text == key ? action : text
    }

    private static func style(_ action: String) -> String {
        switch action {
        case LedgerAction.versionApproved.description, LedgerAction.endpointDeployed.description,
            LedgerAction.releaseCompleted.description:
            "good"
        case LedgerAction.versionRejected.description, LedgerAction.versionDeleted.description,
            LedgerAction.endpointRemoved.description, LedgerAction.releaseRolledBack.description:
            "bad"
        default: "plain"
        }
    }

    /// `price:3` of `model:price:3`.
    private static func name(_ subject: String) -> String {
        subject.split(separator: ":", maxSplits: 1).last.map(String.init) ?? subject
    }

    private static func link(_ subject: String) -> String? {
        let parts = subject.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        if parts.count == 2, parts[0] == "release" || parts[0] == "experiment" {
            return Address.of("releases", parts[1])
        }
        if parts.count == 2, parts[0] == "endpoint" { return Address.of("endpoints", parts[1]) }
        guard parts.first == "model" else { return nil }
        if parts.count >= 3, let number = Int(parts[parts.count - 1]) {
            return ModelsPage.address(parts[1..<(parts.count - 1)].joined(separator: ":"), number)
        }
        return parts.count == 2 ? Address.of("models", parts[1]) : nil
    }
}
