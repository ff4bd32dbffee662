//! Who may do what: one line for each route of the router, by which every role is tried. A route that has no line here
//! makes the drill fail, so that whoever adds one has to say whose it is; so does a line whose route is no more.

/// Whose a route is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Anybody's: it shows nothing about a person and changes nothing of somebody else's.
    Everybody,
    /// For whoever shows the reservation's own token; to all others it does not exist.
    Owner,
    /// For whoever has the secret that stands in the address; it opens what it is for and nothing else.
    Secret,
    /// For nobody: what is shown with it is not what opens it.
    Nobody,
    /// For those who work at the store in the address, and head office.
    StaffOf,
    /// For anybody who is signed in as staff.
    Staff,
    /// For a partner's token of this scope, at its own store.
    Partner(&'static str),
    /// For a till of a store that has a part in the order.
    TillOf,
    /// Messages of payment providers: refused without their signature.
    Signed,
}

/// What it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum About {
    Reservation,
    Order,
    /// An order that somebody else is sent for.
    Pass,
    /// An order that waits to be paid.
    Payment,
}

impl About {
    pub const ALL: [About; 4] = [About::Reservation, About::Order, About::Pass, About::Payment];
}

/// What is sent with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sent {
    Nothing,
    Form(&'static str),
    Json(&'static str),
}

pub struct Line {
    pub method: &'static str,
    /// The router's own pattern, without the language's prefix.
    pub route: &'static str,
    /// The address that is called. `NUMBER`, `TOKEN`, `PICKUP`, `STORE` and others are filled in; with `ORDER` it is
    /// about an order, whose token and first group `TOKEN` and `GROUP` then are, with `PASS` and `PAYMENT` about what
    /// that secret opens.
    pub address: &'static str,
    pub access: Access,
    pub sent: Sent,
}

impl Line {
    #[must_use]
    pub fn about(&self) -> About {
        let names = [("PASS", About::Pass), ("PAYMENT", About::Payment), ("ORDER", About::Order)];
        let named = names.into_iter().find(|(name, _)| self.address.contains(*name));
        named.map_or(About::Reservation, |(_, about)| about)
    }

    /// Whether it names a reservation or an order, in its address or in what is sent.
    #[must_use]
    pub fn is_about_target(&self) -> bool {
        let sent = match self.sent {
            Sent::Nothing => "",
            Sent::Form(text) | Sent::Json(text) => text,
        };
        let names = ["NUMBER", "ORDER", "GROUP", "PICKUP", "TOKEN"];
        names.into_iter().any(|name| self.address.contains(name) || sent.contains(name))
    }
}

const fn get(route: &'static str, address: &'static str, access: Access) -> Line {
    Line { method: "GET", route, address, access, sent: Sent::Nothing }
}

const fn form(route: &'static str, address: &'static str, access: Access, form: &'static str) -> Line {
    Line { method: "POST", route, address, access, sent: Sent::Form(form) }
}

const fn json(
    method: &'static str,
    route: &'static str,
    address: &'static str,
    access: Access,
    json: &'static str,
) -> Line {
    Line { method, route, address, access, sent: Sent::Json(json) }
}

use Access::{Everybody, Nobody, Owner, Partner, Secret, Signed, Staff, StaffOf, TillOf};

const WANTED: &str = r#"{"store":"STORE","lines":[{"sku":"DRILL-0","quantity":1}],
    "contact":{"name":"김훈련","phone":"PHONE"}}"#;

pub const ORDERED: &str = r#"{"groups":[{"way":"collect","store":"east","lines":[{"sku":"DRILL-0","quantity":1}]}],
    "contact":{"name":"김훈련","phone":"PHONE"}}"#;

/// A browser that wants to be told, with the keys of RFC 8291's example.
const BROWSER: &str = r#"{"endpoint":"https://fcm.googleapis.com/fcm/send/drill","keys":{
    "p256dh":"BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
    "auth":"BTBZMqHH6r4Tts7J_aSIgg"}}"#;
const NO_BROWSER: &str = r#"{"endpoint":"https://fcm.googleapis.com/fcm/send/drill"}"#;

/// Pages; each stands at the root in Korean and under `/en` in English.
pub const PAGES: &[Line] = &[
    get("/", "/", Everybody),
    get("/products", "/products", Everybody),
    get("/search", "/search?q=drill", Everybody),
    get("/category/{slug}", "/category/drill", Everybody),
    get("/suggest", "/suggest?q=drill", Everybody),
    get("/p/{slug}", "/p/drill-0", Everybody),
    get("/p/{slug}/shelves", "/p/drill-0/shelves?sku=DRILL-0", Everybody),
    get("/stores", "/stores", Everybody),
    form("/stores/choose", "/stores/choose", Everybody, "store=STORE"),
    form("/stores/near", "/stores/near", Everybody, "lat=37.5&lng=127.0"),
    get("/stores/{code}", "/stores/east", Everybody),
    get("/basket", "/basket", Everybody),
    get("/basket/strip", "/basket/strip?with=DRILL-0", Everybody),
    form("/basket/add", "/basket/add", Everybody, "sku=DRILL-0&quantity=1"),
    form("/basket/change", "/basket/change", Everybody, "sku=DRILL-0&quantity=2"),
    get("/reserve", "/reserve?store=STORE&sku=DRILL-0&quantity=1", Everybody),
    form(
        "/reserve",
        "/reserve",
        Everybody,
        "store=STORE&sku=DRILL-0&quantity=1&name=A&phone=PHONE&key=KEYKEYKEYKEYKEYKEY",
    ),
    get("/reservations", "/reservations", Everybody),
    // Both number and code are needed; the token comes back in the address.
    form("/reservations", "/reservations", Everybody, "number=NUMBER&code=PICKUP"),
    // The code of another reservation.
    form("/reservations", "/reservations", Nobody, "number=NUMBER&code=FOREIGN"),
    get("/reservations/{number}", "/reservations/NUMBER?t=TOKEN", Owner),
    form("/reservations/{number}/cancel", "/reservations/NUMBER/cancel", Owner, "t=TOKEN"),
    get("/reservations/{number}/calendar.ics", "/reservations/NUMBER/calendar.ics?t=TOKEN", Owner),
    get("/checkout", "/checkout?sku=DRILL-0&quantity=1", Everybody),
    form("/checkout", "/checkout", Everybody, "sku=DRILL-0&quantity=1&name=A&phone=PHONE"),
    get("/orders/{number}", "/orders/ORDER?t=TOKEN", Owner),
    get("/orders/{number}/return", "/orders/ORDER/return?t=TOKEN", Owner),
    form("/orders/{number}/pay", "/orders/ORDER/pay", Owner, "t=TOKEN&provider=test"),
    form("/orders/{number}/extend", "/orders/ORDER/extend", Owner, "t=TOKEN"),
    form("/orders/{number}/cancel", "/orders/ORDER/cancel", Owner, "t=TOKEN"),
    get("/orders/{number}/change", "/orders/ORDER/change?t=TOKEN", Owner),
    form("/orders/{number}/change", "/orders/ORDER/change", Owner, "t=TOKEN&proxy=B"),
    form("/orders/{number}/offers/{group}", "/orders/ORDER/offers/GROUP", Owner, "t=TOKEN&accept=1"),
    form("/orders/{number}/arrive", "/orders/ORDER/arrive", Owner, "t=TOKEN&arrived=1&bay=3"),
    get("/orders/{number}/receipt", "/orders/ORDER/receipt?t=TOKEN", Owner),
    get("/orders/{number}/receipt.pdf", "/orders/ORDER/receipt.pdf?t=TOKEN", Owner),
    get("/orders/{number}/{file}", "/orders/ORDER/GROUP.ics?t=TOKEN", Owner),
    get("/pay/test/{id}", "/pay/test/PAYMENT", Secret),
    form("/pay/test/{id}", "/pay/test/PAYMENT", Secret, "action=pay"),
    get("/pass/{secret}", "/pass/PASS", Secret),
    form("/pass/{secret}/arrive", "/pass/PASS/arrive", Secret, "arrived=1&bay=3"),
    // Without the secret there is nothing.
    get("/pay/test/{id}", "/pay/test/nothing", Everybody),
    form("/pay/test/{id}", "/pay/test/nothing", Everybody, "action=pay"),
    get("/pass/{secret}", "/pass/nothing", Everybody),
    form("/pass/{secret}/arrive", "/pass/nothing/arrive", Everybody, "arrived=1&bay=3"),
    // Only where the shop is reached by its own machine alone; a public one does not have them.
    get("/dev/messages", "/dev/messages", Everybody),
    get("/dev/messages/{name}", "/dev/messages/nothing", Everybody),
    get("/staff", "/staff", Staff),
    get("/staff/sign-in", "/staff/sign-in", Everybody),
    form("/staff/sign-in", "/staff/sign-in", Everybody, "login=nobody&password=nothing-at-all"),
    form("/staff/sign-out", "/staff/sign-out", Everybody, ""),
    get("/staff/{store}", "/staff/STORE", StaffOf),
    get("/staff/{store}/board", "/staff/STORE/board", StaffOf),
    form("/staff/{store}/find", "/staff/STORE/find", StaffOf, "typed=NUMBER"),
    form(
        "/staff/{store}/handovers",
        "/staff/STORE/handovers",
        StaffOf,
        "pass=OS1.x&key=KEYKEYKEYKEYKEYKEY&ago=0",
    ),
    form("/staff/{store}/deeds", "/staff/STORE/deeds", StaffOf, "number=NUMBER&deed=mark_ready"),
];

/// What is not a page.
pub const OTHERS: &[Line] = &[
    get("/api/v1/products", "/api/v1/products", Everybody),
    get("/api/v1/products/{key}", "/api/v1/products/drill-0", Everybody),
    get("/api/v1/products/{key}/availability", "/api/v1/products/DRILL-0/availability", Everybody),
    json(
        "POST",
        "/api/v1/availability",
        "/api/v1/availability",
        Everybody,
        r#"{"lines":[{"sku":"DRILL-0","quantity":1}],"near":"37.5,127.0"}"#,
    ),
    json(
        "POST",
        "/api/v1/options",
        "/api/v1/options",
        Everybody,
        r#"{"lines":[{"sku":"DRILL-0","quantity":1}],"near":"37.5,127.0"}"#,
    ),
    get("/api/v1/stores", "/api/v1/stores", Everybody),
    get("/api/v1/stores/{code}", "/api/v1/stores/east", Everybody),
    json(
        "PUT",
        "/api/v1/stores/{code}/stock/{sku}",
        "/api/v1/stores/STORE/stock/DRILL-9",
        Partner("stock"),
        r#"{"on_hand":1000,"counted_at":"2026-11-22T12:00:00+09:00"}"#,
    ),
    json(
        "POST",
        "/api/v1/stock/movements",
        "/api/v1/stock/movements",
        Partner("stock"),
        r#"{"lines":[{"store":"STORE","sku":"DRILL-9","delta":1,"reason":"received"}]}"#,
    ),
    json(
        "POST",
        "/api/v1/pos/sales",
        "/api/v1/pos/sales",
        Partner("pos"),
        r#"{"store":"STORE","receipt":"1","lines":[{"sku":"DRILL-9","quantity":1}]}"#,
    ),
    json("POST", "/api/v1/reservations", "/api/v1/reservations", Everybody, WANTED),
    get("/api/v1/reservations/{number}", "/api/v1/reservations/NUMBER", Owner),
    json("POST", "/api/v1/reservations/{number}/cancel", "/api/v1/reservations/NUMBER/cancel", Owner, "{}"),
    json("POST", "/api/v1/orders", "/api/v1/orders", Everybody, ORDERED),
    get("/api/v1/orders/{number}", "/api/v1/orders/ORDER", Owner),
    json("PATCH", "/api/v1/orders/{number}", "/api/v1/orders/ORDER", Owner, r#"{"proxy":"B"}"#),
    json("POST", "/api/v1/orders/{number}/cancel", "/api/v1/orders/ORDER/cancel", Owner, "{}"),
    json("POST", "/api/v1/orders/{number}/extend", "/api/v1/orders/ORDER/extend", Owner, "{}"),
    json(
        "POST",
        "/api/v1/orders/{number}/payment",
        "/api/v1/orders/ORDER/payment",
        Owner,
        r#"{"provider":"test"}"#,
    ),
    json("POST", "/api/v1/orders/{number}/arrivals", "/api/v1/orders/ORDER/arrivals", Owner, "{}"),
    json(
        "POST",
        "/api/v1/orders/{number}/offers/{id}",
        "/api/v1/orders/ORDER/offers/GROUP",
        Owner,
        r#"{"accept":false}"#,
    ),
    json(
        "POST",
        "/api/v1/orders/{number}/refunds",
        "/api/v1/orders/ORDER/refunds",
        TillOf,
        r#"{"amount":{"amount":1,"currency":"KRW"},"reason":"drill"}"#,
    ),
    json(
        "POST",
        "/api/v1/orders/{number}/groups/{id}/{deed}",
        "/api/v1/orders/ORDER/groups/GROUP/ready",
        TillOf,
        "{}",
    ),
    get("/api/v1/orders/{number}/receipt.pdf", "/api/v1/orders/ORDER/receipt.pdf", Owner),
    json(
        "PUT",
        "/api/v1/orders/{number}/notifications",
        "/api/v1/orders/ORDER/notifications",
        Owner,
        BROWSER,
    ),
    json(
        "POST",
        "/api/v1/orders/{number}/notifications/cancel",
        "/api/v1/orders/ORDER/notifications/cancel",
        Owner,
        NO_BROWSER,
    ),
    json(
        "PUT",
        "/api/v1/reservations/{number}/notifications",
        "/api/v1/reservations/NUMBER/notifications",
        Owner,
        BROWSER,
    ),
    json(
        "POST",
        "/api/v1/reservations/{number}/notifications/cancel",
        "/api/v1/reservations/NUMBER/notifications/cancel",
        Owner,
        NO_BROWSER,
    ),
    get("/api/v1/passes/key", "/api/v1/passes/key", Everybody),
    get("/api/v1/live/stock", "/api/v1/live/stock?sku=DRILL-0", Everybody),
    get("/api/v1/openapi.json", "/api/v1/openapi.json", Everybody),
    get("/api", "/api", Everybody),
    get("/api/{*rest}", "/api/nothing", Everybody),
    json("POST", "/webhooks/{provider}", "/webhooks/test", Signed, "{}"),
    get("/problems/{slug}", "/problems/not-found", Everybody),
    get("/speculation.json", "/speculation.json", Everybody),
    get("/site.webmanifest", "/site.webmanifest", Everybody),
    get("/en/site.webmanifest", "/en/site.webmanifest", Everybody),
    get("/robots.txt", "/robots.txt", Everybody),
    get("/sitemap.xml", "/sitemap.xml", Everybody),
    get("/sitemaps/{name}", "/sitemaps/1.xml", Everybody),
    get("/health/live", "/health/live", Everybody),
    get("/health/ready", "/health/ready", Everybody),
    get("/drawings/{name}", "/drawings/kettle.svg", Everybody),
    get("/drawings/{name}/{tone}", "/drawings/kettle/moss.svg", Everybody),
    get("/media", "/media", Everybody),
    // The router tells no pattern for what lies in a folder: each file of it is called here.
    get("/media/", "/media/nothing.jpg", Everybody),
    // Only with tiles on this machine.
    get("/map/{name}", "/map/ARCHIVE", Everybody),
    get("/map/fonts", "/map/fonts", Everybody),
    get("/map/fonts/", "/map/fonts/Sans%20Regular/256-511.pbf", Everybody),
    get("/map/icons", "/map/icons", Everybody),
    get("/map/icons/", "/map/icons/dark.json", Everybody),
    // What a message carries has no language of ours. Like the messages, only where the shop's own machine alone asks.
    get("/dev/messages/{name}/html", "/dev/messages/nothing/html", Everybody),
    get("/dev/messages/{name}/parts/{place}", "/dev/messages/nothing/parts/0", Everybody),
];

/// Files that are there: what was built, which no route of the router names, and what lies in the folders of others.
pub const FILES: &[Line] = &[
    get("/{name}", "/icon.svg", Everybody),
    get("/pkg/{name}", "/pkg/onshelf.css", Everybody),
    get("/media/{name}", "/media/drill.svg", Everybody),
    get("/map/{name}", "/map/ARCHIVE", Everybody),
    get("/map/fonts/{name}/{range}", "/map/fonts/Sans%20Regular/0-255.pbf", Everybody),
    get("/map/icons/{name}", "/map/icons/light.json", Everybody),
];

/// A line at one of its addresses.
pub struct Case {
    /// With the language's prefix.
    pub route: String,
    pub line: &'static Line,
    pub english: bool,
}

impl Case {
    /// Where it is called, placeholders not filled in.
    #[must_use]
    pub fn address(&self) -> String {
        match (self.english, self.line.address) {
            (true, "/") => "/en".to_owned(),
            (true, address) => format!("/en{address}"),
            (false, address) => address.to_owned(),
        }
    }
}

/// The files as cases; the router's table does not have them.
pub fn files() -> impl Iterator<Item = Case> {
    FILES.iter().map(|line| Case { route: line.route.to_owned(), line, english: false })
}

/// Every line of the router's table, with the English pages.
#[must_use]
pub fn all() -> Vec<Case> {
    let english = |route: &str| if route == "/" { "/en".to_owned() } else { format!("/en{route}") };
    let korean = PAGES.iter().chain(OTHERS);
    let korean = korean.map(|line| Case { route: line.route.to_owned(), line, english: false });
    korean.chain(PAGES.iter().map(|line| Case { route: english(line.route), line, english: true })).collect()
}
