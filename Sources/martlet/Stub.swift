extension Application {
    static func inferSource(_ path: String) async throws -> String { "" }
}
