extension WorkspaceTemplate {
    /// Sales of flats: regression with point-in-time averages, on files like the city's official ones.
    static let apartments = WorkspaceTemplate([
        TemplateFile(path: "martlet.yaml", text: Self.apartmentsConfiguration),
        TemplateFile(path: "sources/sales.yaml", text: Self.apartmentsSales),
        TemplateFile(path: "sources/apartments.yaml", text: Self.apartmentsLocations),
        TemplateFile(path: "sources/stations.yaml", text: Self.apartmentsStations),
        TemplateFile(path: "features/apartments.yaml", text: Self.apartmentsFeatures),
        TemplateFile(path: "recipes/price.yaml", text: Self.apartmentsRecipe),
        TemplateFile(path: "releases/price.yaml", text: Self.apartmentsRelease),
        TemplateFile(path: "pipelines/nightly.yaml", text: Self.apartmentsPipeline),
        TemplateFile(path: "pipelines/weekly.yaml", text: Self.apartmentsTraining),
        TemplateFile(path: "slo.yaml", text: Self.apartmentsPolicy),
        TemplateFile(path: "labels/prices_paid.yaml", text: Self.apartmentsLabels),
        TemplateFile(path: "retraining/price.yaml", text: Self.apartmentsRetraining),
        TemplateFile(path: "simulations/ten_days.yaml", text: Self.apartmentsSimulation),
        TemplateFile(path: ".gitignore", text: ".martlet/\n"),
    ])

    private static let apartmentsConfiguration = """
        # What this workspace is called, and where it runs.
        # Unknown keys are errors: `martlet check` names file, line and the nearest known key.
        name: WORKSPACE_NAME
        description: Prices of flats from recorded sales.

        # MARTLET_ENV (then APP_ENV) picks an environment; without it, `local`.
        environments:
          local:
            stores:
              root: .martlet              # raw files, warehouse, models, registry: all of it
            server:
              host: 127.0.0.1
              port: ${MARTLET_PORT:-8700}
              auth: off                   # whoever is on this machine may ask; other environments ask for keys

        # Values for ${NAME} in the other files; the process's environment wins over them.
        variables:
          DATA: data

        endpoints:
          apartment-price:
            model: apartment_price        # only versions of this model may be deployed here
            description: Price of one flat in 10,000 KRW.

        monitoring:
          window: 3d                      # what was paid becomes known a day or two after the answer

        """

    private static let apartmentsSales = """
        # Recorded sales. The raw bytes are kept unchanged under .martlet/raw/, rows that break a rule go to quarantine
        # with the reason: `martlet quarantine show sales`.
        name: sales
        description: Sales of flats, row houses and studio flats.
        owner: data team
        location:
          path: ${DATA}/transactions.csv
        format:
          csv:
            encoding: ${SALES_ENCODING:-cp949}   # the official file is CP949; utf-8 for a converted one
            date_format: YYYYMMDD
        updates: replace                         # the file is published anew as a whole, with more rows each day

        # Left the name in the warehouse, `from` the heading in the file.
        columns:
          district_code: {type: string, from: 자치구코드}
          district: {type: string, from: 자치구명}
          neighbourhood_code: {type: string, from: 법정동코드}
          neighbourhood: {type: string, from: 법정동명}
          lot_main: {type: int64, from: 본번}
          lot_sub: {type: int64, from: 부번}
          building: {type: string, from: 건물명}
          sold_on: {type: date, from: 계약일}
          price: {type: float64, from: 물건금액(만원), description: "10,000 KRW"}
          area: {type: float64, from: 건물면적(㎡), description: m²}
          floor: {type: int64, from: 층, description: negative is a basement}
          right_kind: {type: string, from: 권리구분, description: sale of a right to a flat not yet built}
          cancelled_on: {type: date, from: 취소일}
          built_year: {type: int64, from: 건축년도, missing: ["0"]}
          use: {type: string, from: 건물용도}
          deal_kind: {type: string, from: 신고구분, description: through an agent or direct}

        expectations:
          - not_null: {columns: [district_code, neighbourhood_code, sold_on, price, area]}
          - range: {column: price, min: 1000, max: 5000000}
          - range: {column: area, min: 5, max: 1000}
          - range: {column: built_year, min: 1900, max: 2100}
          - allowed: {column: deal_kind, values: [중개거래, 직거래]}
          - row_count: {min: 100}

        cleaning:
          - drop_duplicates: {}
          - where: {sql: cancelled_on IS NULL, reason: cancelled sale}
          - where: {sql: right_kind IS NULL, reason: sale of a right}
          - derive: {column: lot, type: string, sql: "lot_main || CASE WHEN lot_sub > 0 THEN '-' || lot_sub ELSE '' END"}
          - derive: {column: building_id, type: string, sql: "district || ' ' || neighbourhood || ' ' || lot"}
          - derive: {column: sold_at, type: timestamp, sql: "CAST(sold_on AS TIMESTAMP)"}
          # A sale becomes known the day after it is signed. Without this a sale would help to predict itself.
          - derive: {column: known_at, type: timestamp, sql: "CAST(sold_on AS TIMESTAMP) + INTERVAL 1 DAY"}
          - derive: {column: price_per_m2, type: float64, sql: price / area}

        """

    private static let apartmentsLocations = """
        name: apartments
        description: Coordinates of buildings.
        location:
          path: ${DATA}/apartment_coordinates.csv
        format: csv
        columns:
          address: {type: string, from: 시군구}
          lot: {type: string, from: 번지}
          building: {type: string, from: 아파트명}
          longitude: {type: float64, from: 경도, description: WGS84 degrees}
          latitude: {type: float64, from: 위도, description: WGS84 degrees}
        expectations:
          - not_null: {columns: [address, lot, latitude, longitude]}
          - range: {column: latitude, min: 37.3, max: 37.8}
          - range: {column: longitude, min: 126.6, max: 127.3}
        cleaning:
          - derive: {column: building_id, type: string, sql: "replace(address, '서울특별시 ', '') || ' ' || lot"}
          - drop_duplicates: {columns: [building_id]}

        """

    private static let apartmentsStations = """
        name: stations
        description: Stations of the underground.
        location:
          path: ${DATA}/subway_stations.csv
        format: csv
        columns:
          line: {type: string, from: Line}
          station: {type: string, from: Station Name}
          latitude: {type: float64, from: Latitude, description: WGS84 degrees}
          longitude: {type: float64, from: Longitude, description: WGS84 degrees}
        expectations:
          - not_null: {columns: [station, latitude, longitude]}
          - range: {column: latitude, min: 37.0, max: 38.2}

        """

    private static let apartmentsRecipe = """
        # What to learn from, how, and what a model must reach before it is registered.
        name: price
        description: Price of one flat from its place, its building and the sales around it.
        model: apartment_price
        task: regression
        unit: 10,000 KRW

        # One row for each example, with the moment at which the prediction would have been asked for. Features are read
        # as they were known at that moment.
        loader:
          sql: |
            SELECT sold_at, price, building_id, district_code, area, floor, built_year, deal_kind
            FROM sales
            WHERE use = '아파트'
          timestamp: sold_at
        label: price

        feature_service: apartment_price

        # What a caller sends with each prediction; everything else is looked up.
        request_features:
          area: {type: float64, description: floor area in m²}
          floor: {type: int64, required: false, description: floor}
          built_year: {type: int64, required: false, description: year built}
          deal_kind: {type: string, required: false, description: 중개거래 through an agent or 직거래 direct}

        split:
          time: {fractions: [0.7, 0.15, 0.15]}

        experiments:
          - name: lightgbm
            engine: lightgbm
            rounds: 300
            early_stopping: 30
            parameters: {learning_rate: 0.05}
            grid:
              num_leaves: [15, 31]
          - name: xgboost
            engine: xgboost
            rounds: 300
            early_stopping: 30
            parameters: {learning_rate: 0.05, max_depth: 6}

        metrics: [mae, rmse, r2, mape]
        select_by: mae
        gates:
          - r2 > 0.80
          - mape < 0.20

        """
}
