import Foundation

/// Memory that was freed and that the C library keeps for later.
package enum FreedMemory {
    /// Gives it back to the system, with a C library that knows how, which is glibc.
    ///
    /// Reading models and rows of entities leaves behind several times what is kept of them, in an arena for each thread
    /// that took part. Takes some milliseconds.
    package static func giveBack() {
        guard let address = dlsym(nil, "malloc_trim") else { return }
        _ = unsafeBitCast(address, to: (@convention(c) (Int) -> CInt).self)(0)
    }
}
