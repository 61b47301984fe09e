import Foundation
import Testing

struct WorkspaceCommandTests {
    @Test(
        .enabled(if: MartletProcess.hasEngines, "run scripts/setup first"),
        arguments: ["apartments", "die-casting", "api", "blank"]
    )
    func `a new workspace passes check without a warning`(template: String) throws {
        try MartletProcess.withFolder { folder in
            let made = try MartletProcess.run(["new", "workspace", "w", "--template", template], in: folder)
            #expect(made.status == 0)
            #expect(made.output.contains("next: cd w && martlet check"))
            let checked = try MartletProcess.run(["check", "--strict"], in: folder.appending(path: "w"))
            #expect(checked.errors == "")
            #expect(checked.output.hasPrefix("ok: "))
            #expect(checked.status == 0)
        }
    }

    @Test(.enabled(if: MartletProcess.hasEngines, "run scripts/setup first"))
    func `status says what is to be done next in a workspace without anything, and indicators count nothing`() throws {
        try MartletProcess.withFolder { folder in
            let made = try MartletProcess.run(["new", "workspace", "w", "--template", "blank"], in: folder)
            #expect(made.status == 0)
            let workspace = folder.appending(path: "w")
            let status = try MartletProcess.run(["status", "--check"], in: workspace)
            #expect(status.status == 0)
            #expect(status.output.hasPrefix("Everything is well.\nlive: nothing yet; martlet deploy ENDPOINT"))
            #expect(status.output.hasSuffix("nothing waits for anybody\n"))
            let told = try MartletProcess.run(["status", "--json"], in: workspace)
            #expect(told.output.contains("\"well\": true"))
            let indicators = try MartletProcess.run(["indicators"], in: workspace)
            #expect(indicators.status == 0)
            #expect(indicators.output.contains("0 in 30d, 0 of them without a release"))
            #expect(indicators.output.contains("nothing was rolled back"))
        }
    }

    @Test func `a folder with files is not made a workspace`() throws {
        try MartletProcess.withFolder { folder in
            try Data().write(to: folder.appending(path: "notes.txt"))
            let made = try MartletProcess.run(["new", "workspace", folder.path])
            #expect(made.status == 2)
            #expect(
                made.errors == "error: cannot make a workspace in '\(folder.path)': it is not empty (it holds "
                    + "'notes.txt'); name a new or empty folder [workspace.folderNotEmpty]\n"
            )
        }
    }

    @Test func `an unknown key names file, line, column and the nearest key`() throws {
        try MartletProcess.withFolder { folder in
            let text = "name: prices\nenviroments:\n  local: {}\n"
            try Data(text.utf8).write(to: folder.appending(path: "martlet.yaml"))
            let checked = try MartletProcess.run(["check"], in: folder)
            #expect(checked.status == 2)
            #expect(
                checked.errors == "martlet.yaml:2:1: error: unknown key 'enviroments'. Did you mean 'environments'? "
                    + "[document.unknownKey]\n1 error\n"
            )
        }
    }

    @Test(.enabled(if: MartletProcess.hasEngines, "run scripts/setup first"))
    func `check shows every fault of a broken workspace at once`() throws {
        try MartletProcess.withFolder { folder in
            _ = try MartletProcess.run(["new", "workspace", "w", "--template", "apartments"], in: folder)
            let workspace = folder.appending(path: "w")
            try Self.replace("label: price", with: "label: pricee", in: "recipes/price.yaml", workspace)
            try Self.replace("use = '아파트'\n", with: "usage = '아파트'\n", in: "recipes/price.yaml", workspace)
            try Self.replace("{table: sales}", with: "{table: sale}", in: "features/apartments.yaml", workspace)
            try Self.replace("sql: price / area", with: "sql: price / areas", in: "sources/sales.yaml", workspace)
            try Self.replace("model: apartment_price  ", with: "model: apartment_prize", in: "martlet.yaml", workspace)
            let checked = try MartletProcess.run(["check"], in: workspace)
            #expect(checked.status == 2)
            #expect(checked.errors.contains("reads table 'sale', which no source loads. Did you mean 'sales'?"))
            #expect(checked.errors.contains("sources/sales.yaml:"))
            #expect(checked.errors.contains("derive 'price_per_m2' of source 'sales' is not valid SQL"))
            #expect(checked.errors.contains("the loader of recipe 'price' is not valid SQL"))
            #expect(checked.errors.contains("which no recipe trains. Did you mean 'apartment_price'?"))
        }
    }

    @Test func `an unknown environment is named with the nearest`() throws {
        try MartletProcess.withFolder { folder in
            let text = "name: prices\nenvironments:\n  local: {}\n  cloud: {}\n"
            try Data(text.utf8).write(to: folder.appending(path: "martlet.yaml"))
            let checked = try MartletProcess.run(["check"], in: folder, environment: ["MARTLET_ENV": "clout"])
            #expect(checked.status == 2)
            #expect(
                checked.errors.contains("environment 'clout' is not declared; environments: cloud, local. Did you mean")
            )
            let other = try MartletProcess.run(["check"], in: folder, environment: ["APP_ENV": "cloud"])
            #expect(other.status == 0)
        }
    }

    @Test func `a value from the environment is never shown`() throws {
        try MartletProcess.withFolder { folder in
            let text = "name: prices\nenvironments:\n  local: {server: {port: \"${SECRET_PORT}\"}}\n"
            try Data(text.utf8).write(to: folder.appending(path: "martlet.yaml"))
            let checked = try MartletProcess.run(["check"], in: folder, environment: ["SECRET_PORT": "hunter2"])
            #expect(checked.status == 2)
            #expect(!checked.errors.contains("hunter2"))
            #expect(checked.errors.contains("a value from the environment"))
        }
    }

    @Test func `without a workspace the message says how to make one`() throws {
        try MartletProcess.withFolder { folder in
            let outcome = try MartletProcess.run(["check"], in: folder)
            #expect(outcome.status == 2)
            #expect(outcome.errors.contains("make one with: martlet new workspace DIR"))
        }
    }

    @Test(arguments: ["workspace", "source", "features", "recipe", "labels", "retraining"])
    func `each kind of file has a JSON Schema`(kind: String) throws {
        let outcome = try MartletProcess.run(["schema", kind])
        let schema = try #require(
            try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any]
        )
        #expect(schema["$schema"] as? String == "https://json-schema.org/draft/2020-12/schema")
        #expect(schema["type"] as? String == "object")
        #expect(schema["additionalProperties"] as? Bool == false)
    }

    private static func replace(
        _ old: String,
        with new: String,
        in path: String,
        _ workspace: URL
    ) throws {
        let file = workspace.appending(path: path)
        let text = try String(contentsOf: file, encoding: .utf8)
        #expect(text.contains(old))
        try Data(text.replacing(old, with: new).utf8).write(to: file)
    }
}
