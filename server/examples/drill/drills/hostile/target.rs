//! What calls are about: reservations and orders, each made afresh by somebody at the east store, with all that its
//! owner was told.

use onshelf_shop::testing::request;
use onshelf_vocabulary::Lang;
use serde_json::Value;

use super::{
    Failure,
    access::{About, ORDERED},
    scene::{Scene, phone},
};
use crate::drills::ground::STORE;

#[derive(Default)]
pub struct Target {
    pub number: String,
    pub token: String,
    /// What is said at the counter; of an order, its first group.
    pub pickup: String,
    /// Whom the owner sends, and the secret of their page.
    pub holder: String,
    pub pass: String,
    /// Name of its payment at the test provider.
    pub payment: String,
    pub is_order: bool,
}

impl Target {
    /// Everything it could be told by.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let names = [&self.number, &self.token, &self.pickup, &self.holder, &self.pass, &self.payment];
        names.into_iter().map(String::as_str).filter(|name| !name.is_empty())
    }
}

impl Scene {
    /// A fresh one.
    pub async fn target(&self, about: About) -> Result<Target, Failure> {
        match about {
            About::Reservation => self.reservation().await,
            About::Order => Ok(self.placed(ORDERED).await?.0),
            About::Pass => self.errand().await,
            About::Payment => self.unpaid().await,
        }
    }

    /// By a phone of its own.
    pub async fn reservation(&self) -> Result<Target, Failure> {
        let number = self.number();
        let asked = request(&phone(number), STORE, &[("DRILL-0", 1)], &format!("scene-{number}"));
        let made = self.shop.reserve(asked).await?;
        let view = self.shop.reservation(Lang::Ko, &made.number, &made.token).await?;
        let (number, token) = (made.number, made.token);
        Ok(Target { number, token, pickup: view.code, ..Target::default() })
    }

    /// An order by this body, and what its owner was answered.
    async fn placed(&self, body: &str) -> Result<(Target, Value), Failure> {
        let body = body.replace("PHONE", &phone(self.number()));
        let told = self.written("POST", "/api/v1/orders", "", body).await?;
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let (number, token) = (text(&told["number"]), text(&told["token"]));
        let pickup = text(&told["groups"][0]["id"]);
        Ok((Target { number, token, pickup, is_order: true, ..Target::default() }, told))
    }

    /// An order that is brought to a car, and that somebody else is sent for.
    pub async fn errand(&self) -> Result<Target, Failure> {
        let (target, _) = self.placed(&ORDERED.replace("collect", "curbside")).await?;
        let holder = format!("심부름 {:06}", self.number());
        let path = format!("/api/v1/orders/{}", target.number);
        let body = serde_json::json!({ "proxy": holder }).to_string();
        let told = self.written("PATCH", &path, &target.token, body).await?;
        let newest = told["passes"].as_array().and_then(|passes| passes.last());
        let pass = last_part(newest.and_then(|pass| pass["url"].as_str()))?;
        Ok(Target { holder, pass, ..target })
    }

    /// An order that waits to be paid at the test provider.
    pub async fn unpaid(&self) -> Result<Target, Failure> {
        let body = ORDERED.replacen('{', r#"{"payment":{"provider":"test"},"#, 1);
        let (target, told) = self.placed(&body).await?;
        let payment = last_part(told["payment"]["redirect_url"].as_str())?;
        Ok(Target { payment, ..target })
    }

    /// What the API answered to whoever has this token.
    async fn written(&self, method: &str, path: &str, token: &str, body: String) -> Result<Value, Failure> {
        let mut headers = vec![
            ("content-type", "application/json".to_owned()),
            ("idempotency-key", format!("scene-{}", self.number())),
        ];
        if !token.is_empty() {
            headers.push(("authorization", format!("Bearer {token}")));
        }
        let answer = self.send(method, path, &headers, body.into_bytes()).await?;
        if answer.is_done() {
            return Ok(serde_json::from_str(&answer.text)?);
        }
        Err(format!("{method} {path} was answered with {} {}", answer.status, answer.text).into())
    }
}

/// The last part of an address.
fn last_part(url: Option<&str>) -> Result<String, Failure> {
    let part = url.and_then(|url| url.rsplit('/').next()).filter(|part| !part.is_empty());
    part.map(str::to_owned).ok_or_else(|| format!("{url:?} is no address").into())
}
