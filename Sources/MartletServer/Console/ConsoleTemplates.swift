import Mustache

/// The templates of all pages, read once.
struct ConsoleTemplates: Sendable {
    private let library: MustacheLibrary

    /// Reads every template that was built in.
    ///
    /// - Throws: what the template language finds wrong. A test reads them all, so that a released build has no fault.
    init() throws {
        var library = MustacheLibrary()
        for (name, text) in ConsoleFiles.templates {
            library.register(try MustacheTemplate(string: text), named: name)
        }
        self.library = library
    }

    /// Fills the template `name`.
    func render(_ view: View, with name: String) -> String {
        self.library.render(view, withTemplate: name) ?? ""
    }
}
