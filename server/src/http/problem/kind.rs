//! The kinds of problems there are, and what each is called.

use onshelf_vocabulary::Lang;

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
                ("provider-down", 503, "결제 회사가 답하지 않습니다", "The payment provider does not answer")
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
