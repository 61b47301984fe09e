extension Words {
    /// Why batches of data are refused; names of rules stay as they are written in definitions.
    static let ingestRemarks: [Phrase] = [
        Phrase(
            "remark.ingest.stopped",
            "{} rows break rule {}, which stops the batch",
            "{}행이 배치를 중단하는 규칙 {}을(를) 위반함"
        ),
        Phrase(
            "remark.ingest.tooFew",
            "row_count: {} rows would be loaded, at least {} are expected",
            "row_count: 적재될 행 {}개, 최소 {}개 필요"
        ),
        Phrase(
            "remark.ingest.tooMany",
            "row_count: {} rows would be loaded, at most {} are expected",
            "row_count: 적재될 행 {}개, 최대 {}개까지 허용"
        ),
        Phrase("remark.ingest.noValue", "{}: the batch has no value", "{}: 배치에 값이 없음"),
        Phrase(
            "remark.ingest.old",
            "freshness({}): the newest value is {}, older than {} at {}",
            "freshness({}): 가장 최근 값 {}, 허용 기간 {} 초과(기준 시각 {})"
        ),
        Phrase(
            "remark.ingest.heldShare",
            "quarantined_share: {} of {} rows are quarantined, at most {} may be",
            "quarantined_share: 격리 {}행 / 전체 {}행, 최대 {}까지 허용"
        ),
        Phrase(
            "remark.ingest.totalAbsent",
            "total {}: the batch gives no number",
            "total {}: 배치에서 합계를 구할 수 없음"
        ),
        Phrase(
            "remark.ingest.totalUnknown",
            "total {}: the other tables give no number; are they loaded?",
            "total {}: 다른 테이블에서 합계를 구할 수 없음(적재 여부 확인 필요)"
        ),
        Phrase(
            "remark.ingest.totalDiffers",
            "total {}: {} in the batch, {} expected",
            "total {}: 배치 합계 {}, 기대값 {}"
        ),
        Phrase(
            "remark.ingest.totalApart",
            "total {}: {} in the batch, {} expected; at most {} % apart is allowed",
            "total {}: 배치 합계 {}, 기대값 {}, 최대 {} % 차이까지 허용"
        ),
        Phrase(
            "remark.ingest.meanFromZero",
            "mean_within({}): the mean is {}, in earlier batches it is 0; at most {} % is expected",
            "mean_within({}): 평균 {}, 이전 배치 평균 0, 최대 {} % 차이까지 허용"
        ),
        Phrase(
            "remark.ingest.mean",
            "mean_within({}): the mean {} differs by {} % from {}, the mean of earlier batches; at most {} % is expected",
            "mean_within({}): 평균 {}이(가) {} % 다름(이전 배치 평균 {}), 최대 {} % 차이까지 허용"
        ),
        Phrase(
            "remark.ingest.quantile",
            "quantiles_within({}): quantile {} is {}, in earlier batches it is {}; at most {} % apart is expected",
            "quantiles_within({}): 분위수 {} 값 {}, 이전 배치 {}, 최대 {} % 차이까지 허용"
        ),
        Phrase(
            "remark.ingest.nulls",
            "null_share({}): {} of the values are missing, at most {} may be",
            "null_share({}): 결측 비율 {}, 최대 {}까지 허용"
        ),
        Phrase(
            "remark.ingest.nullsApart",
            "null_share({}): {} of the values are missing, in earlier batches {}; at most {} apart is expected",
            "null_share({}): 결측 비율 {}, 이전 배치 {}, 최대 {} 차이까지 허용"
        ),
        Phrase(
            "remark.ingest.mix",
            "mix_within({}): {} of the rows moved to another category compared with earlier batches; at most {} may",
            "mix_within({}): 이전 배치와 비교해 범주가 바뀐 행 {}, 최대 {}까지 허용"
        ),
        Phrase(
            "remark.ingest.otherFields",
            "the records have other fields than those accepted ({}); accept them with: martlet ingest accept-schema {}",
            "레코드의 필드가 승인된 스키마와 다름({}). 승인하려면: martlet ingest accept-schema {}"
        ),
    ]
}
