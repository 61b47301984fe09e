extension WorkspaceTemplate {
    static let apartmentsFeatures = """
        # What a model may know, and when it could have known it. A training row of moment T sees only rows that were
        # true and known at T; the online store keeps the newest row of each entity for serving.
        entities:
          building: {join_keys: [building_id], type: string, description: "district, neighbourhood and lot"}
          district: {join_keys: [district_code], type: string}

        feature_views:
          building_place:
            entity: building
            description: Where the building stands.
            owner: data team
            source:
              sql: |
                SELECT a.building_id, TIMESTAMP '2000-01-01' AS valid_from, a.latitude, a.longitude,
                       min(111195 * sqrt((s.latitude - a.latitude) ** 2
                           + ((s.longitude - a.longitude) * cos(radians(a.latitude))) ** 2)) AS station_metres
                FROM (SELECT building_id, avg(latitude) AS latitude, avg(longitude) AS longitude
                      FROM apartments GROUP BY building_id) AS a
                CROSS JOIN stations AS s
                GROUP BY ALL
            event_timestamp: valid_from
            features:
              latitude: {type: float64, description: WGS84 degrees}
              longitude: {type: float64, description: WGS84 degrees}
              station_metres: {type: float64, description: distance to the nearest station in m}

          building_sales:
            entity: building
            description: What flats of the building were sold for.
            source: {table: sales}
            event_timestamp: sold_at
            created_timestamp: known_at     # a sale counts only once it is known
            aggregations:
              - column: price_per_m2        # 10,000 KRW for a square metre
                functions: [mean, last, count]
                over: [90d, 365d]

          district_sales:
            entity: district
            description: What flats of the district were sold for.
            source: {sql: SELECT * FROM sales WHERE use = '아파트'}
            event_timestamp: sold_at
            created_timestamp: known_at
            aggregations:
              - column: price_per_m2
                functions: [mean, count]
                over: [30d, 90d]

        # What one model uses, in the order of its columns.
        feature_services:
          apartment_price:
            features: [building_place, building_sales, district_sales]

        """
}
