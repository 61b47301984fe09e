/// Stops what a connection does at this moment.
// Safe because libpq's cancel object never changes and PQcancel may be called from any thread.
package final class PostgresCanceller: @unchecked Sendable {
    private let handle: Handle
    private let library: PostgresLibrary

    init(_ handle: Handle, _ library: PostgresLibrary) {
        self.handle = handle
        self.library = library
    }

    deinit { self.library.freeCancel(self.handle) }

    /// Asks the server to stop the statement; one that has ended by then is not harmed.
    ///
    /// - Returns: whether the request went out.
    @discardableResult
    package func cancel() -> Bool {
        var text = [CChar](repeating: 0, count: 256)
        return self.library.cancel(self.handle, &text, Int32(text.count)) == 1
    }
}
