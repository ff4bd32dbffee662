//! What the shop refuses, as problems of this contract.

use onshelf_app::error::AppError;
use onshelf_domain::stock::{CountFault, Label, MovementFault};
use onshelf_shop::{Error, StockRefusal};
use onshelf_vocabulary::{
    Text,
    fulfilment::{Fault, FieldFault, ReservationRefusal},
    notifications::PushRefusal,
    orders::OrderRefusal,
    staff::StaffRefusal,
};

use super::{FieldError, Kind, Problem};
use crate::http::api::reservations;

impl From<AppError> for Problem {
    fn from(error: AppError) -> Problem {
        match error {
            AppError::NotFound => Problem::new(Kind::NotFound),
            AppError::SignedOut => Problem::new(Kind::Unauthorized),
            AppError::NotYours => Problem::new(Kind::Forbidden),
            AppError::TooLarge => Problem::new(Kind::TooLarge),
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
                .more("elsewhere", reservations::elsewhere(elsewhere)),
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
            StockRefusal::BadCount(CountFault::OnHand) => {
                Problem::field("/on_hand", "0에서 1,000,000,000까지입니다.", "This is 0 to 1,000,000,000.")
            }
            StockRefusal::BadCount(CountFault::NotYet) => {
                Problem::field("/counted_at", "아직 오지 않은 때입니다.", "This moment has not come yet.")
            }
            StockRefusal::BadLines => Problem::field("/lines", "1줄에서 500줄까지입니다.", "1 to 500 lines."),
            StockRefusal::BadMovements { faults } => Problem::invalid(
                faults.into_iter().map(|(line, fault)| movement_error(line, fault)).collect(),
            ),
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

fn movement_error(line: usize, fault: MovementFault) -> FieldError {
    match fault {
        MovementFault::Delta => FieldError {
            pointer: format!("/lines/{line}/delta"),
            detail: Text::new(
                "0이 아닌, -1,000,000,000에서 1,000,000,000까지의 정수입니다.",
                "A whole number from -1,000,000,000 to 1,000,000,000, not 0.",
            ),
        },
        MovementFault::Reason => label_error(format!("/lines/{line}/reason"), Label::REASON),
        MovementFault::Reference => label_error(format!("/lines/{line}/reference"), Label::REFERENCE),
        MovementFault::OfAReservation => FieldError {
            pointer: format!("/lines/{line}/reason"),
            detail: Text::new(
                "예약 번호와 함께 쓸 수 없는 사유입니다. 예약의 이동은 그 예약의 호출로 적습니다.",
                "Not with a reservation's number: what moves of a reservation is entered by its own calls.",
            ),
        },
    }
}

/// What a text is told that is no such label.
#[must_use]
pub fn label_error(pointer: impl Into<String>, label: Label) -> FieldError {
    let Label { least, most } = label;
    let (ko, en) = if least == 0 {
        (format!("{most}자까지입니다."), format!("{most} characters at most"))
    } else {
        (format!("{least}~{most}자입니다."), format!("{least} to {most} characters"))
    };
    let detail = Text::new(format!("제어 문자 없이 {ko}"), format!("{en}, none of them for control."));
    FieldError { pointer: pointer.into(), detail }
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
        Fault::TooManyOfOne => (
            "한 가지 SKU는 줄을 모두 더해 999개까지 담을 수 있습니다.",
            "999 of one SKU at most, all its lines together.",
        ),
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
        Fault::NoAddressNeeded => {
            ("배송에만 주소를 적을 수 있습니다.", "Only what is delivered goes to an address.")
        }
        Fault::UnknownProvider => ("쓸 수 없는 결제 수단입니다.", "That provider is not available here."),
        Fault::NotInIt => ("이 주문에 없는 상품입니다.", "It is not part of this."),
        Fault::OfAnotherStore => (
            "다른 매장이 건네는 상품입니다. 그 매장이나 본사의 토큰으로 돌려줄 수 있습니다.",
            "Another store hands it over: that store's token gives it back, or one of no store.",
        ),
        Fault::NotThatMany => ("주문한 수량보다 많습니다.", "That is more than was asked for."),
        Fault::NothingMissing => ("모두 찾은 수량입니다.", "Nothing is missing."),
        Fault::NotAboveZero => ("0보다 큰 금액이어야 합니다.", "This must be above 0."),
        Fault::OtherCurrency => ("이 주문의 통화가 아닙니다.", "The order is in another currency."),
        Fault::MustPayOnline => ("온라인으로 먼저 결제해야 합니다.", "This way is paid online."),
    };
    FieldError { pointer: fault.pointer, detail: Text::new(ko, en) }
}
