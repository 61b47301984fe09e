import Testing

struct HelpTests {
    @Test func `help lists the commands and the exit statuses`() throws {
        let outcome = try MartletProcess.run(["--help"])
        #expect(outcome.status == 0)
        for command in [
            "new", "check", "doctor", "ingest", "features", "train", "models", "deploy", "up", "serve",
            "predict", "trace", "monitor", "demo",
        ] {
            #expect(outcome.output.contains("  \(command) "))
        }
        #expect(
            outcome.output.contains("Exit status: 0 done, 1 failed, 2 the command line or the workspace")
        )
    }

    @Test(arguments: [
        ["new", "workspace"], ["check"], ["schema"], ["doctor"], ["ingest"], ["quarantine", "show"],
        ["warehouse", "query"], ["features", "apply"], ["features", "get"], ["features", "materialize"],
        ["features", "historical"], ["train"], ["runs", "compare"], ["models", "approve"], ["ledger", "verify"],
        ["deploy"], ["monitor"], ["monitor", "drift"], ["serve"], ["up"], ["predict"], ["trace"], ["demo"],
        ["status"], ["indicators"],
        ["labels", "build"], ["retrain", "check"], ["retrain", "run"], ["slo"],
        ["alerts", "show"],
        ["alerts", "silence"],
        ["alerts", "unsilence"], ["alerts", "backtest"],
    ])
    func `each command's help has an example`(command: [String]) throws {
        let outcome = try MartletProcess.run(command + ["--help"])
        #expect(outcome.status == 0)
        #expect(outcome.output.contains("Example"))
        #expect(outcome.output.contains("martlet \(command[0])"))
    }

    @Test func `an unknown command ends with 2 and the nearest name`() throws {
        let outcome = try MartletProcess.run(["trian"])
        #expect(outcome.status == 2)
        #expect(outcome.errors.contains("There is no command 'trian'. Did you mean 'train'?"))
        #expect(outcome.output == "")
    }

    @Test func `the version goes to standard output`() throws {
        #expect(try MartletProcess.run(["version"]).output == "martlet 0.1.0\n")
    }
}
