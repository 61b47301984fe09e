extension WorkspaceTemplate {
    /// Pass or fail of die-casting shots: classification with rare fails, ordered in time.
    static let dieCasting = WorkspaceTemplate([
        TemplateFile(path: "martlet.yaml", text: Self.dieCastingConfiguration),
        TemplateFile(path: "sources/shots.yaml", text: Self.dieCastingShots),
        TemplateFile(path: "recipes/fail.yaml", text: Self.dieCastingRecipe),
        TemplateFile(path: ".gitignore", text: ".martlet/\n"),
    ])

    private static let dieCastingConfiguration = """
        # What this workspace is called, and where it runs.
        name: WORKSPACE_NAME
        description: Which shots of a die-casting line will fail inspection.

        # MARTLET_ENV (then APP_ENV) picks an environment; without it, `local`.
        environments:
          local:
            stores:
              root: .martlet
            server:
              host: 127.0.0.1
              port: ${MARTLET_PORT:-8700}
              auth: off                   # whoever is on this machine may ask; other environments ask for keys

        variables:
          DATA: data

        endpoints:
          shot-fail:
            model: shot_fail
            description: Probability that a shot fails.

        """

    private static let dieCastingShots = """
        # The process log. Sensors fail: 65534, -1 and 1449 °C are no measurements. Values beyond what the sensor can show
        # become missing below; rows beyond what the process can do go to quarantine.
        name: shots
        description: One row for each shot, in time order.
        location:
          path: ${DATA}/process_log.csv
        format: csv
        columns:
          id: int64
          registration_time: {type: timestamp, format: "YYYY-MM-DD HH:mm:ss"}
          molten_volume: {type: float64, missing: ["-1"]}
          count: {type: int64, description: shot counter of the day and mould}
          working: string
          molten_temp: {type: float64, description: °C}
          facility_operation_cycleTime: {type: float64, description: s}
          production_cycletime: {type: float64, description: s}
          low_section_speed: {type: float64, missing: ["65534"]}
          high_section_speed: float64
          cast_pressure: float64
          biscuit_thickness: {type: float64, description: mm}
          upper_mold_temp1: float64
          upper_mold_temp2: float64
          lower_mold_temp1: float64
          lower_mold_temp2: {type: float64, missing: ["1449"]}
          sleeve_temperature: float64
          physical_strength: float64
          Coolant_temperature: float64
          tryshot_signal: {type: string, description: A is ordinary and D a trial shot}
          EMS_operation_time: {type: int64, description: s}
          mold_code: string
          passorfail: {type: int64, description: 1 is a fail}

        expectations:
          - not_null: {columns: [id, registration_time, mold_code, passorfail]}
          - allowed: {column: passorfail, values: [0, 1]}
          - range: {column: low_section_speed, min: 0, max: 1000}
          - range: {column: biscuit_thickness, min: 0, max: 1000}
          - unique: {columns: [id]}

        cleaning:
          # A trial shot always fails inspection: it gives the label away.
          - where: {sql: tryshot_signal = 'A', reason: trial shot}
          - derive: {column: hour, type: int64, sql: hour(registration_time)}

        """

    private static let dieCastingRecipe = """
        name: fail
        description: Probability that a shot fails, from what its sensors said.
        model: shot_fail
        task: binary_classification

        loader:
          sql: |
            SELECT id, registration_time, passorfail, mold_code, EMS_operation_time, hour, working, count,
                   molten_volume, molten_temp, facility_operation_cycleTime, production_cycletime,
                   low_section_speed, high_section_speed, cast_pressure, biscuit_thickness,
                   upper_mold_temp1, upper_mold_temp2, lower_mold_temp1, lower_mold_temp2,
                   sleeve_temperature, physical_strength, Coolant_temperature
            FROM shots
            ORDER BY registration_time, id
          timestamp: registration_time
        label: passorfail

        request_features:
          mold_code: {type: string}
          EMS_operation_time: {type: int64}
          hour: {type: int64, required: false}
          working: {type: string, required: false}
          count: {type: int64, required: false}
          molten_volume: {type: float64, required: false}
          molten_temp: {type: float64, required: false}
          facility_operation_cycleTime: {type: float64, required: false}
          production_cycletime: {type: float64, required: false}
          low_section_speed: {type: float64, required: false}
          high_section_speed: {type: float64, required: false}
          cast_pressure: {type: float64, required: false}
          biscuit_thickness: {type: float64, required: false}
          upper_mold_temp1: {type: float64, required: false}
          upper_mold_temp2: {type: float64, required: false}
          lower_mold_temp1: {type: float64, required: false}
          lower_mold_temp2: {type: float64, required: false}
          sleeve_temperature: {type: float64, required: false}
          physical_strength: {type: float64, required: false}
          Coolant_temperature: {type: float64, required: false}
        categorical: [EMS_operation_time]

        # Neighbouring shots are alike: a random split would flatter the model.
        split:
          time: {fractions: [0.7, 0.15, 0.15]}

        experiments:
          - name: lightgbm
            engine: lightgbm
            rounds: 200
            parameters: {learning_rate: 0.05}

        metrics: [auc, pr_auc, f1, f1_at_half, log_loss]
        select_by: auc
        gates:
          - auc > 0.90

        """
}
