import Foundation

/// A native library that Martlet loads when it is first needed.
package enum Engine: String, CaseIterable, Sendable {
    case duckDB
    case lightGBM
    case xgBoost
    case onnxRuntime
    case postgreSQL

    /// The name a person knows.
    package var name: String {
        switch self {
        case .duckDB: "DuckDB"
        case .lightGBM: "LightGBM"
        case .xgBoost: "XGBoost"
        case .onnxRuntime: "ONNX Runtime"
        case .postgreSQL: "libpq"
        }
    }

    /// The environment variable that may name the library's file.
    package var environmentVariable: String {
        switch self {
        case .duckDB: "MARTLET_DUCKDB"
        case .lightGBM: "MARTLET_LIGHTGBM"
        case .xgBoost: "MARTLET_XGBOOST"
        case .onnxRuntime: "MARTLET_ONNXRUNTIME"
        case .postgreSQL: "MARTLET_LIBPQ"
        }
    }

    /// Whether Martlet works without it: only a workspace that names PostgreSQL needs libpq.
    package var isOptional: Bool { self == .postgreSQL }

    /// What a Mac installs with Homebrew.
    var homebrewFormula: String {
        switch self {
        case .duckDB: "duckdb"
        case .lightGBM: "lightgbm"
        case .xgBoost: "xgboost"
        case .onnxRuntime: "onnxruntime"
        case .postgreSQL: "libpq"
        }
    }

    /// The file as the system's loader knows it.
    var systemName: String {
        // The name without a number belongs to the developer's package, which a server lacks.
        guard self != .postgreSQL else { return Self.suffix == ".so" ? "libpq.so.5" : "libpq.5.dylib" }
        return self.stem + Self.suffix
    }

    /// The file inside a folder that `scripts/setup` has filled.
    var bundledPath: String {
        switch self {
        case .duckDB: "duckdb/" + self.systemName
        case .lightGBM: "lightgbm/" + self.systemName
        case .xgBoost: "xgboost/xgboost/lib/" + self.systemName
        case .onnxRuntime: "onnxruntime/" + self.systemName
        case .postgreSQL: "libpq/" + self.systemName
        }
    }

    private var stem: String {
        switch self {
        case .duckDB: "libduckdb"
        case .lightGBM: "lib_lightgbm"
        case .xgBoost: "libxgboost"
        case .onnxRuntime: "libonnxruntime"
        case .postgreSQL: "libpq"
        }
    }

    #if os(macOS)
    private static let suffix = ".dylib"
    #else
    private static let suffix = ".so"
    #endif
}

/// Where a library was found.
package struct EngineLocation: Sendable, Hashable {
    /// How the place came into question.
    package enum Origin: String, Sendable, Hashable {
        /// Named by the engine's environment variable.
        case environment
        /// Known to the system's loader, or in a folder of Homebrew.
        case system
        /// In a folder that `scripts/setup` or an installer has filled.
        case bundled
    }

    package let engine: Engine
    /// The file, or the bare name when the system's loader knows it.
    package let path: String
    package let origin: Origin

    /// The version that `scripts/setup` wrote beside the library, or `nil`.
    var recordedVersion: String? {
        guard self.origin == .bundled else { return nil }
        let folder = self.path.dropLast(self.engine.bundledPath.count) + self.engine.bundledPath.prefix { $0 != "/" }
        guard let text = try? String(contentsOfFile: folder + "/.version", encoding: .utf8) else { return nil }
        return text.split(whereSeparator: \.isWhitespace).first.map(String.init)
    }
}
