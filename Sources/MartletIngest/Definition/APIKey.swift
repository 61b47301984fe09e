package import MartletCore

/// The key that an HTTP source wants, named by the environment variable that holds it.
///
/// The key itself is read when a request is made; it stands in no file, report, error or ledger.
package struct APIKey: DocumentObject, Sendable, Hashable {
    package let variable: String
    package let parameter: String?
    package let header: String?
    package let prefix: String

    package init(from reader: ObjectReader) {
        self.variable = reader.required("env", String.self, "The environment variable with the key.")
        self.parameter = reader.optional("parameter", String.self, "The query parameter it goes in.")
        self.header = reader.optional("header", String.self, "The header it goes in.")
        self.prefix = reader.value("prefix", default: "", "What stands before it in the header, such as 'Bearer '.")
        if (self.parameter == nil) == (self.header == nil) {
            reader.report(.documentInvalidValue, "a key goes in exactly one of 'parameter' and 'header'")
        }
        if self.variable.isEmpty || self.variable.contains("$") {
            reader.report(
                .documentInvalidValue,
                "'env' is the name of a variable, such as SALES_API_KEY, not its value",
                at: "env"
            )
        }
    }
}
