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
}

impl Scenario {
    pub const ALL: [Scenario; 8] = [
        Scenario::Normal,
        Scenario::Duplicate,
        Scenario::Reordered,
        Scenario::Late,
        Scenario::TimeoutAfterCharge,
        Scenario::NoWebhook,
        Scenario::WrongAmount,
        Scenario::WrongCurrency,
    ];

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
            Scenario::Duplicate => ("알림이 두 번 온다", "Each webhook comes twice"),
            Scenario::Reordered => ("알림 순서가 뒤바뀐다", "Webhooks come in the wrong order"),
            Scenario::Late => ("5초 뒤에야 입금된다", "The money arrives five seconds late"),
            Scenario::TimeoutAfterCharge => {
                ("결제는 됐는데 응답이 없다", "Charged, but the next call gets no answer")
            }
            Scenario::NoWebhook => ("알림이 오지 않는다", "No webhook comes"),
            Scenario::WrongAmount => ("다른 금액이 결제된다", "Another amount is taken"),
            Scenario::WrongCurrency => ("다른 통화로 결제된다", "Another currency is taken"),
        };
        lang.pick(ko, en)
    }
}
