//! The receipt on paper: who sold what to whom, what of it is tax, what was paid and what came back.

use onshelf_app::orders::receipt::paper;
use onshelf_shop::orders::{Receipt, TaxLine};
use onshelf_vocabulary::{Lang, Money, fulfilment::ReservationLineView, orders::GroupView};

use super::{
    DocumentError,
    letters::Weight,
    paint::Tone,
    sheet::{ACROSS, Cell, Column, LEFT, RIGHT, Row, Sheet, Style},
};

/// Whose receipt it is.
#[derive(Clone, Debug, Default)]
pub struct Seller {
    /// What the chain is called.
    pub name: String,
    /// Who sells by law; may be empty.
    pub law: String,
}

const TITLE: Style = Style::new(24.0, Weight::Strong, Tone::Ink);
const STORE: Style = Style::new(11.5, Weight::Strong, Tone::Ink);
const QUIET: Style = Style::new(9.0, Weight::Text, Tone::Quiet);
const FINE: Style = Style::new(8.0, Weight::Text, Tone::Quiet);
/// What a heading keeps with it: the head of its table and one row.
const TOGETHER: f32 = 62.0;

/// An A4 PDF, tagged, in one language. The same receipt is always the same bytes.
pub fn receipt_pdf(lang: Lang, receipt: &Receipt, seller: &Seller) -> Result<Vec<u8>, DocumentError> {
    let mut sheet = Sheet::new()?;
    head(&mut sheet, lang, receipt, seller);
    for group in paper::groups(receipt) {
        sold(&mut sheet, lang, group);
    }
    sums(&mut sheet, lang, receipt);
    if paper::is_taxed(receipt) {
        taxes(&mut sheet, lang, receipt);
    }
    money(&mut sheet, lang, receipt);
    sheet.gap(14.0);
    for note in paper::notes(lang, receipt) {
        sheet.paragraph(&note, FINE);
    }
    if !seller.law.is_empty() {
        sheet.paragraph(&seller.law, FINE);
    }
    let title = paper::title(lang, receipt);
    let foot = format!("{} · {title}", seller.name);
    sheet.finish(&title, lang.tag(), &foot)
}

fn head(sheet: &mut Sheet<'_>, lang: Lang, receipt: &Receipt, seller: &Seller) {
    let order = &receipt.order;
    sheet.mark(&seller.name);
    sheet.gap(10.0);
    sheet.heading(1, lang.pick("영수증", "Receipt"), "", TITLE, 0.0);
    sheet.gap(4.0);
    // The shelf line: everything below is what was on it.
    sheet.rule(2.4, Tone::Ink);
    sheet.gap(9.0);
    sheet.fact(lang.pick("주문", "Order"), &order.number);
    sheet.fact(lang.pick("주문 일시", "Ordered"), &paper::dated_with_zone(lang, &order.placed_at.at));
    sheet.fact(lang.pick("주문자", "For"), &order.name);
    sheet.gap(5.0);
    sheet.rule(0.5, Tone::Line);
}

fn sold(sheet: &mut Sheet<'_>, lang: Lang, group: &GroupView) {
    let void = paper::is_void(group);
    let mut beside = paper::way(lang, group.way).to_owned();
    if void {
        beside = format!("{beside} · {}", paper::void(lang));
    }
    sheet.gap(16.0);
    sheet.heading(2, &group.store.name, &beside, STORE, TOGETHER);
    let phone = if group.store.phone.is_empty() { "" } else { " · " };
    sheet.paragraph(&format!("{}{phone}{}", group.store.address, group.store.phone), QUIET);
    sheet.gap(3.0);
    let columns = [
        Column { from: LEFT, width: ACROSS - 216.0, ends: false },
        Column { from: RIGHT - 206.0, width: 36.0, ends: true },
        Column { from: RIGHT - 164.0, width: 76.0, ends: true },
        Column { from: RIGHT - 82.0, width: 82.0, ends: true },
    ];
    sheet.within(krilla::tagging::Tag::Table, |sheet| {
        sheet.row(&columns, &paper::heads(lang).map(Cell::new), Row::Head);
        let kind = if void { Row::Struck } else { Row::Plain };
        for line in &group.lines {
            sheet.row(&columns, &cells(lang, line), kind);
        }
    });
}

fn cells(lang: Lang, line: &ReservationLineView) -> [Cell; 4] {
    let sum = line.price.checked_mul(line.quantity).map(Money::display).unwrap_or_default();
    [
        Cell { text: line.name.clone(), small: paper::beside(lang, line) },
        Cell::new(line.quantity.to_string()),
        Cell::new(line.price.display()),
        Cell::new(sum),
    ]
}

/// A label and an amount.
const PAIR: [Column; 2] = [
    Column { from: LEFT, width: ACROSS - 120.0, ends: false },
    Column { from: RIGHT - 116.0, width: 116.0, ends: true },
];

fn pair(sheet: &mut Sheet<'_>, label: &str, amount: Money, kind: Row) {
    sheet.row(&PAIR, &[Cell::new(label), Cell::new(amount.display())], kind);
}

fn sums(sheet: &mut Sheet<'_>, lang: Lang, receipt: &Receipt) {
    let order = &receipt.order;
    sheet.gap(16.0);
    sheet.need(TOGETHER + 30.0);
    sheet.within(krilla::tagging::Tag::Table, |sheet| {
        pair(sheet, lang.pick("상품", "Items"), order.subtotal, Row::Plain);
        if order.fees.amount > 0 {
            pair(sheet, lang.pick("배송비", "Delivery"), order.fees, Row::Plain);
        }
        if !order.tax_included && order.tax.amount > 0 {
            pair(sheet, paper::tax_title(lang, false), order.tax, Row::Plain);
        }
        pair(sheet, lang.pick("합계", "Total"), order.total, Row::Sum);
    });
}

fn taxes(sheet: &mut Sheet<'_>, lang: Lang, receipt: &Receipt) {
    let included = receipt.order.tax_included;
    sheet.gap(10.0);
    sheet.heading(2, paper::tax_title(lang, included), "", STORE, TOGETHER);
    let amount = |from: f32| Column { from: RIGHT - from, width: 88.0, ends: true };
    let columns = [
        Column { from: LEFT, width: ACROSS - 334.0, ends: false },
        Column { from: RIGHT - 328.0, width: 44.0, ends: true },
        amount(278.0),
        amount(183.0),
        amount(88.0),
    ];
    let cells = |name: String, rate: String, line: &TaxLine| {
        let amounts = [line.net, line.tax, line.gross].map(|amount| Cell::new(amount.display()));
        let [net, tax, gross] = amounts;
        [Cell::new(name), Cell::new(rate), net, tax, gross]
    };
    sheet.within(krilla::tagging::Tag::Table, |sheet| {
        sheet.row(&columns, &paper::tax_heads(lang, included).map(Cell::new), Row::Head);
        for line in &receipt.taxes {
            let row = cells(paper::sold_by(lang, line), paper::rate(line), line);
            sheet.row(&columns, &row, Row::Plain);
        }
        if let Some(sum) = paper::tax_sum(receipt) {
            let row = cells(lang.pick("합계", "Total").to_owned(), String::new(), &sum);
            sheet.row(&columns, &row, Row::Plain);
        }
    });
}

fn money(sheet: &mut Sheet<'_>, lang: Lang, receipt: &Receipt) {
    sheet.gap(16.0);
    sheet.heading(2, lang.pick("결제", "Payment"), "", STORE, TOGETHER);
    sheet.within(krilla::tagging::Tag::Table, |sheet| {
        for line in &receipt.money {
            let label = Cell { text: paper::moved(lang, line), small: paper::dated(lang, &line.at.at) };
            sheet.row(&PAIR, &[label, Cell::new(line.amount.display())], Row::Plain);
        }
        if receipt.order.payment.refunded.amount > 0 {
            pair(sheet, lang.pick("실결제 금액", "Net paid"), receipt.kept(), Row::Sum);
        }
    });
}
