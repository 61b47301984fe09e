import MartletCore

/// What clients ask about the server itself.
enum ServerInfoCalls {
    static func get(_ call: MLflowCall) async throws -> [UInt8] {
        MLflowAnswer.object { json in
            json.string("store_type", "SqlStore")
            json.boolean("workspaces_enabled", false)
            json.boolean("trace_archival_enabled", false)
            json.boolean("multipart_uploads_enabled", true)
            json.boolean("multipart_downloads_enabled", call.services.hasPresignedDownloads)
            json.boolean("artifact_serving_enabled", true)
            json.boolean("artifacts_presigned_only", false)
            json.string("tracking_auth", "")
        }
    }
}
