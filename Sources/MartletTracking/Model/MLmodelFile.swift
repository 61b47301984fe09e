package import Foundation
package import MartletCore

/// An `MLmodel` file: what MLflow writes beside a model's bytes, so that any program can load it.
package struct MLmodelFile: Sendable, Hashable {
    /// The name of the file in a model's folder.
    package static let fileName = "MLmodel"

    /// One column of the model's signature.
    package struct Column: Sendable, Hashable {
        package var name: String
        /// The type in MLflow's words, such as `double`, `long` or `string`.
        package var type: String
        package var isRequired: Bool

        /// Declares a column.
        package init(name: String, type: String, isRequired: Bool) {
            self.name = name
            self.type = type
            self.isRequired = isRequired
        }
    }

    /// The settings of each way to load the model, such as `lightgbm` or `python_function`.
    package var flavors: [String: [String: String]]
    /// The columns the model takes, in order; `nil` when the file has no signature of columns.
    package var columns: [Column]?
    /// How many numbers a row has, when the signature is one tensor of rows.
    package var tensorWidth: Int?
    /// The name of the answer, when the signature gives one.
    package var outputName: String?
    package var runID: RunID?
    package var createdAt: EventTime?

    /// Reads the file.
    ///
    /// - Throws: `model.invalidManifest` when it is no `MLmodel` file.
    package init(parsing bytes: Data) throws(TrackingError) {
        let context = DocumentContext()
        let document = Document.parse(yaml: String(decoding: bytes, as: UTF8.self), file: Self.fileName, in: context)
        guard let document, !context.hasErrors, let flavors = document["flavors"], case .mapping = flavors.content
        else {
            throw TrackingError(
                .invalidManifest,
                "the \(Self.fileName) file of the model cannot be read: it has no flavors; log the model again"
            )
        }
        self.flavors = [:]
        for member in flavors.members {
            var settings: [String: String] = [:]
            for setting in member.value.members { settings[setting.key] = setting.value.text }
            self.flavors[member.key] = settings
        }
        self.runID = document["run_id"]?.text.flatMap { RunID($0) }
        self.createdAt = document["utc_time_created"]?.text.flatMap { EventTime(iso8601: $0) }
        let signature = document["signature"]
        self.columns = try Self.columns(signature?["inputs"]?.text)
        self.tensorWidth = Self.tensorWidth(signature?["inputs"]?.text)
        self.outputName = (try? Self.columns(signature?["outputs"]?.text))?.first?.name
    }

    private static func tensorWidth(_ text: String?) -> Int? {
        guard let text, case .array(let elements) = try? JSONValue(parsing: Data(text.utf8)), elements.count == 1,
            case .array(let shape) = elements[0]["tensor-spec"]?["shape"], shape.count == 2,
            case .integer(let width) = shape[1], (1...100_000).contains(width)
        else { return nil }
        return Int(width)
    }

    /// The columns in a signature's JSON; tensors and nested types are none.
    private static func columns(_ text: String?) throws(TrackingError) -> [Column]? {
        guard let text, !text.isEmpty else { return nil }
        guard case .array(let elements) = try? JSONValue(parsing: Data(text.utf8)) else {
            throw TrackingError(
                .invalidManifest,
                "the signature in the \(Self.fileName) file of the model is no list of columns; log the model again"
            )
        }
        var columns: [Column] = []
        for element in elements {
            guard case .string(let name) = element["name"], case .string(let type) = element["type"], type != "tensor"
            else { return nil }
            let isRequired = element["required"] != .boolean(false) && element["optional"] != .boolean(true)
            columns.append(Column(name: name, type: type, isRequired: isRequired))
        }
        return columns.isEmpty ? nil : columns
    }
}

extension Document {
    /// The value of `key` in a mapping, or `nil`.
    fileprivate subscript(key: String) -> Document? { self.members.first { $0.key == key }?.value }

    /// The members of a mapping; of anything else, none.
    fileprivate var members: [Member] { if case .mapping(let members) = self.content { members } else { [] } }

    /// The text of a scalar, or `nil`.
    fileprivate var text: String? { if case .scalar(let text, _) = self.content { text } else { nil } }
}
