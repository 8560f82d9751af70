//! Accounts: the first administrator, signing in and out, passwords, API tokens.

use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Act, Actor, Broken, Caller, Event, Office, Op, Policy, Problems, Refusal, policy};
use crate::identity::{PasswordError, Role, back_off, check_password};
use crate::kernel::{AccountId, DAY, HOUR, MINUTE, PersonName, SECOND, SignInId, Timestamp};
use crate::store::account::{self, AccountRow, LinkRow, SignInRow};

/// How long a member of staff stays signed in.
const STAFF_SIGN_IN: i64 = 12 * HOUR;
/// How long a one-time link works.
pub const LINK_LIFE: i64 = 2 * DAY;
/// How long an API token works.
const TOKEN_LIFE: i64 = 15 * MINUTE;
const TOKEN_BYTES: usize = 32;

/// A fresh random token, as text; its digest goes to the database, the token itself to the person.
pub(super) fn fresh_token(office: &Office) -> String {
    let mut bytes = [0; TOKEN_BYTES];
    office.entropy.fill(&mut bytes);
    crate::kernel::Seed(bytes).to_string()
}

/// A new sign-in: the token for the cookie, and what forms must carry.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct SignedIn {
    /// The secret for the cookie (`jianding_sign_in`) or, for programs, `Authorization: Bearer`.
    pub token: String,
    /// What state-changing requests with the cookie must carry (`X-CSRF-Token` or form field `_csrf`).
    pub csrf: String,
    /// Where to go next.
    pub next: String,
}

/// Makes a sign-in row and its token.
pub(super) fn new_sign_in(office: &Office, now: Timestamp, life: i64) -> (String, SignInRow) {
    let token = fresh_token(office);
    let row = SignInRow {
        id: SignInId::new(now, office.entropy.as_ref()),
        token_digest: office.keys.digest("sign-in", &token),
        csrf: fresh_token(office),
        account_id: None,
        application_id: None,
        session_id: None,
        created_at: now,
        expires_at: now + life,
        revoked_at: None,
    };
    (token, row)
}

/// Who is behind a token, with the sign-in's row; anonymous when it is unknown, ended or expired.
pub async fn recognise(office: &Office, token: &str) -> Result<(Actor, Option<SignInRow>), Refusal> {
    let now = office.now();
    let digest = office.keys.digest("sign-in", token);
    if let Some(row) = office.remembered.find(&digest, now) {
        return Ok((candidate_of(&row).unwrap_or(Actor::Anonymous), Some(row)));
    }
    let mut connection = office.store.read().await?;
    let row = account::sign_in_by_token(&mut connection, digest, now).await?;
    match row {
        Some(row) => {
            office.remembered.note(&row, now);
            Ok((actor_of(&mut connection, &row).await?, Some(row)))
        }
        None => Ok((Actor::Anonymous, None)),
    }
}

/// Who is behind an API token.
pub async fn recognise_api_token(office: &Office, token: &str) -> Result<Actor, Refusal> {
    let now = office.now();
    let mut validation = Validation::new(Algorithm::HS256);
    // The office's clock decides, not the library's.
    validation.validate_exp = false;
    let key = DecodingKey::from_secret(office.keys.token_key());
    let Ok(claims) = jsonwebtoken::decode::<TokenClaims>(token, &key, &validation).map(|token| token.claims) else {
        return Ok(Actor::Anonymous);
    };
    if Timestamp::from_millis(claims.exp * SECOND) <= now {
        return Ok(Actor::Anonymous);
    }
    let mut connection = office.store.read().await?;
    match account::sign_in_by_id(&mut connection, claims.sub, now).await? {
        Some(row) => actor_of(&mut connection, &row).await,
        None => Ok(Actor::Anonymous),
    }
}

fn candidate_of(row: &SignInRow) -> Option<Actor> {
    Some(Actor::Candidate {
        application: row.application_id?,
        session: row.session_id?,
        sign_in: row.id,
    })
}

async fn actor_of(connection: &mut crate::store::Connection, row: &SignInRow) -> Result<Actor, Refusal> {
    if let Some(candidate) = candidate_of(row) {
        return Ok(candidate);
    }
    let Some(id) = row.account_id else {
        return Ok(Actor::Anonymous);
    };
    match account::by_id(connection, id).await? {
        Some(found) if found.active == 1 => Ok(Actor::Staff {
            account: id,
            login: found.login,
            name: found.name,
            roles: account::roles(connection, id).await?.into_iter().collect(),
            sign_in: row.id,
        }),
        _ => Ok(Actor::Anonymous),
    }
}

impl From<PasswordError> for Broken {
    fn from(error: PasswordError) -> Self {
        match error {
            PasswordError::TooShort { min } => Self::new("password-too-short").with("min", min),
            PasswordError::TooLong { max } => Self::new("password-too-long").with("max", max),
            PasswordError::TooCommon => Self::new("password-too-common"),
        }
    }
}

impl From<crate::kernel::NameError> for Broken {
    fn from(error: crate::kernel::NameError) -> Self {
        use crate::kernel::NameError;
        match error {
            NameError::Empty => Self::new("name-empty"),
            NameError::TooLong { chars } => Self::new("name-too-long").with("chars", chars),
            NameError::Unusable(character) => Self::new("name-unusable")
                .with("character", character.to_string())
                .with("code", format!("U+{:04X}", u32::from(character))),
        }
    }
}

/// Makes a one-time link's token: for the first administrator, or for an account's first password.
pub async fn new_link(op: &mut Op<'_>, office: &Office, account: Option<AccountId>) -> Result<String, Refusal> {
    let token = fresh_token(office);
    let link = LinkRow {
        token_digest: office.keys.digest("link", &token),
        account_id: account,
        created_at: op.now,
        expires_at: op.now + LINK_LIFE,
        used_at: None,
    };
    account::insert_link(op.connection(), &link).await?;
    Ok(token)
}

/// The path of the set-up page for the first administrator, when there is no account yet.
pub async fn first_link(office: &Office) -> Result<Option<String>, Refusal> {
    let caller = Caller::system("set-up");
    let mut op = Op::begin_named(office, &caller, "set-up.link").await?;
    if account::count(op.connection()).await? > 0 {
        return Ok(None);
    }
    let token = new_link(&mut op, office, None).await?;
    op.commit(Event::of("installation")).await?;
    Ok(Some(format!("/set-up/{token}")))
}

async fn usable_link(op: &mut Op<'_>, office: &Office, token: &str) -> Result<LinkRow, Refusal> {
    let link = account::link(op.connection(), office.keys.digest("link", token)).await?;
    match link {
        None => Err(Broken::new("link-unknown").into()),
        Some(LinkRow { used_at: Some(at), .. }) => Err(Broken::new("link-used").with("at", at).into()),
        Some(link) if link.expires_at <= op.now => Err(Broken::new("link-expired").with("at", link.expires_at).into()),
        Some(link) => Ok(link),
    }
}

fn parse_login(text: &str) -> Result<String, Broken> {
    let login = text.trim().to_lowercase();
    let fits = (3..=40).contains(&login.chars().count())
        && login
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_'));
    if fits {
        Ok(login)
    } else {
        Err(Broken::new("login-shape"))
    }
}

/// Makes the first administrator.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct SetUp {
    /// The token of the link.
    pub token: String,
    /// The login to use.
    pub login: String,
    /// The person's name.
    pub name: String,
    /// The password.
    pub password: String,
}

impl Act for SetUp {
    type Outcome = SignedIn;
    const POLICY: Policy = policy::SET_UP;

    async fn perform(self, office: &Office, caller: &Caller) -> Result<SignedIn, Refusal> {
        let mut problems = Problems::default();
        let login = problems.take("login", parse_login(&self.login));
        let name = problems.take("name", self.name.parse::<PersonName>());
        problems.take("password", check_password(&self.password, &self.login));
        problems.refuse()?;
        let (Some(login), Some(name)) = (login, name) else {
            return Err(Refusal::Invalid(Vec::new()));
        };
        let phc = office.hasher.hash(&self.password, office.entropy.as_ref()).await?;

        let mut op = Op::begin::<Self>(office, caller).await?;
        let link = usable_link(&mut op, office, &self.token).await?;
        if link.account_id.is_some() {
            return Err(Broken::new("link-unknown").into());
        }
        let now = op.now;
        account::use_link(op.connection(), link.token_digest, now).await?;
        let row = new_account(office, op.now, login, &name, Some(phc));
        account::insert(op.connection(), &row).await?;
        account::set_roles(op.connection(), row.id, &[Role::Administrator]).await?;
        let signed_in = open_staff_sign_in(&mut op, office, row.id).await?;
        op.commit(Event::of(row.id)).await?;
        Ok(signed_in)
    }
}

/// A new account row.
fn new_account(
    office: &Office,
    now: Timestamp,
    login: String,
    name: &PersonName,
    password: Option<String>,
) -> AccountRow {
    AccountRow {
        id: AccountId::new(now, office.entropy.as_ref()),
        login,
        name: name.to_string(),
        password,
        active: 1,
        must_change_password: 0,
        failures: 0,
        locked_until: Timestamp::from_millis(0),
        created_at: now,
    }
}

async fn open_staff_sign_in(op: &mut Op<'_>, office: &Office, id: AccountId) -> Result<SignedIn, Refusal> {
    let (token, mut row) = new_sign_in(office, op.now, STAFF_SIGN_IN);
    row.account_id = Some(id);
    account::insert_sign_in(op.connection(), &row).await?;
    Ok(SignedIn {
        token,
        csrf: row.csrf,
        next: "/work".to_owned(),
    })
}

/// Signs a member of staff in.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct SignIn {
    /// The login; case does not matter.
    pub login: String,
    /// The password.
    pub password: String,
}

impl Act for SignIn {
    type Outcome = SignedIn;
    const POLICY: Policy = policy::SIGN_IN;

    async fn perform(self, office: &Office, caller: &Caller) -> Result<SignedIn, Refusal> {
        let login = self.login.trim().to_lowercase();
        let mut connection = office.store.read().await?;
        let found = account::by_login(&mut connection, &login)
            .await?
            .filter(|found| found.active == 1);
        drop(connection);
        let now = office.now();
        if let Some(wait) = found
            .as_ref()
            .map(|found| found.locked_until - now)
            .filter(|wait| *wait > 0)
        {
            return Err(Broken::new("sign-in-locked").with("seconds", wait / SECOND + 1).into());
        }
        let stored = found.as_ref().and_then(|found| found.password.as_deref());
        let right = office.hasher.verify(&self.password, stored).await?;
        let Some(found) = found else {
            return Err(Broken::new("sign-in-wrong").into());
        };
        let mut op = Op::begin::<Self>(office, caller).await?;
        if !right {
            let failures = found.failures + 1;
            let until = op.now + back_off(failures);
            account::set_failures(op.connection(), found.id, failures, until).await?;
            op.commit(Event::of(found.id).with(json!({ "failed": failures })))
                .await?;
            return Err(Broken::new("sign-in-wrong").into());
        }
        account::set_failures(op.connection(), found.id, 0, Timestamp::from_millis(0)).await?;
        let signed_in = open_staff_sign_in(&mut op, office, found.id).await?;
        op.commit(Event::of(found.id)).await?;
        Ok(signed_in)
    }
}

/// An outcome that says no more than that it was done.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
pub struct Done {
    /// When.
    pub at: Timestamp,
}

/// Ends the caller's sign-in.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct SignOut {}

impl Act for SignOut {
    type Outcome = Done;
    const POLICY: Policy = policy::SIGN_OUT;

    async fn perform(self, office: &Office, caller: &Caller) -> Result<Done, Refusal> {
        let (Actor::Staff { sign_in, .. } | Actor::Candidate { sign_in, .. }) = &caller.actor else {
            return Err(Refusal::SignInFirst);
        };
        let mut op = Op::begin::<Self>(office, caller).await?;
        let now = op.now;
        account::revoke(op.connection(), *sign_in, now).await?;
        let at = op.commit(Event::of(sign_in)).await?;
        office.remembered.forget(*sign_in);
        Ok(Done { at })
    }
}

/// Tells who is signed in.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Me {}

/// Who is signed in.
#[derive(Debug, Serialize, JsonSchema)]
pub struct MeView {
    /// The name; absent for candidates.
    pub name: Option<String>,
    /// The roles; empty for candidates.
    pub roles: Vec<Role>,
}

impl Act for Me {
    type Outcome = MeView;
    const POLICY: Policy = policy::ME;

    async fn perform(self, _: &Office, caller: &Caller) -> Result<MeView, Refusal> {
        match &caller.actor {
            Actor::Staff { name, roles, .. } => Ok(MeView {
                name: Some(name.clone()),
                roles: roles.iter().copied().collect(),
            }),
            Actor::Candidate { .. } | Actor::System(_) => Ok(MeView {
                name: None,
                roles: Vec::new(),
            }),
            Actor::Anonymous => Err(Refusal::SignInFirst),
        }
    }
}

/// Changes one's own password.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct ChangePassword {
    /// The present password.
    pub present: String,
    /// The new one.
    pub password: String,
}

impl Act for ChangePassword {
    type Outcome = Done;
    const POLICY: Policy = policy::PASSWORD_CHANGE;

    async fn perform(self, office: &Office, caller: &Caller) -> Result<Done, Refusal> {
        let Actor::Staff {
            account: id,
            login,
            sign_in,
            ..
        } = &caller.actor
        else {
            return Err(Refusal::SignInFirst);
        };
        check_password(&self.password, login).map_err(|error| Broken::from(error).at("password"))?;
        let mut connection = office.store.read().await?;
        let stored = account::by_id(&mut connection, *id)
            .await?
            .and_then(|found| found.password);
        drop(connection);
        if !office.hasher.verify(&self.present, stored.as_deref()).await? {
            return Err(Broken::new("password-wrong").at("present").into());
        }
        let phc = office.hasher.hash(&self.password, office.entropy.as_ref()).await?;
        let mut op = Op::begin::<Self>(office, caller).await?;
        let now = op.now;
        account::set_password(op.connection(), *id, &phc).await?;
        account::revoke_others(op.connection(), *id, Some(*sign_in), now).await?;
        Ok(Done {
            at: op.commit(Event::of(id)).await?,
        })
    }
}

/// Sets a first password with a one-time link.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct SetPassword {
    /// The token of the link.
    pub token: String,
    /// The password.
    pub password: String,
}

impl Act for SetPassword {
    type Outcome = SignedIn;
    const POLICY: Policy = policy::PASSWORD_SET;

    async fn perform(self, office: &Office, caller: &Caller) -> Result<SignedIn, Refusal> {
        check_password(&self.password, "").map_err(|error| Broken::from(error).at("password"))?;
        let phc = office.hasher.hash(&self.password, office.entropy.as_ref()).await?;
        let mut op = Op::begin::<Self>(office, caller).await?;
        let link = usable_link(&mut op, office, &self.token).await?;
        let Some(id) = link.account_id else {
            return Err(Broken::new("link-unknown").into());
        };
        let now = op.now;
        account::use_link(op.connection(), link.token_digest, now).await?;
        account::set_password(op.connection(), id, &phc).await?;
        account::revoke_others(op.connection(), id, None, now).await?;
        let signed_in = open_staff_sign_in(&mut op, office, id).await?;
        op.commit(Event::of(id)).await?;
        Ok(signed_in)
    }
}

#[derive(Debug, Serialize, Deserialize)]
struct TokenClaims {
    sub: SignInId,
    /// Seconds since 1970.
    exp: i64,
}

/// Issues a short-lived API token.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct IssueToken {}

/// An API token.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ApiToken {
    /// For `Authorization: Bearer`.
    pub token: String,
    /// When it stops working; earlier if the sign-in ends.
    pub expires_at: Timestamp,
}

impl Act for IssueToken {
    type Outcome = ApiToken;
    const POLICY: Policy = policy::TOKEN_ISSUE;

    async fn perform(self, office: &Office, caller: &Caller) -> Result<ApiToken, Refusal> {
        let Actor::Staff { sign_in, .. } = &caller.actor else {
            return Err(Refusal::SignInFirst);
        };
        let op = Op::begin::<Self>(office, caller).await?;
        let expires_at = op.now + TOKEN_LIFE;
        let claims = TokenClaims {
            sub: *sign_in,
            exp: expires_at.millis() / SECOND,
        };
        let key = EncodingKey::from_secret(office.keys.token_key());
        let token = jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &key)
            .map_err(|error| Refusal::Fault(format!("token: {error}")))?;
        op.commit(Event::of(sign_in)).await?;
        Ok(ApiToken { token, expires_at })
    }
}

/// Lists the accounts.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct ListAccounts {}

/// An account as administrators see it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct AccountView {
    /// Its id.
    pub account: AccountId,
    /// The login.
    pub login: String,
    /// The person's name.
    pub name: String,
    /// Its roles.
    pub roles: Vec<Role>,
    /// Not disabled.
    pub active: bool,
    /// Whether a password was ever set.
    pub ready: bool,
}

impl Act for ListAccounts {
    type Outcome = Vec<AccountView>;
    const POLICY: Policy = policy::ACCOUNT_LIST;

    async fn perform(self, office: &Office, _: &Caller) -> Result<Vec<AccountView>, Refusal> {
        let mut connection = office.store.read().await?;
        let roles = account::all_roles(&mut connection).await?;
        let accounts = account::all(&mut connection).await?;
        let view = |row: AccountRow| AccountView {
            account: row.id,
            roles: roles
                .iter()
                .filter(|(id, _)| *id == row.id)
                .map(|(_, role)| *role)
                .collect(),
            login: row.login,
            name: row.name,
            active: row.active == 1,
            ready: row.password.is_some(),
        };
        Ok(accounts.into_iter().map(view).collect())
    }
}

/// A one-time link for somebody else.
#[derive(Debug, Serialize, JsonSchema)]
pub struct AccountLink {
    /// The account.
    pub account: AccountId,
    /// The path to hand over; shown only now.
    pub path: String,
    /// When it stops working.
    pub expires_at: Timestamp,
}

/// Creates an account.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct CreateAccount {
    /// The login.
    pub login: String,
    /// The person's name.
    pub name: String,
    /// Its roles, separated by commas.
    pub roles: String,
}

fn parse_roles(text: &str) -> Result<Vec<Role>, Broken> {
    let parse = |name: &str| {
        name.parse::<Role>()
            .map_err(|_| Broken::new("role-unknown").with("role", name))
    };
    let roles = text
        .split(',')
        .map(str::trim)
        .filter(|name| !name.is_empty())
        .map(parse)
        .collect::<Result<Vec<_>, _>>()?;
    let auditor_alone = !(roles.contains(&Role::Auditor) && roles.contains(&Role::Administrator));
    if auditor_alone {
        Ok(roles)
    } else {
        Err(Broken::new("auditor-and-administrator"))
    }
}

impl Act for CreateAccount {
    type Outcome = AccountLink;
    const POLICY: Policy = policy::ACCOUNT_CREATE;

    async fn perform(self, office: &Office, caller: &Caller) -> Result<AccountLink, Refusal> {
        let mut problems = Problems::default();
        let login = problems.take("login", parse_login(&self.login));
        let name = problems.take("name", self.name.parse::<PersonName>());
        let roles = problems.take("roles", parse_roles(&self.roles));
        problems.refuse()?;
        let (Some(login), Some(name), Some(roles)) = (login, name, roles) else {
            return Err(Refusal::Invalid(Vec::new()));
        };
        let mut op = Op::begin::<Self>(office, caller).await?;
        if account::by_login(op.connection(), &login).await?.is_some() {
            return Err(Broken::new("login-taken").with("login", login).at("login").into());
        }
        let row = new_account(office, op.now, login, &name, None);
        account::insert(op.connection(), &row).await?;
        account::set_roles(op.connection(), row.id, &roles).await?;
        let token = new_link(&mut op, office, Some(row.id)).await?;
        let names: Vec<_> = roles.iter().map(|role| role.name()).collect();
        let now = op.commit(Event::of(row.id).with(json!({ "roles": names }))).await?;
        Ok(AccountLink {
            account: row.id,
            path: format!("/password/{token}"),
            expires_at: now + LINK_LIFE,
        })
    }
}

/// Changes an account's roles, or disables or enables it.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct ChangeAccount {
    /// The account.
    pub account: AccountId,
    /// Its roles from now on, separated by commas.
    pub roles: String,
    /// Whether it may sign in.
    pub active: bool,
    /// Why.
    pub reason: String,
}

impl Act for ChangeAccount {
    type Outcome = Done;
    const POLICY: Policy = policy::ACCOUNT_CHANGE;

    async fn perform(self, office: &Office, caller: &Caller) -> Result<Done, Refusal> {
        let roles = parse_roles(&self.roles).map_err(|broken| broken.at("roles"))?;
        if caller.account()? == self.account {
            return Err(Broken::new("not-oneself").into());
        }
        let mut op = Op::begin::<Self>(office, caller).await?;
        let now = op.now;
        account::set_active(op.connection(), self.account, self.active).await?;
        account::set_roles(op.connection(), self.account, &roles).await?;
        // Whoever lost a role must not keep working with it.
        account::revoke_others(op.connection(), self.account, None, now).await?;
        let names: Vec<_> = roles.iter().map(|role| role.name()).collect();
        let event = Event::of(self.account)
            .because(&self.reason)
            .with(json!({ "roles": names, "active": self.active }));
        Ok(Done {
            at: op.commit(event).await?,
        })
    }
}

/// Gives a new one-time link for a forgotten password.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct LinkAccount {
    /// The account.
    pub account: AccountId,
}

impl Act for LinkAccount {
    type Outcome = AccountLink;
    const POLICY: Policy = policy::ACCOUNT_LINK;

    async fn perform(self, office: &Office, caller: &Caller) -> Result<AccountLink, Refusal> {
        let mut op = Op::begin::<Self>(office, caller).await?;
        if account::by_id(op.connection(), self.account).await?.is_none() {
            return Err(Refusal::NotFound);
        }
        let token = new_link(&mut op, office, Some(self.account)).await?;
        let now = op.commit(Event::of(self.account)).await?;
        Ok(AccountLink {
            account: self.account,
            path: format!("/password/{token}"),
            expires_at: now + LINK_LIFE,
        })
    }
}
