//! Signing in and out. Passwords are argon2id; sessions are random tokens kept as hashes.

use argon2::{Argon2, PasswordHash, PasswordHasher, PasswordVerifier, password_hash::SaltString};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use onshelf_db::staff::{self, StaffRow};
use onshelf_vocabulary::staff::{Role, StaffRefusal, StaffView};

use super::Associate;
use crate::{Error, Result, Shop, secrets::fingerprint};

/// A working day. Milliseconds.
const SESSION: i64 = 12 * 3_600_000;
const LONGEST_PASSWORD: usize = 256;

/// Somebody to be added by the operator.
#[derive(Clone, Debug)]
pub struct NewStaff {
    pub login: String,
    pub name: String,
    pub password: String,
    pub role: Role,
    /// Codes.
    pub stores: Vec<String>,
}

impl Shop {
    /// Adds a member of staff, or gives one a new name, password, role and stores.
    pub async fn add_staff(&self, new: NewStaff) -> Result<()> {
        let salt = self.random::<16>();
        let password = new.password.clone();
        let hash = blocking(move || {
            let salt = SaltString::encode_b64(&salt).map_err(Error::internal)?;
            Argon2::default()
                .hash_password(password.as_bytes(), &salt)
                .map(|hash| hash.to_string())
                .map_err(Error::internal)
        })
        .await?;
        let row = StaffRow {
            id: 0,
            login: new.login.trim().to_lowercase(),
            name: new.name,
            password_hash: hash,
            role: new.role.code().to_owned(),
            stores: serde_json::to_string(&new.stores)?,
            disabled_at: None,
        };
        let now = self.now_ms();
        self.db()
            .write(move |mut tx| {
                let row = row.clone();
                Box::pin(async move {
                    staff::upsert(&mut tx, &row, now).await?;
                    staff::trail(&mut tx, "operator", "staff.add", &row.login, now).await?;
                    Ok::<_, Error>(())
                })
            })
            .await
    }

    /// Opens a session and answers its token. Wrong name and wrong password take the same time and say the same.
    #[tracing::instrument(target = "otel", level = "debug", name = "sign in", skip_all)]
    pub async fn sign_in(&self, login: &str, password: &str) -> Result<String> {
        let row = {
            let mut reader = self.db().reader().await?;
            staff::by_login(&mut reader.tx(), &login.trim().to_lowercase()).await?
        };
        let known = row.as_ref().map(|row| row.password_hash.clone());
        let password = password.to_owned();
        let right = blocking(move || Ok(verify(known.as_deref(), &password))).await?;
        let row = row.filter(|_| right).ok_or(StaffRefusal::BadCredentials)?;
        let token = URL_SAFE_NO_PAD.encode(self.random::<32>());
        let (hash, now) = (fingerprint(&token), self.now_ms());
        self.db()
            .write(move |mut tx| {
                let hash = hash.clone();
                Box::pin(async move {
                    staff::open_session(&mut tx, row.id, &hash, now, now + SESSION).await?;
                    staff::trail(&mut tx, &format!("staff:{}", row.id), "sign_in", "", now).await?;
                    Ok::<_, Error>(())
                })
            })
            .await?;
        Ok(token)
    }

    /// Who a session belongs to.
    pub async fn associate(&self, token: &str) -> Result<Associate> {
        let mut reader = self.db().reader().await?;
        let row = staff::by_session(&mut reader.tx(), &fingerprint(token), self.now_ms())
            .await?
            .ok_or(StaffRefusal::SignedOut)?;
        Ok(Associate {
            id: row.id,
            role: Role::from_code(&row.role).ok_or_else(|| Error::internal("no such role"))?,
            stores: serde_json::from_str(&row.stores)?,
            login: row.login,
            name: row.name,
        })
    }

    /// Ends the session of this token, if there is one.
    pub async fn sign_out(&self, token: &str) -> Result<()> {
        let hash = fingerprint(token);
        self.db()
            .write(move |mut tx| {
                let hash = hash.clone();
                Box::pin(async move { Ok::<_, Error>(staff::close_session(&mut tx, &hash).await?) })
            })
            .await
    }

    /// Who is signed in and where they work, for the page's head.
    #[must_use]
    pub fn staff_view(&self, who: &Associate, lang: onshelf_vocabulary::Lang) -> StaffView {
        let book = self.book();
        let stores = book
            .stores
            .trading()
            .filter(|store| who.works_at(store))
            .map(|store| (store.code.to_string(), store.name.get(lang).to_owned()))
            .collect();
        StaffView { name: who.name.clone(), login: who.login.clone(), role: who.role, stores }
    }
}

/// A hash nobody has the password of, so that an unknown name costs as much as a wrong password.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5LWlzLWhlcmU$\
                      Jq5sXvXn0K0kX1vE2t6y7mJr8c4v3b2n1m0l9k8j7h4";

fn verify(known: Option<&str>, password: &str) -> bool {
    let Ok(hash) = PasswordHash::new(known.unwrap_or(NOBODY)) else { return false };
    let fits = password.len() <= LONGEST_PASSWORD;
    let password = if fits { password.as_bytes() } else { &[] };
    Argon2::default().verify_password(password, &hash).is_ok() && fits && known.is_some()
}

/// Hashing takes tens of milliseconds on purpose: not on the threads that answer requests.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(Error::internal)?
}
