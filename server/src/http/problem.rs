//! Refusals and faults as RFC 9457 says them: a stable type, a title and details in both languages, and the fields
//! at fault. A handler answers a [`Problem`]; [`super::speak`] writes it in the language and form that was asked for.

use axum::{
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use onshelf_app::error::AppError;
use onshelf_shop::{Error, StockRefusal};
use onshelf_vocabulary::{
    Lang, Text,
    fulfilment::{Fault, FieldFault, ReservationRefusal},
    notifications::PushRefusal,
    orders::OrderRefusal,
    staff::StaffRefusal,
};
use serde_json::{Map, Value};

/// What kind of problem it is; each has an address of its own that never changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    BadRequest,
    KeyMissing,
    Unauthorized,
    Forbidden,
    CrossSite,
    NotFound,
    MethodNotAllowed,
    TooSlow,
    OutOfStock,
    NotEnough,
    InFlight,
    WrongState,
    TooManyReservations,
    StoreClosed,
    TooLarge,
    UnsupportedMediaType,
    Invalid,
    KeyReused,
    RateLimited,
    PriceChanged,
    WindowFull,
    HoldOver,
    TooLate,
    RefundTooMuch,
    PassRefused,
    BadSignature,
    ProviderDown,
    Broken,
    Busy,
}

impl Kind {
    pub const ALL: [Kind; 29] = [
        Kind::BadRequest,
        Kind::KeyMissing,
        Kind::Unauthorized,
        Kind::Forbidden,
        Kind::CrossSite,
        Kind::NotFound,
        Kind::MethodNotAllowed,
        Kind::TooSlow,
        Kind::OutOfStock,
        Kind::NotEnough,
        Kind::InFlight,
        Kind::WrongState,
        Kind::TooManyReservations,
        Kind::StoreClosed,
        Kind::TooLarge,
        Kind::UnsupportedMediaType,
        Kind::Invalid,
        Kind::KeyReused,
        Kind::RateLimited,
        Kind::PriceChanged,
        Kind::WindowFull,
        Kind::HoldOver,
        Kind::TooLate,
        Kind::RefundTooMuch,
        Kind::PassRefused,
        Kind::BadSignature,
        Kind::ProviderDown,
        Kind::Broken,
        Kind::Busy,
    ];

    /// The end of its address, its status, and its title in Korean and English.
    const fn facts(self) -> (&'static str, u16, &'static str, &'static str) {
        match self {
            Kind::BadRequest => ("bad-request", 400, "요청을 읽을 수 없습니다", "The request cannot be read"),
            Kind::KeyMissing => (
                "idempotency-key-missing",
                400,
                "Idempotency-Key 헤더가 필요합니다",
                "The Idempotency-Key header is needed",
            ),
            Kind::Unauthorized => {
                ("unauthorized", 401, "유효한 토큰이 필요합니다", "A valid token is needed")
            }
            Kind::Forbidden => {
                ("forbidden", 403, "이 토큰으로는 할 수 없는 일입니다", "This token may not do that")
            }
            Kind::CrossSite => {
                ("cross-site", 403, "다른 사이트에서 보낸 요청입니다", "The request came from another site")
            }
            Kind::NotFound => ("not-found", 404, "찾을 수 없습니다", "Not found"),
            Kind::MethodNotAllowed => (
                "method-not-allowed",
                405,
                "이 주소에서는 쓸 수 없는 메서드입니다",
                "The method is not for this address",
            ),
            Kind::TooSlow => {
                ("too-slow", 408, "요청이 너무 오래 걸렸습니다", "The request took too long to arrive")
            }
            Kind::OutOfStock => ("out-of-stock", 409, "재고가 부족합니다", "Not enough in stock"),
            Kind::NotEnough => {
                ("not-enough-on-hand", 409, "장부의 재고보다 많이 뺄 수 없습니다", "Not that many on hand")
            }
            Kind::InFlight => (
                "in-flight",
                409,
                "같은 키의 요청을 아직 처리하고 있습니다",
                "A request with this key is still being answered",
            ),
            Kind::WrongState => {
                ("wrong-state", 409, "지금 상태에서는 할 수 없습니다", "Not possible in its present state")
            }
            Kind::TooManyReservations => (
                "too-many-reservations",
                409,
                "동시에 맡아둘 수 있는 예약을 모두 쓰셨습니다",
                "No more can be held at the same time",
            ),
            Kind::StoreClosed => (
                "store-closed",
                409,
                "이 매장은 지금 예약을 받지 않습니다",
                "The store takes no reservations now",
            ),
            Kind::TooLarge => ("too-large", 413, "요청이 너무 큽니다", "The request is too large"),
            Kind::UnsupportedMediaType => {
                ("unsupported-media-type", 415, "JSON으로 보내 주세요", "Send JSON")
            }
            Kind::Invalid => ("invalid", 422, "고쳐야 할 값이 있습니다", "Some values need correcting"),
            Kind::KeyReused => (
                "idempotency-key-reused",
                422,
                "이 Idempotency-Key는 다른 요청에 이미 쓰였습니다",
                "This Idempotency-Key was used for another request",
            ),
            Kind::PriceChanged => ("price-changed", 409, "금액이 바뀌었습니다", "The total has changed"),
            Kind::WindowFull => ("window-full", 409, "그 시간은 다 찼습니다", "That time is full"),
            Kind::HoldOver => (
                "hold-over",
                409,
                "잡아 둔 시간이 지났거나 이미 끝났습니다",
                "The hold has run out, or this is over",
            ),
            Kind::TooLate => ("picking-begun", 409, "이미 준비를 시작했습니다", "Picking has begun"),
            Kind::RefundTooMuch => {
                ("refund-too-much", 409, "돌려줄 수 있는 금액보다 많습니다", "More than can be refunded")
            }
            Kind::PassRefused => ("pass-refused", 409, "쓸 수 없는 패스입니다", "The pass opens nothing"),
            Kind::BadSignature => {
                ("bad-signature", 400, "서명을 확인할 수 없습니다", "The signature does not hold")
            }
            Kind::ProviderDown => {
                ("provider-down", 503, "결제사가 답하지 않습니다", "The payment provider does not answer")
            }
            Kind::RateLimited => ("rate-limited", 429, "요청이 너무 잦습니다", "Too many requests"),
            Kind::Broken => ("broken", 500, "저희 쪽에 문제가 생겼습니다", "Something broke on our side"),
            Kind::Busy => ("busy", 503, "잠시 후 다시 시도해 주세요", "Please try again in a moment"),
        }
    }

    #[must_use]
    pub const fn slug(self) -> &'static str {
        self.facts().0
    }

    #[must_use]
    pub const fn status(self) -> u16 {
        self.facts().1
    }

    #[must_use]
    pub fn title(self, lang: Lang) -> &'static str {
        let (_, _, ko, en) = self.facts();
        lang.pick(ko, en)
    }

    /// For an answer that came without a kind of its own.
    #[must_use]
    pub const fn of_status(status: u16) -> Kind {
        match status {
            401 => Kind::Unauthorized,
            403 => Kind::Forbidden,
            404 => Kind::NotFound,
            405 => Kind::MethodNotAllowed,
            408 => Kind::TooSlow,
            409 => Kind::WrongState,
            413 => Kind::TooLarge,
            415 => Kind::UnsupportedMediaType,
            422 => Kind::Invalid,
            429 => Kind::RateLimited,
            503 => Kind::Busy,
            400..=499 => Kind::BadRequest,
            _ => Kind::Broken,
        }
    }
}

/// One field at fault.
#[derive(Clone, Debug, PartialEq)]
pub struct FieldError {
    /// JSON pointer into the body, or `/name` of a parameter.
    pub pointer: String,
    pub detail: Text,
}

/// A refusal or fault on its way out.
#[derive(Clone, Debug)]
pub struct Problem {
    pub kind: Kind,
    pub detail: Option<Text>,
    pub errors: Vec<FieldError>,
    /// Members of this kind's own, such as `short` and `elsewhere`.
    pub more: Map<String, Value>,
    /// Seconds after which trying again may help.
    pub retry_after: Option<u64>,
    /// Under which the fault stands in the log.
    pub reference: Option<String>,
}

impl Problem {
    #[must_use]
    pub fn new(kind: Kind) -> Problem {
        let retry_after = matches!(kind, Kind::Busy | Kind::InFlight).then_some(1);
        Problem { kind, detail: None, errors: Vec::new(), more: Map::new(), retry_after, reference: None }
    }

    #[must_use]
    pub fn detail(mut self, ko: impl Into<String>, en: impl Into<String>) -> Problem {
        self.detail = Some(Text::new(ko, en));
        self
    }

    #[must_use]
    pub fn more(mut self, name: &str, value: impl serde::Serialize) -> Problem {
        if let Ok(value) = serde_json::to_value(value) {
            self.more.insert(name.to_owned(), value);
        }
        self
    }

    #[must_use]
    pub fn invalid(errors: Vec<FieldError>) -> Problem {
        Problem { errors, ..Problem::new(Kind::Invalid) }
    }

    /// One field at fault.
    #[must_use]
    pub fn field(pointer: impl Into<String>, ko: impl Into<String>, en: impl Into<String>) -> Problem {
        Problem::invalid(vec![FieldError { pointer: pointer.into(), detail: Text::new(ko, en) }])
    }

    /// Something named in the address does not exist.
    #[must_use]
    pub fn unknown(pointer: &str, ko: &str, en: &str) -> Problem {
        let error = FieldError { pointer: pointer.to_owned(), detail: Text::new(ko, en) };
        Problem { errors: vec![error], ..Problem::new(Kind::NotFound) }
    }

    #[must_use]
    pub fn rate_limited(seconds: u64) -> Problem {
        Problem { retry_after: Some(seconds.max(1)), ..Problem::new(Kind::RateLimited) }
    }

    #[must_use]
    pub fn broken(reference: String) -> Problem {
        Problem { reference: Some(reference), ..Problem::new(Kind::Broken) }
    }

    #[must_use]
    pub fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.kind.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// `application/problem+json`.
    #[must_use]
    pub fn to_json(&self, lang: Lang, public_url: &str) -> Value {
        let mut body = self.more.clone();
        body.insert("type".to_owned(), format!("{public_url}/problems/{}", self.kind.slug()).into());
        body.insert("title".to_owned(), self.kind.title(lang).into());
        body.insert("status".to_owned(), self.kind.status().into());
        if let Some(detail) = &self.detail {
            body.insert("detail".to_owned(), detail.get(lang).into());
        }
        if let Some(reference) = &self.reference {
            body.insert("reference".to_owned(), reference.as_str().into());
        }
        if !self.errors.is_empty() {
            let errors = self.errors.iter().map(
                |error| serde_json::json!({ "pointer": error.pointer, "detail": error.detail.get(lang) }),
            );
            body.insert("errors".to_owned(), errors.collect());
        }
        Value::Object(body)
    }
}

/// Carries the problem to [`super::speak`], which knows the language and where the site stands.
impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
        }
        response.extensions_mut().insert(self);
        response
    }
}

impl From<AppError> for Problem {
    fn from(error: AppError) -> Problem {
        match error {
            AppError::NotFound => Problem::new(Kind::NotFound),
            AppError::SignedOut => Problem::new(Kind::Unauthorized),
            AppError::NotYours => Problem::new(Kind::Forbidden),
            AppError::Busy => Problem::new(Kind::Busy),
            AppError::Broken { reference } => Problem::broken(reference),
        }
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Problem {
        match error {
            Error::Reservation(refusal) => refusal.into(),
            Error::Order(refusal) => refusal.into(),
            Error::Stock(refusal) => refusal.into(),
            Error::Push(PushRefusal::UnknownService) => Problem::field(
                "/endpoint",
                "알려진 푸시 서비스의 주소가 아닙니다.",
                "This is no address at a known push service.",
            ),
            Error::Push(PushRefusal::BadKeys) => Problem::field(
                "/keys",
                "이 브라우저로 암호화할 수 없는 키입니다.",
                "Nothing can be encrypted with these keys.",
            ),
            Error::KeyReused => Problem::new(Kind::KeyReused).detail(
                "새 요청에는 새로 만든 무작위 키를 보내 주세요.",
                "Send a fresh random key with each new request.",
            ),
            Error::Staff(StaffRefusal::TooManyTries) => Problem::rate_limited(60),
            other => onshelf_app::ssr::explain(&other).into(),
        }
    }
}

impl From<ReservationRefusal> for Problem {
    fn from(refusal: ReservationRefusal) -> Problem {
        match refusal {
            ReservationRefusal::Invalid { faults } => {
                Problem::invalid(faults.into_iter().map(field_error).collect())
            }
            ReservationRefusal::OutOfStock { short, elsewhere } => Problem::new(Kind::OutOfStock)
                .detail(
                    "남은 수량과, 모두 가지고 있는 가까운 매장을 함께 알려 드립니다.",
                    "What is left, and the nearest stores that have all of it, are listed.",
                )
                .more("short", short)
                .more("elsewhere", super::api::reservations::elsewhere(elsewhere)),
            ReservationRefusal::StoreClosed => Problem::new(Kind::StoreClosed),
            ReservationRefusal::TooMany { limit } => Problem::new(Kind::TooManyReservations)
                .detail(
                    format!("한 번에 {limit}건까지 맡아둘 수 있습니다."),
                    format!("Up to {limit} can be held at a time."),
                )
                .more("limit", limit),
            ReservationRefusal::WrongState { status } => {
                Problem::new(Kind::WrongState).more("reservation_status", status.code())
            }
            ReservationRefusal::NotFound => Problem::new(Kind::NotFound),
        }
    }
}

impl From<OrderRefusal> for Problem {
    fn from(refusal: OrderRefusal) -> Problem {
        match refusal {
            OrderRefusal::Invalid { faults } => ReservationRefusal::Invalid { faults }.into(),
            OrderRefusal::OutOfStock { short, elsewhere } => {
                ReservationRefusal::OutOfStock { short, elsewhere }.into()
            }
            OrderRefusal::StoreClosed => Problem::new(Kind::StoreClosed),
            OrderRefusal::TooMany { limit } => ReservationRefusal::TooMany { limit }.into(),
            OrderRefusal::PriceChanged { total } => Problem::new(Kind::PriceChanged).more("total", total),
            OrderRefusal::WindowFull => Problem::new(Kind::WindowFull),
            OrderRefusal::HoldOver | OrderRefusal::ExtendedBefore => Problem::new(Kind::HoldOver),
            OrderRefusal::WrongState { status } => {
                Problem::new(Kind::WrongState).more("order_status", status.code())
            }
            OrderRefusal::PickingBegun => Problem::new(Kind::TooLate),
            OrderRefusal::RefundTooMuch { left } => Problem::new(Kind::RefundTooMuch).more("left", left),
            OrderRefusal::ProviderDown => Problem::new(Kind::ProviderDown),
            OrderRefusal::Pass(why) => Problem::new(Kind::PassRefused).more("reason", why),
            OrderRefusal::NotFound => Problem::new(Kind::NotFound),
        }
    }
}

impl From<StockRefusal> for Problem {
    fn from(refusal: StockRefusal) -> Problem {
        match refusal {
            StockRefusal::UnknownSku { line } => Problem::invalid(vec![field_error(FieldFault {
                pointer: format!("/lines/{line}/sku"),
                fault: Fault::UnknownSku,
            })]),
            StockRefusal::UnknownStore { line } => Problem::invalid(vec![field_error(FieldFault {
                pointer: format!("/lines/{line}/store"),
                fault: Fault::UnknownStore,
            })]),
            StockRefusal::NotEnough { line, on_hand } => {
                let error = FieldError {
                    pointer: format!("/lines/{line}/delta"),
                    detail: Text::new(
                        format!("장부에는 {on_hand}개가 있습니다."),
                        format!("The books have {on_hand}."),
                    ),
                };
                let mut problem = Problem::new(Kind::NotEnough).more("on_hand", on_hand);
                problem.errors.push(error);
                problem
            }
            StockRefusal::NotYours => Problem::new(Kind::Forbidden),
        }
    }
}

/// A fault of an input in words.
#[must_use]
pub fn field_error(fault: FieldFault) -> FieldError {
    let (ko, en) = match fault.fault {
        Fault::Missing => ("필요한 값입니다.", "This is needed."),
        Fault::TooLong => ("너무 깁니다.", "This is too long."),
        Fault::NotAnEmail => ("이메일 주소를 확인해 주세요.", "This is not an e-mail address."),
        Fault::NotAPhone => ("전화번호를 확인해 주세요.", "This is not a phone number."),
        Fault::NoWayToReach => {
            ("이메일이나 전화번호 중 하나가 필요합니다.", "An e-mail address or a phone number is needed.")
        }
        Fault::BadCharacters => ("쓸 수 없는 문자가 있습니다.", "It has characters that cannot be used."),
        Fault::NameTheGroups => (
            "묶음이 하나인 주문에만 쓸 수 있습니다. groups로 모두 보내 주세요.",
            "Only for an order of one group; send all of them as groups.",
        ),
        Fault::NoLines => ("상품을 하나 이상 담아 주세요.", "At least one line is needed."),
        Fault::TooManyLines => ("한 번에 50줄까지 담을 수 있습니다.", "50 lines at most."),
        Fault::TooManyGroups => ("한 주문에 8묶음까지 담을 수 있습니다.", "8 groups at most."),
        Fault::UnknownSku => ("모르는 SKU입니다.", "There is no such SKU."),
        Fault::UnknownStore => ("모르는 매장입니다.", "There is no such store."),
        Fault::NotForSale => ("이 매장에서 팔지 않는 상품입니다.", "This store does not sell it."),
        Fault::NotOffered => ("이 매장에서는 쓸 수 없는 방법입니다.", "This store does not offer that way."),
        Fault::BadWindow => (
            "고를 수 있는 시간이 아닙니다.",
            "This is not the beginning of a quarter of an hour one can choose.",
        ),
        Fault::OutOfZone => ("배송하지 않는 곳입니다.", "We do not deliver there."),
        Fault::UnknownProvider => ("쓸 수 없는 결제 수단입니다.", "That provider is not available here."),
        Fault::NotInIt => ("이 주문에 없는 상품입니다.", "It is not part of this."),
        Fault::NotThatMany => ("주문한 수량보다 많습니다.", "That is more than was asked for."),
        Fault::NothingMissing => ("모두 찾은 수량입니다.", "Nothing is missing."),
        Fault::NotAboveZero => ("0보다 큰 금액이어야 합니다.", "This must be above 0."),
        Fault::OtherCurrency => ("이 주문의 통화가 아닙니다.", "The order is in another currency."),
        Fault::MustPayOnline => ("온라인으로 먼저 결제해야 합니다.", "This way is paid online."),
    };
    FieldError { pointer: fault.pointer, detail: Text::new(ko, en) }
}
