//! What a receipt says, on the page and on paper: one wording for both.

use onshelf_shop::{
    RefundStanding,
    orders::{MoneyLine, Receipt, TaxLine},
};
use onshelf_vocabulary::{
    Currency, Lang,
    fulfilment::{ReservationLineView, ReservationStatus as Status, Way},
    orders::GroupView,
    payments::ProviderCode,
};

use super::super::words::{is_offer, provider_name, way_name};

/// Groups that stand on a receipt: what was only offered does not.
pub fn groups(receipt: &Receipt) -> impl Iterator<Item = &GroupView> {
    receipt.order.groups.iter().filter(|group| !is_offer(group))
}

/// Asked for and not had.
#[must_use]
pub fn is_void(group: &GroupView) -> bool {
    matches!(group.status, Status::Cancelled | Status::Expired | Status::NotFound)
}

#[must_use]
pub const fn void(lang: Lang) -> &'static str {
    lang.pick("제외된 상품", "not handed over")
}

#[must_use]
pub const fn way(lang: Lang, way: Way) -> &'static str {
    way_name(lang, way)
}

#[must_use]
pub fn title(lang: Lang, receipt: &Receipt) -> String {
    match lang {
        Lang::Ko => format!("영수증 {}", receipt.order.number),
        Lang::En => format!("Receipt {}", receipt.order.number),
    }
}

/// Heads of the lines: what, how many, at what price, how much.
#[must_use]
pub const fn heads(lang: Lang) -> [&'static str; 4] {
    match lang {
        Lang::Ko => ["상품", "수량", "단가", "금액"],
        Lang::En => ["Item", "Qty", "Price", "Amount"],
    }
}

/// What stands beside a thing's name: its options, and what was taken off each piece.
#[must_use]
pub fn beside(lang: Lang, line: &ReservationLineView) -> String {
    let options = Some(line.options.clone()).filter(|options| !options.is_empty());
    let off = line.discounts.iter().map(|off| match lang {
        Lang::Ko => format!("{} 하나에 −{}", off.name, off.amount.display()),
        Lang::En => format!("{} −{} each", off.name, off.amount.display()),
    });
    options.into_iter().chain(off).collect::<Vec<_>>().join(" · ")
}

/// A receipt is read in other years: `2026-11-22 17:40`, as the store's clock showed it.
#[must_use]
pub fn dated(lang: Lang, at: &str) -> String {
    let Some((date, time)) = at.split_once('T') else { return at.to_owned() };
    let time = time.get(..5).unwrap_or(time);
    let mut parts = date.splitn(3, '-');
    match (lang, parts.next(), parts.next(), parts.next()) {
        (Lang::Ko, Some(year), Some(month), Some(day)) => {
            format!("{year}년 {}월 {}일 {time}", month.trim_start_matches('0'), day.trim_start_matches('0'))
        }
        _ => format!("{date} {time}"),
    }
}

/// The same with the clock it was read from: `2026-11-22 17:40 (UTC+9)`.
#[must_use]
pub fn dated_with_zone(lang: Lang, at: &str) -> String {
    let offset =
        at.get(19..).unwrap_or_default().trim_start_matches(|c: char| c == '.' || c.is_ascii_digit());
    // Korea has one clock, and whoever reads Korean knows it.
    if lang == Lang::Ko && offset == "+09:00" {
        return dated(lang, at);
    }
    let zone = match offset.split_once(':') {
        Some((hours, minutes)) => {
            let (sign, hours) = hours.split_at(hours.len().min(1));
            let sign = if sign == "-" { "−" } else { sign };
            let minutes = if minutes == "00" { String::new() } else { format!(":{minutes}") };
            format!("UTC{sign}{}{minutes}", hours.trim_start_matches('0'))
        }
        None => "UTC".to_owned(),
    };
    format!("{} ({})", dated(lang, at), zone.trim_end_matches(['+', '−']))
}

/// `10%`, `8.875%` of millionths.
#[must_use]
pub fn percent(millionths: u32) -> String {
    let (whole, rest) = (millionths / 10_000, millionths % 10_000);
    if rest == 0 {
        return format!("{whole}%");
    }
    format!("{whole}.{}%", format!("{rest:04}").trim_end_matches('0'))
}

/// What the tax is called: Korea's is in the prices, a sales tax was added to them.
#[must_use]
pub const fn tax_title(lang: Lang, included: bool) -> &'static str {
    match (included, lang) {
        (true, Lang::Ko) => "부가가치세",
        (true, Lang::En) => "VAT in the prices",
        (false, Lang::Ko) => "판매세",
        (false, Lang::En) => "Sales tax",
    }
}

/// Heads of the tax's table.
#[must_use]
pub const fn tax_heads(lang: Lang, included: bool) -> [&'static str; 5] {
    match (included, lang) {
        (true, Lang::Ko) => ["판매처", "세율", "공급가액", "부가세", "합계"],
        (true, Lang::En) => ["Sold by", "Rate", "Net (supply value)", "VAT", "Gross"],
        (false, Lang::Ko) => ["판매처", "세율", "과세 금액", "세금", "합계"],
        (false, Lang::En) => ["Sold by", "Rate", "Taxable", "Tax", "With tax"],
    }
}

/// Who sold it, or that money came back for it.
#[must_use]
pub fn sold_by(lang: Lang, line: &TaxLine) -> String {
    line.store.clone().unwrap_or_else(|| lang.pick("환불 금액", "Refunded").to_owned())
}

#[must_use]
pub fn rate(line: &TaxLine) -> String {
    line.rate.map_or_else(|| "–".to_owned(), percent)
}

/// Net, tax and gross of all lines; none where one line says it all.
#[must_use]
pub fn tax_sum(receipt: &Receipt) -> Option<TaxLine> {
    let mut lines = receipt.taxes.iter();
    let first = lines.next().filter(|_| receipt.taxes.len() > 1)?.clone();
    lines.try_fold(TaxLine { store: None, rate: None, ..first }, |sum, line| {
        Some(TaxLine {
            net: sum.net.checked_add(line.net)?,
            tax: sum.tax.checked_add(line.tax)?,
            gross: sum.gross.checked_add(line.gross)?,
            ..sum
        })
    })
}

/// Whether there is any tax to tell of.
#[must_use]
pub fn is_taxed(receipt: &Receipt) -> bool {
    receipt.taxes.iter().any(|line| line.tax.amount != 0)
}

/// `카드로 결제`, `Refunded to …`: what moved, without day and amount.
#[must_use]
pub fn moved(lang: Lang, line: &MoneyLine) -> String {
    let with = line.provider.map(|provider| provider_name(lang, provider).0).unwrap_or_default();
    let came = line.amount.amount >= 0;
    match (lang, line.standing) {
        (Lang::Ko, _) if came => format!("{with}로 결제"),
        (Lang::Ko, RefundStanding::Done) => format!("{with}로 환불"),
        (Lang::Ko, RefundStanding::Pending) => format!("{with}로 환불 진행 중"),
        (Lang::Ko, RefundStanding::Failed) => format!("{with}로 환불되지 않아 확인 중"),
        (Lang::En, _) if came => format!("Paid by {with}"),
        (Lang::En, RefundStanding::Done) => format!("Refunded to {with}"),
        (Lang::En, RefundStanding::Pending) => format!("Refund to {with} on its way"),
        (Lang::En, RefundStanding::Failed) => format!("Refund to {with} failed; we are looking into it"),
    }
}

/// What is said in small letters at the end.
#[must_use]
pub fn notes(lang: Lang, receipt: &Receipt) -> Vec<String> {
    let mut notes = vec![rounding(lang, receipt.order.total.currency).to_owned()];
    if receipt.order.payment.provider == Some(ProviderCode::Test) {
        notes.push(
            lang.pick(
                "시험 결제입니다. 실제로 오간 돈이 없어 증빙으로 쓸 수 없습니다.",
                "This is a test payment: no money moved, and this receipt is no proof of payment.",
            )
            .to_owned(),
        );
    }
    notes
}

const fn rounding(lang: Lang, currency: Currency) -> &'static str {
    match (lang, currency.decimals()) {
        (Lang::Ko, 0) => "가격은 판매한 매장의 가격입니다. 세금은 매장마다 한 번만 원 단위로 반올림했습니다.",
        (Lang::Ko, _) => {
            "가격은 판매한 매장의 가격입니다. 세금은 매장마다 한 번만 소수 둘째 자리로 반올림했습니다."
        }
        (Lang::En, 0) => {
            "Prices are those of the store that sold it. Tax is rounded half up, once per store, to the whole unit."
        }
        (Lang::En, _) => {
            "Prices are those of the store that sold it. Tax is rounded half up, once per store, to the cent."
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_receipt_says_the_year() {
        assert_eq!(dated(Lang::Ko, "2026-01-02T07:40:11+09:00"), "2026년 1월 2일 07:40");
        assert_eq!(dated(Lang::En, "2026-01-02T07:40:11+09:00"), "2026-01-02 07:40");
        assert_eq!(dated(Lang::En, "soon"), "soon");
    }

    #[test]
    fn and_whose_clock_it_was() {
        for (at, text) in [
            ("2026-01-02T07:40:11+09:00", "2026-01-02 07:40 (UTC+9)"),
            ("2026-01-02T07:40:11.250-05:00", "2026-01-02 07:40 (UTC−5)"),
            ("2026-01-02T07:40:11+05:30", "2026-01-02 07:40 (UTC+5:30)"),
            ("2026-01-02T07:40:11+00:00", "2026-01-02 07:40 (UTC)"),
            ("2026-01-02T07:40:11Z", "2026-01-02 07:40 (UTC)"),
        ] {
            assert_eq!(dated_with_zone(Lang::En, at), text);
        }
        assert_eq!(dated_with_zone(Lang::Ko, "2026-01-02T07:40:11+09:00"), "2026년 1월 2일 07:40");
        assert_eq!(dated_with_zone(Lang::Ko, "2026-01-02T07:40:11Z"), "2026년 1월 2일 07:40 (UTC)");
    }

    #[test]
    fn a_rate_is_said_to_its_last_digit() {
        for (millionths, text) in [(100_000, "10%"), (88_750, "8.875%"), (0, "0%"), (62_500, "6.25%")] {
            assert_eq!(percent(millionths), text);
        }
    }
}
