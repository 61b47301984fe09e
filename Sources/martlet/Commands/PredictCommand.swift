import ArgumentParser
import Foundation
import MartletCore

/// `martlet predict ENDPOINT key=value …`.
struct PredictCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "predict",
        abstract: "Ask an endpoint for a prediction.",
        discussion: """
            Keys are entity keys and request features of the model; the command tells them apart. A running server is
            asked over HTTP (--url, or the address in martlet.yaml); without one the model answers in this process, with
            the same code and the same record in the prediction log.

            Examples:
              martlet predict apartment-price building_id="강남구 대치동 316" district_code=11680 area=84.9 floor=12
              martlet predict apartment-price --file inputs.json --explain
              martlet predict apartment-price area=84.9 --url http://prices.example:8700 --json
            """
    )

    @OptionGroup var options: WorkspaceOptions
    @OptionGroup var json: JSONOption
    @Argument(help: "The endpoint.")
    var endpoint: String
    @Argument(help: "key=value for each entity key and request feature.")
    var values: [String] = []
    @Flag(help: "Also say what each feature contributed.")
    var explain = false
    @Option(help: "Who the prediction is for; decides on the variant where an endpoint has several.")
    var unit: String?
    @Option(help: "A JSON file with the request's body, in place of key=value.")
    var file: String?
    @Option(help: "The server's address, such as http://127.0.0.1:8700.")
    var url: String?

    func validate() throws {
        if (self.file == nil) == self.values.isEmpty {
            throw ValidationError("give key=value arguments, or a body with --file")
        }
    }

    func run() async throws {
        let application = try self.options.application()
        var body = try await self.body(application)
        if let unit, case .object(var members) = body {
            members["unit"] = .string(unit)
            body = .object(members)
        }
        let answer = try await application.predict(endpoint: self.endpoint, body: body, url: self.url)
        if self.json.isEnabled {
            application.terminal.line(answer.prettyText)
        } else {
            PredictionView(answer).show(on: application.terminal)
        }
    }

    private func body(_ application: Application) async throws -> JSONValue {
        guard let file = self.file else {
            let pairs = try KeyValueArguments(self.values)
            return try await application.predictionBody(self.endpoint, pairs, explain: self.explain)
        }
        guard let data = FileManager.default.contents(atPath: file) else {
            throw CommandError(.commandNotFound, "there is no file '\(file)'", status: .invalid)
        }
        guard case .object(var members)? = try? JSONValue(parsing: data) else {
            throw CommandError(
                .commandInvalidArgument,
                "'\(file)' is not a request body; write {\"inputs\": [{\"entities\": {…}, \"features\": {…}}]}",
                status: .invalid
            )
        }
        if self.explain { members["explain"] = true }
        return .object(members)
    }
}
