//! A shop with people in it: who they are, what they hold in their hands, and how they call.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Request},
};
use http_body_util::BodyExt;
use onshelf_app::ssr::{Door, Site};
use onshelf_db::Db;
use onshelf_server::{
    http::{Options, Rates, router},
    payments::test::TestProvider,
};
use onshelf_shop::{Settings, Shop, SystemChance, SystemClock, staff::NewStaff};
use onshelf_vocabulary::{Lang, StoreCode, orders::GroupView, staff::Role as Rank};
use tower::ServiceExt;

use super::{Access, Failure, Line, access::Case, body_of, site::lay_out, target::Target};
use crate::drills::ground::{Ground, OTHER_STORE, STORE};

const PUBLIC: &str = "https://shop.example";
const PASSWORD: &str = "a long password";

/// Who calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    Nobody,
    /// Has the token of the reservation.
    Shopper,
    /// Has the token of another one.
    OtherShopper,
    /// Works at the east store.
    Associate,
    /// Works at the west store.
    OtherAssociate,
    /// Of the east store.
    Manager,
    HeadOffice,
    /// A token for stock, and one for tills, of the east store.
    Warehouse,
    Till,
    /// A token for the catalogue, of all stores: it is valid, and opens nothing.
    Catalogue,
}

impl Role {
    pub const ALL: [Role; 10] = [
        Role::Nobody,
        Role::Shopper,
        Role::OtherShopper,
        Role::Associate,
        Role::OtherAssociate,
        Role::Manager,
        Role::HeadOffice,
        Role::Warehouse,
        Role::Till,
        Role::Catalogue,
    ];

    const fn shows_a_token(self) -> bool {
        use Role::{Catalogue, OtherShopper, Shopper, Till, Warehouse};
        matches!(self, Shopper | OtherShopper | Warehouse | Till | Catalogue)
    }
}

pub struct Scene {
    pub router: Router,
    /// The same without kept pages before it, which hide the routes.
    pub table: Router,
    pub shop: Shop,
    /// Who is signed in, under which name, with which session.
    sessions: Vec<(Role, String, String)>,
    warehouse: String,
    till: String,
    /// A till's of the west store.
    other_till: String,
    catalogue: String,
    /// The other shopper's reservation, an order that somebody is sent for, and one that waits to be paid.
    other: Target,
    other_errand: Target,
    other_unpaid: Target,
    /// Name of the tiles' archive.
    pub archive: String,
    next: AtomicU64,
}

pub struct Answer {
    pub status: u16,
    pub location: String,
    pub cookies: Vec<String>,
    pub text: String,
    headers: HeaderMap,
}

impl Answer {
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// Whether what was asked for was done or shown.
    #[must_use]
    pub fn is_done(&self) -> bool {
        (200..300).contains(&self.status) || (self.status == 303 && !self.location.contains("/staff/sign-in"))
    }
}

impl Scene {
    pub async fn open(ground: &Ground) -> Result<Scene, Failure> {
        let db = Db::open(&ground.url).await?;
        let shop = Shop::open(db, Arc::new(SystemClock), Arc::new(SystemChance), Settings::default()).await?;
        shop.take_payments(vec![Arc::new(TestProvider::new(shop.clone(), PUBLIC).await?)]);
        let mut sessions = Vec::new();
        for (role, login, rank, store) in [
            (Role::Associate, "associate", Rank::Associate, STORE),
            (Role::OtherAssociate, "other", Rank::Associate, OTHER_STORE),
            (Role::Manager, "manager", Rank::Manager, STORE),
            (Role::HeadOffice, "office", Rank::HeadOffice, ""),
        ] {
            let stores = if store.is_empty() { Vec::new() } else { vec![store.to_owned()] };
            let (login, password) = (login.to_owned(), PASSWORD.to_owned());
            let new = NewStaff { login: login.clone(), name: login.clone(), password, role: rank, stores };
            shop.add_staff(new).await?;
            let session = shop.sign_in(&login, PASSWORD).await?;
            sessions.push((role, login, session));
        }
        let site = Arc::new(Site { public_url: PUBLIC.to_owned(), secure: true, ..Site::default() });
        // The limits of how often have tests of their own; here they would stand in front of everything else.
        let rates = Rates {
            reserve_by_address: 0,
            reserve_by_contact: 0,
            sign_in_by_address: 0,
            sign_in_by_name: 0,
            look_up_by_address: 0,
            find_by_number: 0,
            counter_by_session: 0,
        };
        let mut options = Options { public_url: PUBLIC.to_owned(), ..Options::default() };
        options.data_dir = ground.path().to_owned();
        options.site_dir = ground.path().join("site");
        let tiles = lay_out(ground.path())?;
        let archive = tiles.ground().archive.rsplit('/').next().unwrap_or_default().to_owned();
        options.tiles = Some(Arc::new(tiles));
        options.limits.rates = rates;
        let mut bare = options.clone();
        bare.limits.kept_pages = 0;
        let other_till = shop.create_token("pos", Some(&StoreCode::new(OTHER_STORE)?)).await?;
        let catalogue = shop.create_token("catalogue", None).await?;
        let mut scene = Scene {
            table: router(Door { shop: shop.clone(), site: site.clone() }, &bare),
            router: router(Door { shop: shop.clone(), site }, &options),
            shop,
            sessions,
            warehouse: ground.warehouse.clone(),
            till: ground.till.clone(),
            other_till,
            catalogue,
            other: Target::default(),
            other_errand: Target::default(),
            other_unpaid: Target::default(),
            archive,
            next: AtomicU64::new(0),
        };
        scene.other = scene.reservation().await?;
        scene.other_errand = scene.errand().await?;
        scene.other_unpaid = scene.unpaid().await?;
        Ok(scene)
    }

    /// None that was given before.
    pub fn number(&self) -> u64 {
        self.next.fetch_add(1, Ordering::Relaxed)
    }

    /// What must not change when somebody is refused: the reservation or the order, and the shelves where the deed is
    /// about them.
    pub async fn state_of(&self, line: &Line, target: &Target) -> Result<String, Failure> {
        if line.access == Access::Everybody {
            return Ok(String::new());
        }
        if matches!(line.access, Access::Partner(_)) {
            let sql = "SELECT l.store_id, l.on_hand, l.held FROM stock_levels l
                       JOIN variants v ON v.id = l.variant_id WHERE v.sku = 'DRILL-9' ORDER BY l.store_id";
            let levels: Vec<(i64, i64, i64)> = crate::drills::books::ask(self.shop.db(), sql).await?;
            return Ok(format!("{levels:?}"));
        }
        if target.is_order {
            let view = self.shop.order(Lang::Ko, &target.number, &target.token).await?;
            let standing = |group: &GroupView| (group.status.code(), group.arrival.is_some());
            let groups: Vec<_> = view.groups.iter().map(standing).collect();
            let paying = self.paying(target).await?;
            return Ok(format!("{} {groups:?} {:?} {paying}", view.status.code(), view.payment));
        }
        let view = self.shop.reservation(Lang::Ko, &target.number, &target.token).await?;
        Ok(view.status.code().to_owned())
    }

    /// How its payment stands at the test provider, which the shop need not know yet.
    async fn paying(&self, target: &Target) -> Result<String, Failure> {
        if target.payment.is_empty() {
            return Ok(String::new());
        }
        let sql = "SELECT provider_id, status FROM test_payments";
        let all: Vec<(String, String)> = crate::drills::books::ask(self.shop.db(), sql).await?;
        let own = all.into_iter().find(|(id, _)| *id == target.payment);
        Ok(own.map(|(_, status)| status).unwrap_or_default())
    }

    /// `own`: token and secret are the right ones, the store is the east one.
    pub async fn call(&self, case: &Case, role: Role, own: bool, target: &Target) -> Result<Answer, Failure> {
        let line = case.line;
        let fill = |text: &str| self.filled(text, role, own, target);
        let path = fill(&case.address());
        let (kind, body) = body_of(line);
        let mut headers = self.credentials(role, own, target);
        headers.extend(kind.map(|kind| ("content-type", kind.to_owned())));
        if let (true, Some((_, login, _))) =
            (line.route == "/staff/sign-out", self.sessions.iter().find(|(own, ..)| *own == role))
        {
            // A session to be ended; the others are still needed.
            let session = self.shop.sign_in(login, PASSWORD).await?;
            headers.retain(|(name, _)| *name != "cookie");
            headers.push(("cookie", format!("__Host-staff={session}")));
        }
        self.send(line.method, &path, &headers, fill(body).into_bytes()).await
    }

    /// Text with its placeholders filled in.
    #[must_use]
    pub fn filled(&self, text: &str, role: Role, own: bool, target: &Target) -> String {
        let number = self.number();
        let (errand, unpaid) = if own { (target, target) } else { (&self.other_errand, &self.other_unpaid) };
        text.replace("NUMBER", &target.number)
            .replace("ORDER", &target.number)
            .replace("GROUP", &target.pickup)
            .replace("PICKUP", &target.pickup)
            .replace("FOREIGN", &self.other.pickup)
            .replace("PASS", &errand.pass)
            .replace("PAYMENT", &unpaid.payment)
            .replace("ARCHIVE", &self.archive)
            .replace("TOKEN", &self.token(role, own, target))
            .replace("STORE", if own { STORE } else { OTHER_STORE })
            .replace("PHONE", &phone(number))
            .replace("KEYKEYKEYKEYKEYKEY", &format!("key-{number:020}"))
    }

    /// What this role shows as the reservation's token: its own, another's, or nothing that was ever one.
    fn token(&self, role: Role, own: bool, target: &Target) -> String {
        match role {
            Role::Shopper if own => target.token.clone(),
            Role::Shopper | Role::OtherShopper => self.other.token.clone(),
            Role::Warehouse => self.warehouse.clone(),
            Role::Till if target.is_order && !own => self.other_till.clone(),
            Role::Till => self.till.clone(),
            Role::Catalogue => self.catalogue.clone(),
            _ => "nothing".to_owned(),
        }
    }

    #[must_use]
    pub fn credentials(&self, role: Role, own: bool, target: &Target) -> Vec<(&'static str, String)> {
        let mut headers = vec![
            ("sec-fetch-site", "same-origin".to_owned()),
            ("idempotency-key", format!("hostile-{}", self.number())),
        ];
        if let Some((.., session)) = self.sessions.iter().find(|(own, ..)| *own == role) {
            headers.push(("cookie", format!("__Host-staff={session}")));
        }
        if role.shows_a_token() {
            headers.push(("authorization", format!("Bearer {}", self.token(role, own, target))));
        }
        headers
    }

    pub async fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&'static str, String)],
        body: Vec<u8>,
    ) -> Result<Answer, Failure> {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        let response = self.router.clone().oneshot(request.body(Body::from(body))?).await?;
        let (parts, body) = response.into_parts();
        let kind = parts.headers.get("content-type").and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        // A stream has no end to wait for.
        let text = if kind.starts_with("text/event-stream") {
            String::new()
        } else {
            String::from_utf8_lossy(&body.collect().await?.to_bytes()).into_owned()
        };
        let values = |name: &str| {
            let all = parts.headers.get_all(name).iter();
            all.filter_map(|value| value.to_str().ok()).map(str::to_owned).collect::<Vec<_>>()
        };
        Ok(Answer {
            status: parts.status.as_u16(),
            location: values("location").pop().unwrap_or_default(),
            cookies: values("set-cookie"),
            text,
            headers: parts.headers,
        })
    }
}

/// Somebody's own.
pub fn phone(number: u64) -> String {
    format!("010{:08}", number % 100_000_000)
}
