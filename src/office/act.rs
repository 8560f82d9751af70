//! An act: one thing that a person can do or look at here.
//!
//! An act is a struct of its inputs. Pages, forms and the API all perform the same acts, so that a rule is kept once and
//! whatever a page can do the API can do. Its policy says who may; [`Office::perform`] asks before anything else happens.

use std::collections::BTreeSet;
use std::future::Future;

use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Office, Policy, Refusal, Who};
use crate::identity::Role;
use crate::kernel::{AccountId, ApplicationId, Digest, Language, SessionId, SignInId};

/// One thing that a person can do or look at.
pub trait Act: DeserializeOwned + JsonSchema + Send + 'static {
    /// What it gives back.
    type Outcome: Serialize + JsonSchema + Send;

    /// Who may, under which name and address.
    const POLICY: Policy;

    /// Does it. Permission was asked already; ownership ("only one's own sheet") is asked here.
    fn perform(self, office: &Office, caller: &Caller) -> impl Future<Output = Result<Self::Outcome, Refusal>> + Send;
}

/// Who asks, and in which request.
#[derive(Debug, Clone)]
pub struct Caller {
    /// Who.
    pub actor: Actor,
    /// The id of the request, as in the log and in `event.request_id`.
    pub request_id: String,
    /// The language of the answer.
    pub language: Language,
    /// The network address, for limits only; never stored with a name.
    pub address: String,
    /// The digest of the machine's secret, if its browser keeps one.
    pub terminal: Option<Digest>,
}

/// Who somebody is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// Not signed in.
    Anonymous,
    /// A member of staff.
    Staff {
        /// The account.
        account: AccountId,
        /// Its login, for display to its owner.
        login: String,
        /// The person's name.
        name: String,
        /// Its roles now.
        roles: BTreeSet<Role>,
        /// The sign-in.
        sign_in: SignInId,
    },
    /// A candidate at a terminal.
    Candidate {
        /// The application.
        application: ApplicationId,
        /// The session that the ticket admits to.
        session: SessionId,
        /// The sign-in: also the terminal, for the lease.
        sign_in: SignInId,
    },
    /// The program itself: jobs and the command line.
    System(&'static str),
}

impl Caller {
    /// The program itself; `job` says which part.
    pub fn system(job: &'static str) -> Self {
        Self {
            actor: Actor::System(job),
            request_id: job.to_owned(),
            language: Language::Zh,
            address: String::new(),
            terminal: None,
        }
    }

    /// The account of a member of staff.
    pub fn account(&self) -> Result<AccountId, Refusal> {
        match &self.actor {
            Actor::Staff { account, .. } => Ok(*account),
            Actor::Anonymous => Err(Refusal::SignInFirst),
            Actor::Candidate { .. } | Actor::System(_) => Err(Refusal::Forbidden),
        }
    }

    /// The candidate's application, session and sign-in.
    pub fn candidate(&self) -> Result<(ApplicationId, SessionId, SignInId), Refusal> {
        match &self.actor {
            Actor::Candidate {
                application,
                session,
                sign_in,
            } => Ok((*application, *session, *sign_in)),
            Actor::Anonymous => Err(Refusal::SignInFirst),
            Actor::Staff { .. } | Actor::System(_) => Err(Refusal::Forbidden),
        }
    }

    /// Whether the caller has this role.
    pub fn has(&self, role: Role) -> bool {
        matches!(&self.actor, Actor::Staff { roles, .. } if roles.contains(&role))
    }

    /// Refuses unless the policy lets this caller in.
    pub fn may(&self, policy: &Policy) -> Result<(), Refusal> {
        let allowed = match (&self.actor, policy.who) {
            (_, Who::Anyone) | (Actor::System(_), _) => true,
            (Actor::Anonymous, _) => return Err(Refusal::SignInFirst),
            // Somebody whose roles were all taken away may still do what every member of staff may.
            (Actor::Staff { roles, .. }, who) => {
                matches!(who, Who::Staff | Who::SignedIn) || roles.iter().any(|role| who.admits(*role))
            }
            (Actor::Candidate { .. }, who) => matches!(who, Who::Candidate | Who::SignedIn),
        };
        if allowed { Ok(()) } else { Err(Refusal::Forbidden) }
    }
}

impl Office {
    /// Performs an act for a caller, if its policy lets the caller.
    pub async fn perform<A: Act>(&self, act: A, caller: &Caller) -> Result<A::Outcome, Refusal> {
        caller.may(&A::POLICY)?;
        act.perform(self, caller).await
    }
}
