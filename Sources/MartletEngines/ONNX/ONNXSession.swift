/// A tensor of floats: its shape and its cells in row-major order.
package struct ONNXTensor: Sendable, Hashable {
    package let shape: [Int64]
    package let values: [Float]

    /// Puts cells into a shape.
    ///
    /// - Precondition: the shape has as many cells as there are values.
    package init(shape: [Int64], values: [Float]) {
        precondition(shape.reduce(1, *) == Int64(values.count), "one value for each cell of the shape")
        self.shape = shape
        self.values = values
    }
}

/// A neural network or pipeline in ONNX form, ready to run on one thread a call.
// Safe because the handle never changes between init and deinit, and ONNX Runtime allows concurrent runs of a session.
package final class ONNXSession: @unchecked Sendable {
    private let library: ONNXRuntimeLibrary
    private let handle: Handle
    /// The names of the inputs, in the model's order.
    package let inputNames: [String]
    /// The names of the outputs, in the model's order.
    package let outputNames: [String]

    /// Loads a model from its bytes.
    ///
    /// - Throws: `engine.notFound`, `engine.failed` with ONNX Runtime's text.
    package init(model: [UInt8], locator: EngineLocator) throws(EngineError) {
        let library = try ONNXRuntimeLibrary.load(locator)
        typealias Make = @convention(c) (UnsafeMutablePointer<Handle?>) -> Handle?
        typealias SetCount = @convention(c) (Handle?, Int32) -> Handle?
        typealias Open =
            @convention(c) (
                Handle?, UnsafeRawPointer?, Int, Handle?, UnsafeMutablePointer<Handle?>
            ) -> Handle?
        var options: Handle?
        try library.check(library.function(10, as: Make.self)(&options), "make options")
        defer { library.release(100, options) }
        try library.check(library.function(24, as: SetCount.self)(options, 1), "set the threads")
        try library.check(library.function(25, as: SetCount.self)(options, 1), "set the threads")
        var session: Handle?
        let environment = Handle(bitPattern: library.environment)
        let open = library.function(8, as: Open.self)
        try library.check(open(environment, model, model.count, options, &session), "load a model")
        guard let session else { throw EngineError(.engineFailed, "ONNX Runtime could not load a model") }
        do throws(EngineError) {
            self.inputNames = try Self.names(of: session, library, count: 30, name: 36)
            self.outputNames = try Self.names(of: session, library, count: 31, name: 37)
        } catch {
            library.release(95, session)
            throw error
        }
        self.library = library
        self.handle = session
    }

    deinit { self.library.release(95, self.handle) }

    /// Runs the model on one tensor for each input, in the order of `inputNames`.
    ///
    /// `outputs` names what to compute; by default all.
    ///
    /// - Returns: one tensor for each output asked for; they must be of 32-bit floats.
    /// - Throws: `engine.badInput`, `engine.failed` with ONNX Runtime's text, such as for a wrong shape.
    package func run(_ inputs: [ONNXTensor], outputs: [String]? = nil) throws(EngineError) -> [ONNXTensor] {
        let outputs = outputs ?? self.outputNames
        guard inputs.count == self.inputNames.count else {
            throw EngineError(
                .engineBadInput,
                "the model takes \(self.inputNames.count) inputs and \(inputs.count) were given"
            )
        }
        var memory: Handle?
        typealias MakeMemory = @convention(c) (Int32, Int32, UnsafeMutablePointer<Handle?>) -> Handle?
        try self.library.check(self.library.function(69, as: MakeMemory.self)(0, 0, &memory), "take memory")
        defer { self.library.release(94, memory) }
        var values: [Handle?] = []
        var buffers: [UnsafeMutableBufferPointer<Float>] = []
        var results = [Handle?](repeating: nil, count: outputs.count)
        defer {
            for value in values + results { self.library.release(96, value) }
            for buffer in buffers { buffer.deallocate() }
        }
        for input in inputs {
            // At least one cell, so that there is an address.
            let buffer = UnsafeMutableBufferPointer<Float>.allocate(capacity: max(1, input.values.count))
            buffer.initialize(repeating: 0)
            _ = buffer.update(from: input.values)
            buffers.append(buffer)
            values.append(try self.tensor(over: buffer, input, memory))
        }
        typealias Run =
            @convention(c) (
                Handle?, Handle?, UnsafePointer<CText?>, UnsafePointer<Handle?>, Int, UnsafePointer<CText?>, Int,
                UnsafeMutablePointer<Handle?>
            ) -> Handle?
        let run = self.library.function(9, as: Run.self)
        let status = CTexts(self.inputNames)
            .withPointers { inputNames in
                CTexts(outputs)
                    .withPointers { outputNames in
                        run(
                            self.handle,
                            nil,
                            inputNames,
                            values,
                            values.count,
                            outputNames,
                            results.count,
                            &results
                        )
                    }
            }
        try self.library.check(status, "run a model")
        var tensors: [ONNXTensor] = []
        for result in results { tensors.append(try self.read(result)) }
        return tensors
    }

    private func tensor(
        over buffer: UnsafeMutableBufferPointer<Float>,
        _ input: ONNXTensor,
        _ memory: Handle?
    ) throws(EngineError) -> Handle? {
        typealias Wrap =
            @convention(c) (
                Handle?, UnsafeMutableRawPointer?, Int, UnsafePointer<Int64>, Int, Int32, UnsafeMutablePointer<Handle?>
            ) -> Handle?
        var value: Handle?
        let wrap = self.library.function(49, as: Wrap.self)
        let status = wrap(
            memory,
            buffer.baseAddress,
            input.values.count * 4,
            input.shape,
            input.shape.count,
            1,
            &value
        )
        try self.library.check(status, "take an input")
        return value
    }

    private func read(_ value: Handle?) throws(EngineError) -> ONNXTensor {
        typealias Describe = @convention(c) (Handle?, UnsafeMutablePointer<Handle?>) -> Handle?
        typealias Kind = @convention(c) (Handle?, UnsafeMutablePointer<Int32>) -> Handle?
        typealias Count = @convention(c) (Handle?, UnsafeMutablePointer<Int>) -> Handle?
        typealias Dimensions = @convention(c) (Handle?, UnsafeMutablePointer<Int64>, Int) -> Handle?
        typealias Cells = @convention(c) (Handle?, UnsafeMutablePointer<UnsafeMutableRawPointer?>) -> Handle?
        let library = self.library
        var description: Handle?
        try library.check(library.function(65, as: Describe.self)(value, &description), "read an output")
        defer { library.release(99, description) }
        var kind: Int32 = 0
        try library.check(library.function(60, as: Kind.self)(description, &kind), "read an output")
        guard kind == 1 else {
            throw EngineError(.engineUnsupportedType, "an output of the model is not of 32-bit floats; export it so")
        }
        var rank = 0
        try library.check(library.function(61, as: Count.self)(description, &rank), "read an output")
        var shape = [Int64](repeating: 0, count: rank)
        try library.check(library.function(62, as: Dimensions.self)(description, &shape, rank), "read an output")
        var cells: UnsafeMutableRawPointer?
        try library.check(library.function(51, as: Cells.self)(value, &cells), "read an output")
        let count = Int(shape.reduce(1, *))
        guard let cells, count > 0 else { return ONNXTensor(shape: shape, values: []) }
        let values = UnsafeBufferPointer(start: cells.assumingMemoryBound(to: Float.self), count: count)
        return ONNXTensor(shape: shape, values: Array(values))
    }

    private static func names(
        of session: Handle,
        _ library: ONNXRuntimeLibrary,
        count countPlace: Int,
        name namePlace: Int
    ) throws(EngineError) -> [String] {
        typealias Default = @convention(c) (UnsafeMutablePointer<Handle?>) -> Handle?
        typealias Count = @convention(c) (Handle, UnsafeMutablePointer<Int>) -> Handle?
        typealias Name =
            @convention(c) (Handle, Int, Handle?, UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Handle?
        typealias Free = @convention(c) (Handle?, UnsafeMutableRawPointer?) -> Handle?
        var allocator: Handle?
        try library.check(library.function(78, as: Default.self)(&allocator), "read a model")
        var count = 0
        try library.check(library.function(countPlace, as: Count.self)(session, &count), "read a model")
        var names: [String] = []
        for index in 0..<count {
            var text: UnsafeMutablePointer<CChar>?
            let name = library.function(namePlace, as: Name.self)
            try library.check(name(session, index, allocator, &text), "read a model")
            names.append(text.map { String(cString: $0) } ?? "")
            try library.check(library.function(76, as: Free.self)(allocator, text), "read a model")
        }
        return names
    }
}
