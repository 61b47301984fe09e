import Foundation
import MartletCore
import MartletStores
import MartletTracking
import MartletTraining
import Testing

/// The real process log of a die-casting line: `MARTLET_DATA`, or `../shared/data` beside the package.
enum DieCastingLog {
    static let path: String = {
        let environment = ProcessInfo.processInfo.environment
        let package = URL(fileURLWithPath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let data = environment["MARTLET_DATA"] ?? package.appending(path: "../shared/data").path
        return data + "/diecasting_process_2019/process_log.csv"
    }()

    /// Whether to run; where data is required, a missing file must fail the tests rather than skip them.
    static var isWanted: Bool {
        FileManager.default.fileExists(atPath: self.path)
            || ProcessInfo.processInfo.environment["MARTLET_REQUIRE_DATA"] == "1"
    }

    /// Loads the shots without trial shots, whose signal gives the label away.
    static var load: String {
        let path = self.path.replacing("'", with: "''")
        return """
            CREATE TABLE shots AS
            SELECT id, registration_time AS asked_at, CASE WHEN molten_volume >= 0 THEN molten_volume END AS volume,
              "count" AS shot, working, molten_temp, facility_operation_cycleTime AS facility_time,
              production_cycletime AS production_time, low_section_speed, high_section_speed, cast_pressure,
              biscuit_thickness, upper_mold_temp1, upper_mold_temp2, lower_mold_temp1, lower_mold_temp2,
              sleeve_temperature, physical_strength, Coolant_temperature AS coolant, EMS_operation_time AS stirring,
              mold_code, hour(registration_time) AS hour, passorfail AS failed
            FROM read_csv('\(path)') WHERE tryshot_signal = 'A'
            """
    }

    /// The features of the reference result beside the data; `mold_record` when a feature service is asked for.
    static func recipe(service: String, rounds: Int = 200, gates: String) -> String {
        let numbers = """
            volume molten_temp facility_time production_time low_section_speed high_section_speed cast_pressure
            biscuit_thickness upper_mold_temp1 upper_mold_temp2 lower_mold_temp1 lower_mold_temp2 sleeve_temperature
            physical_strength coolant
            """
            .split { $0.isWhitespace }
        let columns =
            numbers.map { "\($0): {type: float64, required: false}" }
            + ["shot", "stirring", "mold_code", "hour"].map { "\($0): {type: int64}" } + ["working: {type: string}"]
        return """
            name: defect
            model: defect
            task: binary_classification
            loader: {sql: "SELECT * FROM shots ORDER BY asked_at, id", timestamp: asked_at}
            label: failed
            \(service)
            request_features: {\(columns.joined(separator: ", "))}
            categorical: [mold_code, stirring]
            experiments:
              - {name: lightgbm, rounds: \(rounds), parameters: {learning_rate: 0.05}}
            select_by: pr_auc
            gates: \(gates)
            explain: {sample: 50}
            """
    }
}

@Suite(.enabled(if: DieCastingLog.isWanted, "the die-casting log is not beside the package; set MARTLET_DATA"))
struct DieCastingTrainingTests {
    private static let features = """
        entities:
          mold: {join_keys: [mold_code], type: int64}
        feature_views:
          mold_record:
            entity: mold
            source:
              sql: SELECT mold_code, asked_at + INTERVAL 10 MINUTE AS inspected_at, failed FROM shots
            event_timestamp: inspected_at
            aggregations:
              - {column: failed, functions: [mean, count], over: [1h, 24h]}
        feature_services:
          defect: {views: [mold_record]}
        """

    @Test func `the log's reference result is reached on its own split`() async throws {
        let workspace = try TrainingWorkspace()
        try await workspace.execute(DieCastingLog.load)
        let report = try await workspace.train(
            DieCastingLog.recipe(service: "", gates: "[auc > 0.90, pr_auc > 0.65]")
        )
        #expect(report.rowCount == 88_283)
        let result = try #require(report.best?.result)
        #expect(result.test.count == 13_243 && result.test.positiveCount == 42)
        #expect(result.validation.positiveCount == 118)
        #expect(result.parityMaxAbsDifference == 0)
        #expect(report.refusal == nil)
        let interval = try #require(report.intervals[.auc])
        #expect(interval.lower < result.test[.auc] && result.test[.auc] < interval.upper)
        #expect(report.version == ModelVersionID("defect", 1))
    }

    @Test func `the recent record of the mould joins point-in-time and is learned from`() async throws {
        let workspace = try TrainingWorkspace(features: Self.features)
        try await workspace.execute(DieCastingLog.load)
        let text = DieCastingLog.recipe(service: "feature_service: defect", rounds: 30, gates: "[auc > 0.999999]")
        let report = try await workspace.train(text)
        #expect(report.rowCount == 88_283)
        #expect(report.version == nil && report.refusal?.contains("missed by") == true)
        #expect(try #require(report.best?.result?.test[.auc]) > 0.85)
        #expect(report.importance.contains { $0.column.hasPrefix("mold_record__") && $0.meanAbsoluteContribution > 0 })
    }
}
