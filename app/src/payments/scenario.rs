//! What the test provider can be asked to go through, so that every trouble can be had on purpose.

use onshelf_vocabulary::Lang;

/// How a test payment goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scenario {
    #[default]
    Normal,
    /// Each webhook is sent twice.
    Duplicate,
    /// "Captured" is told before "opened".
    Reordered,
    /// The money arrives five seconds after the shopper has left.
    Late,
    /// The money is taken, and the next call of the shop gets no answer.
    TimeoutAfterCharge,
    NoWebhook,
    /// Less is taken than was asked.
    WrongAmount,
    /// The right number is taken in another currency.
    WrongCurrency,
    /// What goes back is five seconds under way.
    RefundLate,
    /// What goes back comes back after five seconds.
    RefundFails,
    /// Somebody gives part of it back on the provider's own pages.
    RefundedElsewhere,
}

impl Scenario {
    pub const ALL: [Scenario; 11] = [
        Scenario::Normal,
        Scenario::Duplicate,
        Scenario::Reordered,
        Scenario::Late,
        Scenario::TimeoutAfterCharge,
        Scenario::NoWebhook,
        Scenario::WrongAmount,
        Scenario::WrongCurrency,
        Scenario::RefundLate,
        Scenario::RefundFails,
        Scenario::RefundedElsewhere,
    ];

    /// Whether it is about money that goes back, and paying itself goes well.
    #[must_use]
    pub const fn is_about_refunds(self) -> bool {
        matches!(self, Scenario::RefundLate | Scenario::RefundFails | Scenario::RefundedElsewhere)
    }

    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Scenario::Normal => "normal",
            Scenario::Duplicate => "duplicate",
            Scenario::Reordered => "reordered",
            Scenario::Late => "late",
            Scenario::TimeoutAfterCharge => "timeout-after-charge",
            Scenario::NoWebhook => "no-webhook",
            Scenario::WrongAmount => "wrong-amount",
            Scenario::WrongCurrency => "wrong-currency",
            Scenario::RefundLate => "refund-late",
            Scenario::RefundFails => "refund-fails",
            Scenario::RefundedElsewhere => "refunded-elsewhere",
        }
    }

    #[must_use]
    pub fn from_code(code: &str) -> Option<Scenario> {
        Scenario::ALL.into_iter().find(|scenario| scenario.code() == code)
    }

    /// In words.
    #[must_use]
    pub const fn label(self, lang: Lang) -> &'static str {
        let (ko, en) = match self {
            Scenario::Normal => ("문제없이", "Nothing goes wrong"),
            Scenario::Duplicate => ("알림이 두 번 와요", "Each webhook comes twice"),
            Scenario::Reordered => ("알림 순서가 뒤바뀌어요", "Webhooks come in the wrong order"),
            Scenario::Late => ("5초 뒤에야 입금돼요", "The money arrives five seconds late"),
            Scenario::TimeoutAfterCharge => {
                ("결제는 됐는데 응답이 없어요", "Charged, but the next call gets no answer")
            }
            Scenario::NoWebhook => ("알림이 오지 않아요", "No webhook comes"),
            Scenario::WrongAmount => ("다른 금액이 결제돼요", "Another amount is taken"),
            Scenario::WrongCurrency => ("다른 통화로 결제돼요", "Another currency is taken"),
            Scenario::RefundLate => ("환불이 5초 걸려요", "A refund takes five seconds"),
            Scenario::RefundFails => ("환불했는데 5초 뒤에 되돌아와요", "A refund fails after five seconds"),
            Scenario::RefundedElsewhere => {
                ("결제 회사에서 따로 일부를 환불해요", "The provider refunds part of it by itself")
            }
        };
        lang.pick(ko, en)
    }
}
