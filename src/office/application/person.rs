//! A person as one registration tells of him or her: checked, sealed, and found again.

use crate::enrolment::Document;
use crate::kernel::{CandidateId, CitizenId, PersonName, Sex, Timestamp};
use crate::office::{Broken, Office, Refusal};
use crate::store::Connection;
use crate::store::enrolment::{self, ApplicationRow, CandidateRow, Entry};

use super::stored_word;

/// A person whose document is a citizen id or a residence permit: the kinds that certificates can name.
pub(super) struct Person {
    pub(super) name: PersonName,
    pub(super) id: CitizenId,
    pub(super) phone: Option<String>,
    pub(super) employer: Option<String>,
}

/// Why a person cannot be registered on the roll of a batch.
pub(super) enum Unfit {
    /// A rule; the page says which.
    Rule(Broken),
    /// Not the person's fault.
    Other(Refusal),
}

impl From<Refusal> for Unfit {
    fn from(refusal: Refusal) -> Self {
        Self::Other(refusal)
    }
}

/// What was found out about a person before anything is written.
pub(super) struct Known {
    /// The person's row, when he or she was registered before, in any batch.
    pub(super) candidate: Option<CandidateRow>,
    /// The application in this batch, if there is one.
    pub(super) application: Option<ApplicationRow>,
}

impl Person {
    /// Refuses a name with a character that no certificate could carry.
    pub(super) fn printable(&self, office: &Office) -> Result<(), Broken> {
        match super::unprintable(office, self.name.as_str()) {
            None => Ok(()),
            Some(character) => Err(Broken::new("name-not-printable")
                .with("character", character.to_string())
                .with("code", format!("U+{:04X}", u32::from(character)))),
        }
    }

    /// Looks the person up; refuses when the citizen id belongs to somebody of another name.
    pub(super) async fn known(
        &self,
        office: &Office,
        connection: &mut Connection,
        batch: crate::kernel::BatchId,
    ) -> Result<Known, Unfit> {
        let index = office.keys.digest("citizen-id", self.id.reveal());
        let Some(candidate) = enrolment::candidate_by_index(connection, index)
            .await
            .map_err(Refusal::from)?
        else {
            return Ok(Known {
                candidate: None,
                application: None,
            });
        };
        if candidate.name != self.name.as_str() {
            return Err(Unfit::Rule(
                Broken::new("candidate-name-differs")
                    .with("given", self.name.as_str())
                    .with("known", candidate.name),
            ));
        }
        let application = enrolment::application_of(connection, batch, candidate.id)
            .await
            .map_err(Refusal::from)?;
        Ok(Known {
            candidate: Some(candidate),
            application,
        })
    }

    /// Saves the person: new, or with what changed.
    pub(super) async fn save(
        &self,
        office: &Office,
        connection: &mut Connection,
        known: Option<CandidateRow>,
        now: Timestamp,
    ) -> Result<CandidateId, Refusal> {
        let fresh = known.is_none();
        let mut row = known.unwrap_or_else(|| self.row(office, now));
        if let Some(phone) = &self.phone {
            let place = phone_place(row.id);
            row.phone = Some(
                office
                    .keys
                    .vault
                    .seal(&place, phone.as_bytes(), office.entropy.as_ref()),
            );
        }
        if let Some(employer) = &self.employer {
            row.employer.clone_from(employer);
        }
        row.changed_at = now;
        if fresh {
            enrolment::insert_candidate(connection, &row).await?;
        } else {
            enrolment::update_candidate(connection, &row).await?;
        }
        Ok(row.id)
    }

    fn row(&self, office: &Office, now: Timestamp) -> CandidateRow {
        let id = CandidateId::new(now, office.entropy.as_ref());
        let number = self.id.reveal();
        CandidateRow {
            id,
            name: self.name.to_string(),
            id_kind: stored_word(Document::of_citizen(&self.id).kind()),
            citizen_id: office
                .keys
                .vault
                .seal(&citizen_place(id), number.as_bytes(), office.entropy.as_ref()),
            citizen_index: office.keys.digest("citizen-id", number),
            citizen_mask: self.id.masked(),
            sex: stored_word(self.id.sex()),
            birth_date: self.id.birth_date().to_string(),
            phone: None,
            employer: String::new(),
            created_at: now,
            changed_at: now,
        }
    }
}

/// Writes a new application, or registers a waiting or rejected one again.
pub(super) async fn enter(
    connection: &mut Connection,
    entry: &Entry<'_>,
    earlier: Option<&ApplicationRow>,
) -> Result<(), Refusal> {
    match earlier {
        None => enrolment::insert_application(connection, entry).await?,
        Some(_) => enrolment::register_again(connection, entry).await?,
    }
    Ok(())
}

/// The citizen id behind an application.
pub(super) fn citizen_id(office: &Office, row: &ApplicationRow) -> Result<CitizenId, Refusal> {
    open(office, &citizen_place(row.candidate_id), &row.citizen_id)?
        .parse()
        .map_err(|_| Refusal::Fault("candidate.citizen_id does not parse".to_owned()))
}

/// The mobile number behind an application.
pub(super) fn phone(office: &Office, row: &ApplicationRow) -> Result<Option<String>, Refusal> {
    let sealed = row.phone.as_deref();
    sealed
        .map(|sealed| open(office, &phone_place(row.candidate_id), sealed))
        .transpose()
}

/// `male` or `female` as the chapter's word.
pub(super) fn sex(row: &ApplicationRow) -> Sex {
    if row.sex == "male" { Sex::Male } else { Sex::Female }
}

fn open(office: &Office, place: &str, sealed: &[u8]) -> Result<String, Refusal> {
    let unreadable = |cause: String| Refusal::Fault(format!("{place}: {cause}"));
    let bytes = office
        .keys
        .vault
        .open(place, sealed)
        .map_err(|error| unreadable(error.to_string()))?;
    String::from_utf8(bytes).map_err(|error| unreadable(error.utf8_error().to_string()))
}

fn citizen_place(id: CandidateId) -> String {
    format!("candidate.citizen_id/{id}")
}

fn phone_place(id: CandidateId) -> String {
    format!("candidate.phone/{id}")
}
