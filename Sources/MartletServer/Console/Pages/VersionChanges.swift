import HTTPTypes
import MartletCore
import MartletTracking

/// What people change about a version from its page.
struct VersionChanges: Sendable {
    let visit: ConsoleVisit
    let context: ConsoleContext
    let form: FormText

    /// Approves or rejects the version, and goes back to its page.
    func decide() async throws -> ConsoleAnswer {
        let page = VersionPage(visit: self.visit, context: self.context)
        let version = try await page.version()
        let status: ApprovalStatus
        switch self.form["decision"] {
        case "approve": status = .approved
        case "reject": status = .rejected
        default: throw ConsoleProblem(status: .badRequest, message: self.visit.words["problem.noDecision"])
        }
        let author = try self.author()
        if let visitor = self.visit.visitor, !visitor.decides(on: version.id.model) {
            throw ConsoleProblem(status: .forbidden, message: self.visit.words("problem.notApprover", visitor.name))
        }
        if version.approval.decision != nil, author.reason == nil {
            throw ConsoleProblem(status: .unprocessableContent, message: self.visit.words["problem.reason"])
        }
        _ = try await self.context.registry.decide(status, on: version.id, author)
        return self.back(to: version, notice: status == .approved ? "approved" : "rejected")
    }

    /// Points an alias at the version, or takes it away.
    func changeAlias() async throws -> ConsoleAnswer {
        let version = try await VersionPage(visit: self.visit, context: self.context).version()
        let alias = self.form["alias"] ?? ""
        let author = try self.author()
        if self.form["action"] == "remove" {
            try await self.context.registry.removeAlias(alias, from: version.id.model, author)
            return self.back(to: version, notice: "aliasRemoved")
        }
        try await self.context.registry.setAlias(alias, to: version.id, author)
        return self.back(to: version, notice: "aliasSet")
    }

    private func author() throws -> Attribution {
        let name = self.visit.visitor?.name ?? self.form["by"] ?? self.visit.rememberedName ?? ""
        guard name.contains(where: { !$0.isWhitespace }), name.count <= 200 else {
            throw ConsoleProblem(status: .unprocessableContent, message: self.visit.words["problem.name"])
        }
        return Attribution(by: name, at: self.visit.now, reason: self.form["reason"].map { String($0.prefix(4_000)) })
    }

    private func back(to version: ModelVersion, notice: String) -> ConsoleAnswer {
        let address = ModelsPage.address(version.id.model, version.id.number) + "?notice=" + notice
        let name = self.visit.visitor == nil ? self.form["by"] ?? self.visit.rememberedName : nil
        return .redirect(address, cookies: name.map { [(.name, $0)] } ?? [])
    }
}
