/// Whose thread makes a short write.
package enum WriteThread {
    /// Whether the caller lends its thread for a write that takes no longer than a few milliseconds.
    ///
    /// A store may then write on it when nothing else is being written, instead of waking a thread of its own and having
    /// that wake the caller again, which costs more than the write. It may also leave the thread alone.
    @TaskLocal package static var isLent = false
}
