extension WorkspaceTemplate {
    /// The smallest workspace.
    static let blank = WorkspaceTemplate([
        TemplateFile(
            path: "martlet.yaml",
            text: """
                # What this workspace is called, and where it runs.
                # Unknown keys are errors: `martlet check` names file, line and the nearest known key.
                name: WORKSPACE_NAME

                # MARTLET_ENV (then APP_ENV) picks an environment; without it, `local`.
                environments:
                  local:
                    stores:
                      root: .martlet        # everything Martlet keeps: raw files, warehouse, models, registry
                    server:
                      host: 127.0.0.1
                      port: ${MARTLET_PORT:-8700}
                      auth: off                   # whoever is on this machine may ask; other environments ask for keys

                # Endpoints answer predictions. Declare one here, then:
                #   martlet deploy ENDPOINT --model NAME@champion
                endpoints: {}

                """
        ),
        TemplateFile(path: ".gitignore", text: ".martlet/\n"),
        TemplateFile(
            path: "README.md",
            text: """
                # WORKSPACE_NAME

                A Martlet workspace. `sources/` says where raw data comes from, `features/` what a model knows, `recipes/`
                how models are trained and judged.

                Let Martlet propose a source from a file: `martlet ingest --infer data/sales.csv > sources/sales.yaml`.

                """
        ),
    ])
}
