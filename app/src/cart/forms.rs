//! Putting things into the basket, changing how many, taking them out.

use std::collections::HashMap;

use axum::{
    Form,
    http::{HeaderMap, StatusCode},
    response::Response,
};
use onshelf_vocabulary::{
    Quantity, Sku,
    cart::{Line, MAX_LINES},
};

use super::{lines::Refused, page::basket_page};
use crate::{
    ssr::{REMEMBERED, Visit, set_cookie, with_cookie, write_basket},
    stores::forms::onward,
};

/// Browsers drop a cookie of more than 4096 bytes, name and attributes counted.
const COOKIE_BYTES: usize = 3_600;

/// `POST /basket/add`: `sku`, `quantity` (1 where none is said), `next`.
pub async fn add(visit: Visit, headers: HeaderMap, Form(typed): Form<HashMap<String, String>>) -> Response {
    let asked = typed.get("quantity").map_or("1", |quantity| quantity.trim());
    let sku = typed.get("sku").map(|sku| sku.trim()).unwrap_or_default();
    let Some(sku) = known(&visit, sku) else {
        let said = visit.say(
            "그런 상품은 없어요. 장바구니는 그대로 있어요.",
            "There is no such product. Your basket hasn't changed.",
        );
        return basket_page(&visit, Some(&Refused::new(said, StatusCode::UNPROCESSABLE_ENTITY))).await;
    };
    let Ok(quantity) = asked.parse::<Quantity>() else {
        return basket_page(
            &visit,
            Some(&Refused::new(not_a_quantity(&visit), StatusCode::UNPROCESSABLE_ENTITY)),
        )
        .await;
    };
    let mut lines = visit.basket.clone();
    match lines.iter_mut().find(|line| line.sku == sku) {
        Some(line) => line.quantity = capped(line.quantity.get() + quantity.get()),
        None => lines.push(Line { sku, quantity }),
    }
    if !fits(&lines) {
        let said = visit.say(
            "장바구니에는 50가지까지 담을 수 있어요. 먼저 맡아두거나 몇 가지를 빼 주세요.",
            "A basket holds up to 50 different things. Reserve these first, or take some out.",
        );
        return basket_page(&visit, Some(&Refused::new(said, StatusCode::CONFLICT))).await;
    }
    with_cookie(onward(&visit, &headers, &typed, "/basket"), basket_cookie(&visit, &lines))
}

/// `POST /basket/change`: `sku` and `quantity`, or `to` from a button, which counts more; 0 takes it out.
pub async fn change(visit: Visit, Form(typed): Form<HashMap<String, String>>) -> Response {
    let sku = typed.get("sku").map(|sku| sku.trim()).unwrap_or_default();
    let asked =
        typed.get("to").or_else(|| typed.get("quantity")).map(|quantity| quantity.trim()).unwrap_or_default();
    let mut lines = visit.basket.clone();
    match asked.parse::<Quantity>() {
        _ if asked == "0" => lines.retain(|line| line.sku.as_str() != sku),
        Ok(quantity) => {
            if let Some(line) = lines.iter_mut().find(|line| line.sku.as_str() == sku) {
                line.quantity = quantity;
            }
        }
        Err(_) => {
            let refused = Refused {
                at: Some((sku.to_owned(), asked.chars().take(20).collect())),
                ..Refused::new(not_a_quantity(&visit), StatusCode::UNPROCESSABLE_ENTITY)
            };
            return basket_page(&visit, Some(&refused)).await;
        }
    }
    with_cookie(visit.see("/basket"), basket_cookie(&visit, &lines))
}

/// The cookie that carries these lines; without lines it is removed.
pub(crate) fn basket_cookie(visit: &Visit, lines: &[Line]) -> axum::http::HeaderValue {
    set_cookie(&visit.door.site, "basket", &write_basket(lines), REMEMBERED)
}

fn known(visit: &Visit, sku: &str) -> Option<Sku> {
    visit.shop().book().catalogue.variant(sku)?;
    Sku::new(sku).ok()
}

fn capped(quantity: i64) -> Quantity {
    Quantity::try_from(quantity.clamp(1, Quantity::MAX)).unwrap_or(Quantity::ONE)
}

/// Few enough, and short enough for a cookie when every odd letter takes three bytes.
fn fits(lines: &[Line]) -> bool {
    let text = write_basket(lines);
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.:,~".contains(byte);
    let bytes: usize = text.as_bytes().iter().map(|byte| if plain(byte) { 1 } else { 3 }).sum();
    lines.len() <= MAX_LINES && bytes <= COOKIE_BYTES
}

fn not_a_quantity(visit: &Visit) -> &'static str {
    visit.say("수량은 1에서 999까지의 수로 적어 주세요.", "A quantity is a whole number from 1 to 999.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_basket_that_no_cookie_can_carry_does_not_fit() {
        let line = |sku: String| Line { sku: Sku::new(sku).unwrap(), quantity: Quantity::ONE };
        assert!(fits(&(0..50).map(|n| line(format!("JJ-KT-{n:04}-MO"))).collect::<Vec<_>>()));
        assert!(!fits(&(0..51).map(|n| line(format!("JJ-{n}"))).collect::<Vec<_>>()));
        assert!(!fits(&(0..30).map(|n| line(format!("{}{n:02}", "+".repeat(60)))).collect::<Vec<_>>()));
    }

    #[test]
    fn more_of_the_same_stays_a_quantity() {
        assert_eq!(capped(998 + 999).get(), 999);
    }
}
