extension WorkspaceTemplate {
    /// Sales from an API as the Korean land ministry publishes them, with a server that plays its part.
    static let api = WorkspaceTemplate([
        TemplateFile(
            path: "martlet.yaml",
            text: """
                # Unknown keys are errors: `martlet check` names file, line and the nearest known key.
                name: WORKSPACE_NAME

                environments:
                  local:
                    stores:
                      root: .martlet
                    server:
                      host: 127.0.0.1
                      port: ${MARTLET_PORT:-8700}
                      auth: off                   # whoever is on this machine may ask; other environments ask for keys

                endpoints:
                  price:
                    model: price

                """
        ),
        TemplateFile(path: ".gitignore", text: ".martlet/\n"),
        TemplateFile(path: "README.md", text: Self.apiReadme),
        TemplateFile(path: "sources/apartment_sales.yaml", text: Self.apiSource),
        TemplateFile(path: "recipes/price.yaml", text: Self.apiRecipe),
        TemplateFile(path: "pipelines/nightly.yaml", text: Self.apiPipeline),
        TemplateFile(path: "server.py", text: Self.apiServer),
    ])

    private static let apiReadme = """
        # WORKSPACE_NAME

        Apartment sales from an HTTP API with a key, pages, XML, and errors inside of good answers. `server.py` plays the part of
        the Korean land ministry's API (국토교통부 아파트 매매 실거래가) with made-up sales, so that everything works at once:

        ```sh
        python3 server.py &
        export SALES_API_KEY=practice
        martlet check
        martlet ingest
        martlet train --recipe price
        martlet ingest --watch            # takes in what comes; Ctrl-C ends
        ```

        For the real one, get a key at data.go.kr (either form of it will do), and set

        ```sh
        export SALES_API=https://apis.data.go.kr/1613000/RTMSDataSvcAptTrade/getRTMSDataSvcAptTrade
        export SALES_API_KEY=…
        ```

        `sources/apartment_sales.yaml` is where another API goes in: its address, how its key is shown, how its pages are found, where
        its records lie, and how it says that something went wrong. `martlet schema source` lists every key.

        """

    private static let apiSource = """
        name: apartment_sales
        description: Apartment sales by district and month of contract.
        location:
          url: ${SALES_API:-http://127.0.0.1:8791/sales}
          key: {parameter: serviceKey, env: SALES_API_KEY}      # never shown, never stored
          for_each:                                             # every combination is asked, each is a batch
            LAWD_CD: ["11110", "11440", "11680"]                # Jongno-gu, Mapo-gu, Gangnam-gu
            DEAL_YMD: {months: 6}                               # this month and the five before it
          paging: {parameter: pageNo, size_parameter: numOfRows, size: 100, total_pointer: /response/body/totalCount}
          answer:                                               # errors come with status 200
            status_pointer: /response/header/resultCode
            good: ["00", "000"]
            empty: ["03"]
            message_pointer: /response/header/resultMsg
            fault_pointer: /OpenAPI_ServiceResponse/cmmMsgHeader/returnAuthMsg
          requests_per_second: 20
          retry: {tries: 3, pause: 5s}
        format: {xml: {records: /response/body/items/item}}
        timezone: Asia/Seoul
        updates: replace                                        # a month is asked again and again until it is complete
        columns:
          district: {type: string, from: sggCd}
          apartment: {type: string, from: aptNm}
          price: {type: float64, from: dealAmount, thousands: ",", description: "10,000 KRW"}
          area: {type: float64, from: excluUseAr, description: m²}
          floor: {type: int64, from: floor}
          built: {type: int64, from: buildYear}
          year: {type: int64, from: dealYear}
          month: {type: int64, from: dealMonth}
          day: {type: int64, from: dealDay}
        expectations:
          - not_null: {columns: [district, price, area, year, month, day]}
          - range: {column: price, min: 100, max: 10000000}
          - range: {column: area, min: 5, max: 1000}
          - quarantined_share: {max: 0.2}
        cleaning:
          - derive: {column: signed_on, type: date, sql: "make_date(year, month, day)"}

        """

    private static let apiRecipe = """
        name: price
        description: What an apartment is sold for, in 10,000 KRW.
        model: price
        task: regression
        loader:
          sql: |
            SELECT signed_on, district, area, floor, built, price
            FROM apartment_sales
            ORDER BY signed_on, _batch, _row
          timestamp: signed_on
        label: price
        request_features:
          district: {type: string}
          area: {type: float64}
          floor: {type: int64}
          built: {type: int64}
        experiments:
          - {name: lightgbm, rounds: 100, grid: {num_leaves: [15]}}

        """

    private static let apiPipeline = """
        name: nightly
        description: The day's sales.
        triggers:
          - cron: {at: "0 2 * * *", timezone: Asia/Seoul}
        steps:
          - {name: load, ingest: apartment_sales, retries: {tries: 3, first: 1m}}

        """

    private static let apiServer = #"""
        """Plays the part of the Korean land ministry's API for apartment sales, with made-up sales.

        python3 server.py [PORT]
        """

        import datetime
        import http.server
        import random
        import sys
        import urllib.parse

        NAMES = ["한강타워", "푸른마을", "남산파크", "중앙하이츠", "강변센트럴"]
        WORTH = {"11110": 1300, "11440": 1500, "11680": 2600}  # 10,000 KRW for a square metre


        def sales(district, month):
            """The sales of a district in a month up to today: the same at each call, as if they were on record."""
            today = datetime.date.today().isoformat()
            chance = random.Random(f"{district} {month}")
            for _ in range(chance.randint(110, 140)):
                area, floor = chance.choice([59.9, 74.5, 84.9, 114.2]), chance.randint(1, 25)
                built = chance.randint(1985, 2022)
                price = area * WORTH.get(district, 1000) * (1 + floor / 100 + (built - 2000) / 150) * chance.uniform(0.95, 1.05)
                day = chance.randint(1, 28)
                sale = {
                    "sggCd": district,
                    "aptNm": chance.choice(NAMES),
                    "dealAmount": f"{price:,.0f}",
                    "excluUseAr": area,
                    "floor": floor,
                    "buildYear": built,
                    "dealYear": month[:4],
                    "dealMonth": int(month[4:]),
                    "dealDay": day,
                }
                if f"{month[:4]}-{month[4:]}-{day:02d}" <= today:
                    yield sale


        def answer(query):
            if not query.get("serviceKey"):
                fault = "SERVICE_KEY_IS_NOT_REGISTERED_ERROR"
                return f"<OpenAPI_ServiceResponse><cmmMsgHeader><returnAuthMsg>{fault}</returnAuthMsg></cmmMsgHeader></OpenAPI_ServiceResponse>"
            found = list(sales(query.get("LAWD_CD", ""), query.get("DEAL_YMD", "202301")))
            if not found:
                return "<response><header><resultCode>03</resultCode><resultMsg>NODATA_ERROR</resultMsg></header></response>"
            size, page = int(query.get("numOfRows", 10)), int(query.get("pageNo", 1))
            items = "".join(
                "<item>" + "".join(f"<{name}>{value}</{name}>" for name, value in sale.items()) + "</item>"
                for sale in found[(page - 1) * size : page * size]
            )
            return (
                "<response><header><resultCode>000</resultCode><resultMsg>OK</resultMsg></header>"
                f"<body><items>{items}</items><numOfRows>{size}</numOfRows><pageNo>{page}</pageNo>"
                f"<totalCount>{len(found)}</totalCount></body></response>"
            )


        class Api(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(self.path).query))
                text = "<?xml version='1.0' encoding='UTF-8'?>" + answer(query)
                self.send_response(200)
                self.send_header("Content-Type", "application/xml;charset=UTF-8")
                self.end_headers()
                self.wfile.write(text.encode())

            def log_message(self, *arguments):
                pass


        if __name__ == "__main__":
            port = int(sys.argv[1]) if len(sys.argv) > 1 else 8791
            http.server.ThreadingHTTPServer(("127.0.0.1", port), Api).serve_forever()

        """#
}
