/// A param that was logged before with another value; the `underlying` error of `tracking.parameterChanged`.
///
/// It holds data values, so that a server can answer as its protocol asks; it is not for logs.
package struct ParameterConflict: Error, Sendable, Hashable {
    package let key: String
    package let oldValue: String
    package let newValue: String
    /// The run or logged model whose param it is.
    package let owner: String

    /// Says which param of `owner` would have changed.
    package init(key: String, oldValue: String, newValue: String, owner: String) {
        self.key = key
        self.oldValue = oldValue
        self.newValue = newValue
        self.owner = owner
    }
}
