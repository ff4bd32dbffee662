//! How often: reservations, sign-ins and look-ups, by the client's address, by the contact or the order that is named,
//! and by who is signed in; and webhooks that nobody proved, by the address.

use std::{
    hash::{BuildHasher, Hash, RandomState},
    num::NonZeroU32,
};

use axum::{
    body::Body,
    extract::Request,
    http::{HeaderMap, Method, header},
};
use governor::{
    DefaultKeyedRateLimiter, Quota, RateLimiter,
    clock::{Clock, DefaultClock},
};
use http_body_util::BodyExt;
use onshelf_domain::fulfilment::{read_number, read_order_number};

use super::client::Client;
use crate::{
    http::{options::Rates, problem::Problem, surface::Surface},
    metrics::METER,
};

/// Keys share this many counters, picked by a secret hash: memory stays bounded whoever comes.
const COUNTERS: u64 = 1 << 16;

/// Webhooks of one address in a minute that are not proven to be their provider's. Toss Payments signs none about payments,
/// sends those of all of them from a few addresses, up to three of each, and what it could not deliver again: so many are
/// ten thousand payments a minute from one address. What is refused all the same is sent again, and a worker looks without
/// it. However many are about one payment lead to one look in a while (`shop::orders::pay::webhook`); this is for whoever
/// makes them up for thousands.
const UNPROVEN_WEBHOOKS: u32 = 30_000;

/// One limit, counted apart for each key.
pub struct Limit {
    counters: Option<DefaultKeyedRateLimiter<u64>>,
    hasher: RandomState,
    clock: DefaultClock,
}

impl Limit {
    /// `a_minute` may come at once, and then as many a minute; 0 is no limit.
    #[must_use]
    pub fn new(a_minute: u32) -> Limit {
        let counters = NonZeroU32::new(a_minute).map(|number| RateLimiter::keyed(Quota::per_minute(number)));
        Limit { counters, hasher: RandomState::new(), clock: DefaultClock::default() }
    }

    /// Counts one; past the limit it answers how long to wait.
    pub fn count(&self, key: &impl Hash) -> Result<(), Problem> {
        let Some(counters) = &self.counters else { return Ok(()) };
        counters.check_key(&(self.hasher.hash_one(key) % COUNTERS)).map_err(|refused| {
            METER.count_rate_limited();
            Problem::rate_limited(refused.wait_time_from(self.clock.now()).as_secs() + 1)
        })
    }
}

/// All the limits.
pub struct Limiters {
    reserve_by_address: Limit,
    reserve_by_contact: Limit,
    sign_in_by_address: Limit,
    sign_in_by_name: Limit,
    look_up_by_address: Limit,
    find_by_number: Limit,
    counter_by_session: Limit,
    unproven_webhook_by_address: Limit,
}

impl Limiters {
    #[must_use]
    pub fn new(rates: &Rates) -> Limiters {
        Limiters {
            reserve_by_address: Limit::new(rates.reserve_by_address),
            reserve_by_contact: Limit::new(rates.reserve_by_contact),
            sign_in_by_address: Limit::new(rates.sign_in_by_address),
            sign_in_by_name: Limit::new(rates.sign_in_by_name),
            look_up_by_address: Limit::new(rates.look_up_by_address),
            find_by_number: Limit::new(rates.find_by_number),
            counter_by_session: Limit::new(rates.counter_by_session),
            unproven_webhook_by_address: Limit::new(UNPROVEN_WEBHOOKS),
        }
    }

    /// Counts a webhook that is not proven. Whether it is shows only when its body was looked at, so that this is called
    /// from there: what is signed is never counted, and passes whatever else comes from its address.
    pub fn count_unproven_webhook(&self, client: Client) -> Result<(), Problem> {
        self.unproven_webhook_by_address.count(&client.network())
    }
}

/// Which limits a request counts for, and which fields of its body name somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    Reserve,
    SignIn,
    LookUp,
    /// The same with a number and what proves that it is one's own.
    Find,
    /// A code at a store's counter: whoever is signed in may not try them all.
    Counter,
    Other,
}

/// Where a number and a secret are asked for.
const LOOKED_UP: [&str; 4] = ["/reservations/", "/orders/", "/api/v1/reservations/", "/api/v1/orders/"];

fn what(method: &Method, path: &str) -> What {
    let path = path.strip_prefix("/en").filter(|rest| rest.starts_with('/')).unwrap_or(path);
    let post = method == Method::POST;
    match path {
        "/reserve" | "/checkout" | "/api/v1/reservations" | "/api/v1/orders" if post => What::Reserve,
        // Nothing to guess; but it asks the database for every store it lists.
        "/api/v1/options" if post => What::LookUp,
        "/staff/sign-in" if post => What::SignIn,
        "/reservations" if post => What::Find,
        // A link's secret is too long to be guessed; who tries all the same is slowed down.
        _ if path.starts_with("/pass/") => What::LookUp,
        _ if post && path.starts_with("/staff/") && path.ends_with("/find") => What::Counter,
        // Signed, so that there is nothing to guess; many may wait to be written down.
        _ if post && path.starts_with("/staff/") && path.ends_with("/handovers") => What::LookUp,
        _ if LOOKED_UP.iter().any(|known| path.starts_with(known)) => What::LookUp,
        _ => What::Other,
    }
}

/// The request, counted. Stands behind the intake: bodies are small and whole here.
pub async fn limit_rates(surface: &Surface, request: Request) -> Result<Request, Problem> {
    let what = what(request.method(), request.uri().path());
    if what == What::Other {
        return Ok(request);
    }
    let address = Client::of(request.extensions()).network();
    let (parts, body) = request.into_parts();
    let Ok(body) = body.collect().await.map(http_body_util::Collected::to_bytes) else {
        return Ok(Request::from_parts(parts, Body::empty()));
    };
    let asked = Asked { what, body: &body, headers: &parts.headers };
    count(&surface.limiters, &address, &asked)?;
    Ok(Request::from_parts(parts, Body::from(body)))
}

struct Asked<'a> {
    what: What,
    body: &'a [u8],
    headers: &'a HeaderMap,
}

fn count(limiters: &Limiters, address: &impl Hash, asked: &Asked<'_>) -> Result<(), Problem> {
    match asked.what {
        What::Reserve => {
            limiters.reserve_by_address.count(address)?;
            contacts(asked.body).iter().try_for_each(|contact| limiters.reserve_by_contact.count(contact))
        }
        What::SignIn => {
            limiters.sign_in_by_address.count(address)?;
            let names = form_fields(asked.body, &["login", "name"]);
            names.iter().try_for_each(|name| limiters.sign_in_by_name.count(name))
        }
        What::LookUp => limiters.look_up_by_address.count(address),
        What::Find => {
            limiters.look_up_by_address.count(address)?;
            named(asked.body).iter().try_for_each(|number| limiters.find_by_number.count(number))
        }
        What::Counter => {
            limiters.look_up_by_address.count(address)?;
            sessions(asked.headers).iter().try_for_each(|session| limiters.counter_by_session.count(session))
        }
        What::Other => Ok(()),
    }
}

/// The cookies that may say who is signed in, however they were written; which is true is found out behind this. Only
/// the first of a name can be: a made-up one beside it is counted for nothing but itself. One under both names is one.
fn sessions(headers: &HeaderMap) -> Vec<String> {
    let pairs = move || {
        let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
        cookies.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='))
    };
    let first = move |name: &'static str| pairs().find(|(own, _)| *own == name).map(|(_, value)| value);
    let written = ["__Host-staff", "staff"].into_iter().filter_map(first);
    let read = written.filter_map(|value| url::form_urlencoded::parse(value.as_bytes()).next());
    let mut tokens: Vec<String> = read.map(|(token, _)| token.into_owned()).collect();
    tokens.dedup();
    tokens
}

/// The letters of the order or the reservation a form names, however they were typed.
fn named(body: &[u8]) -> Vec<String> {
    let read = |typed: &str| {
        let number = read_number(typed).map(|number| number.to_string());
        let number = number.or_else(|| read_order_number(typed))?;
        number.split_once('-').map(|(_, letters)| letters.to_owned())
    };
    let fields = url::form_urlencoded::parse(body).filter(|(name, _)| name == "number");
    fields.filter_map(|(_, typed)| read(&typed)).collect()
}

/// The e-mail address and phone number a reservation names, of a form or of JSON.
fn contacts(body: &[u8]) -> Vec<String> {
    let Ok(json) = serde_json::from_slice::<serde_json::Value>(body) else {
        return form_fields(body, &["email", "phone"]);
    };
    let field = |name| json.pointer(name).and_then(serde_json::Value::as_str).map(normal);
    [field("/contact/email"), field("/contact/phone")]
        .into_iter()
        .flatten()
        .filter(|c| !c.is_empty())
        .collect()
}

fn form_fields(body: &[u8], names: &[&str]) -> Vec<String> {
    url::form_urlencoded::parse(body)
        .filter(|(name, _)| names.contains(&&**name))
        .map(|(_, value)| normal(&value))
        .filter(|value| !value.is_empty())
        .collect()
}

fn normal(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace() && *c != '-').flat_map(char::to_lowercase).take(254).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_key_has_its_own_count() {
        let limit = Limit::new(2);
        assert!(limit.count(&"a").is_ok() && limit.count(&"a").is_ok());
        let refused = limit.count(&"a").unwrap_err();
        assert!((1..=31).contains(&refused.retry_after.unwrap()));
        assert!(limit.count(&"b").is_ok());
        let open = Limit::new(0);
        assert!((0..1000).all(|_| open.count(&"a").is_ok()));
    }

    #[test]
    fn an_associate_is_counted_by_their_session() {
        let of = |cookies: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::COOKIE, cookies.parse().unwrap());
            sessions(&headers)
        };
        assert_eq!(of("store=seongsu"), [""; 0]);
        assert_eq!(of("store=seongsu; __Host-staff=abc"), ["abc"]);
        // Nothing beside it, and no other spelling, makes them somebody else.
        assert_eq!(of("staff=made-up; __Host-staff=abc; __Host-staff=late"), ["abc", "made-up"]);
        assert_eq!(of("__Host-staff=%61b%63"), ["abc"]);
        assert_eq!(of("__Host-staff=abc; staff=abc"), ["abc"]);
    }

    #[test]
    fn forms_and_json_name_the_same_contact() {
        let json = r#"{"contact":{"name":"x","phone":"010-1234 5678"}}"#;
        assert_eq!(contacts(json.as_bytes()), contacts(b"name=x&email=&phone=010-1234+5678"));
    }

    #[test]
    fn a_number_is_one_however_it_is_typed() {
        for typed in
            ["R-7K3M-9QXD", "7k3m9qxd", "O-7K3M-9QXD", "o+7k3m+9qxd", "0-7K3M-9QXD", "%EF%BC%B2-7K3M-9QXD"]
        {
            let body = format!("code=1&number={typed}");
            assert_eq!(named(body.as_bytes()), ["7K3M-9QXD"], "{typed}");
        }
        assert!(named(b"number=hello&code=R-7K3M-9QXD").is_empty());
    }

    #[test]
    fn both_languages_are_counted() {
        assert_eq!(what(&Method::POST, "/en/reserve"), What::Reserve);
        assert_eq!(what(&Method::GET, "/reserve"), What::Other);
        assert_eq!(what(&Method::POST, "/en/checkout"), What::Reserve);
        assert_eq!(what(&Method::GET, "/api/v1/reservations/R-1"), What::LookUp);
        assert_eq!(what(&Method::POST, "/api/v1/options"), What::LookUp);
        assert_eq!(what(&Method::POST, "/api/v1/orders/O-1/payment"), What::LookUp);
        assert_eq!(what(&Method::POST, "/en/reservations"), What::Find);
        assert_eq!(what(&Method::POST, "/staff/sign-in"), What::SignIn);
        assert_eq!(what(&Method::GET, "/en/pass/secret"), What::LookUp);
        assert_eq!(what(&Method::POST, "/en/staff/seongsu/find"), What::Counter);
        assert_eq!(what(&Method::POST, "/staff/seongsu/deeds"), What::Other);
        // Counted where it is known whether it is proven.
        assert_eq!(what(&Method::POST, "/webhooks/toss"), What::Other);
    }

    #[test]
    fn webhooks_of_ten_thousand_payments_pass_at_once_and_made_up_ones_do_not_without_end() {
        let limiters = Limiters::new(&Rates::default());
        let from = |address: &str| limiters.count_unproven_webhook(Client(address.parse().unwrap()));
        assert!((0..UNPROVEN_WEBHOOKS).all(|_| from("203.0.113.9").is_ok()));
        // Some have become free again meanwhile, five hundred a second.
        let refused = (0..UNPROVEN_WEBHOOKS).find_map(|_| from("203.0.113.9").err()).unwrap();
        assert_eq!(refused.retry_after, Some(1));
        assert!(from("203.0.113.10").is_ok(), "another address is another's");
    }
}
