import MartletCore
import MartletTracking

/// The search of runs.
enum RunSearchCalls {
    static func search(_ call: MLflowCall) async throws -> [UInt8] {
        let fields = call.fields
        let experiments = try fields.strings("experiment_ids")
        let filter = try fields.string("filter") ?? ""
        let order = try fields.strings("order_by")
        let lifecycle = try ViewType.read(fields, "run_view_type")
        let limit = try fields.pageSize(standard: 1_000, limit: SearchLimits.page)
        let mark = ["runs", filter, lifecycle?.rawValue ?? "all"] + order + experiments
        let offset = try PageToken.offset(try fields.string("page_token"), of: mark)
        guard !experiments.isEmpty else { return MLflowAnswer.empty }
        let page = try await call.tracking.search(
            RunSearch(
                experimentIDs: experiments,
                filter: filter,
                order: order,
                lifecycle: lifecycle,
                limit: limit,
                offset: offset
            )
        )
        let texts = call.services.writtenRuns.texts(of: page.runs)
        return MLflowAnswer.object(capacity: texts.reduce(256) { $0 + $1.count + 1 }) { json in
            json.list("runs", written: texts)
            if let next = page.nextOffset {
                json.string("next_page_token", PageToken.encode(offset: next, of: mark))
            }
        }
    }
}

/// Which lifecycles a search looks at.
enum ViewType {
    /// Reads a view type, by name or by the protocol's number; `nil` is all, an absent field is the active.
    static func read(_ fields: WireFields, _ name: String) throws(MLflowError) -> Lifecycle? {
        switch fields.raw(name) {
        case nil, .string("ACTIVE_ONLY"), .number(_, 1): return .active
        case .string("DELETED_ONLY"), .number(_, 2): return .deleted
        case .string("ALL"), .number(_, 3): return nil
        case let value?: throw fields.wrong(value, name, "ACTIVE_ONLY, DELETED_ONLY or ALL")
        }
    }
}
