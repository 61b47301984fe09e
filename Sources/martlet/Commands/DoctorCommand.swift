import ArgumentParser
import Foundation
import GRDB
import MartletCore
import MartletEngines
import MartletStores

/// `martlet doctor`.
struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Check the engines and the machine, with a fix for each fault.",
        discussion: """
            Each engine does a small real job. Inside a workspace the disk and the port are looked at too.

            Examples:
              martlet doctor
              martlet doctor --json
            """
    )

    @OptionGroup var options: WorkspaceOptions
    @OptionGroup var json: JSONOption

    func run() async throws {
        let terminal = Terminal()
        var table = Table([
            .init("part"), .init("works"), .init("version"), .init("found"), .init("detail"), .init("fix"),
        ])
        let reports = EngineProbe(locator: .ofProcess()).reports()
        let application = try? self.options.application()
        let needsLibpq = application?.workspace.environment.stores.metadata.url != nil
        for report in reports {
            let isNeeded = !report.engine.isOptional || needsLibpq
            if !report.works, !isNeeded { continue }
            let place = report.location.map { "\($0.origin.rawValue): \($0.path)" }
            table.add([
                .text(report.engine.name), .flag(report.works), .text(report.version), .text(place),
                .text(report.detail), .text(report.fix),
            ])
        }
        table.add(Self.plots)
        var isSound = reports.allSatisfy { $0.works || ($0.engine.isOptional && !needsLibpq) }
        if let version = try? await DatabaseQueue().read({ try String.fetchOne($0, sql: "SELECT sqlite_version()") }) {
            table.add([.text("SQLite"), .flag(true), .text(version), .text("system"), .text("metadata"), .text(nil)])
        }
        if let application { isSound = await self.add(application, to: &table) && isSound }
        if self.json.isEnabled {
            terminal.line(table.json.prettyText)
        } else {
            self.write(table, to: terminal)
        }
        if !isSound { throw QuietExit(status: .failed) }
    }

    /// Whether plots become images; without, they are SVG, so a missing library is no fault.
    private static var plots: [Table.Cell] {
        do throws(EngineError) {
            let rasteriser = try SVGRasteriser()
            let svg = #"<svg xmlns="http://www.w3.org/2000/svg" width="4" height="4"><path d="M0 0h4v4z"/></svg>"#
            let size = try rasteriser.png(of: Array(svg.utf8), width: 4, height: 4).count
            return [
                .text("librsvg"), .flag(true), .text(rasteriser.version), .text("system"),
                .text("drew an image of \(size) bytes"), .text(nil),
            ]
        } catch {
            return [
                .text("librsvg"), .flag(false), .text(nil), .text(nil),
                .text("plots are SVG only: \(error.message)"), .text(SVGRasteriser.fix),
            ]
        }
    }

    /// Adds disk and port of a workspace; `false` when one is a fault.
    private func add(_ application: Application, to table: inout Table) async -> Bool {
        let folder = application.workspace.folder
        let attributes = try? FileManager.default.attributesOfFileSystem(forPath: folder.path)
        let free = (attributes?[.systemFreeSize] as? Int) ?? (attributes?[.systemFreeSize] as? NSNumber)?.intValue ?? 0
        let hasSpace = free > 1_000_000_000
        table.add([
            .text("disk"), .flag(hasSpace), .text(nil), .text(folder.path), .text("\(Quantity.bytes(free)) free"),
            .text(hasSpace ? nil : "free at least 1 GB"),
        ])
        let server = application.workspace.environment.server
        let state = await AddressProbe(host: server.host, port: server.port).state()
        table.add([
            .text("server"), .flag(state.fix == nil), .text(nil), .text("\(server.host):\(server.port)"),
            .text("\(state.detail); environment \(application.workspace.environmentName)"), .text(state.fix),
        ])
        return self.addDatabase(application, to: &table) && hasSpace && state.fix == nil
    }

    /// Adds the metadata in PostgreSQL; `false` when they cannot be reached.
    private func addDatabase(_ application: Application, to table: inout Table) -> Bool {
        guard application.workspace.environment.stores.metadata.url != nil else { return true }
        do {
            let status = try MetadataStatus(of: application.metadata.place())
            table.add([
                .text("metadata"), .flag(true), .text(status.engine), .text(status.place),
                .text(status.exists ? "schema version \(status.appliedSteps.count)" : "not made yet"), .text(nil),
            ])
            return true
        } catch {
            table.add([
                .text("metadata"), .flag(false), .text(nil), .text(nil), .text(readableMessage(of: error)),
                .text("see docs/postgresql.md"),
            ])
            return false
        }
    }

    private func write(_ table: Table, to terminal: Terminal) {
        for row in table.rows {
            let isSound = row[1].text == "yes"
            let mark = isSound ? terminal.output.good("ok ") : terminal.output.bad("bad")
            let version = row[2].text.isEmpty ? "" : " " + row[2].text
            terminal.line("\(mark) \(row[0].text)\(version): \(row[4].text)")
            if !row[3].text.isEmpty { terminal.line("    " + terminal.output.dim(row[3].text)) }
            if !row[5].text.isEmpty { terminal.line("    fix: \(row[5].text)") }
        }
    }
}
