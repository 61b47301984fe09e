import MartletCore

/// Variants that score beside those that answer.
extension Gateway {
    /// Scores requests beside as they come, until the task is cancelled.
    @concurrent
    package func runShadows() async { await self.shadows.run { self.scoreShadows() } }

    /// Scores all requests that wait, each by every shadow of its endpoint, and records what came of it.
    package func scoreShadows() {
        for job in self.shadows.takeAll() {
            for shadow in job.split.shadows { self.score(job, by: shadow) }
        }
    }

    private func score(_ job: ShadowJob, by shadow: ServedVariant) {
        // The log is for answers first; what has no room in it is not scored.
        guard self.queue.hasRoom else { return }
        let start = self.clock.uptimeMicroseconds()
        var record = PredictionRecordWriter(
            requestID: job.requestID,
            time: job.time,
            endpoint: job.endpoint,
            inputCount: 1
        )
        record.name(shadow, unit: job.unit, isShadow: true)
        do throws(ServingError) {
            var request = try PredictionRequestParser.parse(
                job.body,
                for: shadow.model.plan,
                others: job.split.plans,
                inputLimit: self.limits.inputLimit
            )
            request.explain = false
            let scored = try ScoredRequest(request, shadow.model, now: job.time)
            let latency = self.clock.uptimeMicroseconds() - start
            self.queue.append(record.answered(scored, request, shadow.model, latencyMicroseconds: latency))
            shadow.metrics.answered(inputCount: request.inputCount, latencyMicroseconds: latency)
        } catch {
            let latency = self.clock.uptimeMicroseconds() - start
            self.queue.append(record.refused(error, latencyMicroseconds: latency))
            shadow.metrics.refused(error.code, latencyMicroseconds: latency)
        }
    }
}
