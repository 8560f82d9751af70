//! Stores a candidate's photo, made into the one size that certificates print.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use crate::certificate::{JpegPhoto, MAX_PHOTO_BYTES, MAX_PHOTO_SIDE, PhotoError, normalise};
use crate::identity::Duty;
use crate::kernel::{ApplicationId, Digest};
use crate::office::account::Done;
use crate::office::{Act, Broken, Caller, Event, Office, Op, Policy, Refusal, Upload, policy};
use crate::store::enrolment;

use super::{batch_of, batch_open};

/// Stores a candidate's photo.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct PutPhoto {
    /// The application.
    pub application: ApplicationId,
    /// A JPEG or PNG picture.
    pub photo: Upload,
}

impl From<PhotoError> for Broken {
    fn from(error: PhotoError) -> Self {
        match error {
            PhotoError::TooLarge => Self::new("photo-too-large")
                .with("megabytes", MAX_PHOTO_BYTES / (1024 * 1024))
                .with("side", i64::from(MAX_PHOTO_SIDE)),
            PhotoError::NotAPicture => Self::new("photo-not-a-picture"),
            PhotoError::TooSmall { w, h } => Self::new("photo-too-small")
                .with("width", i64::from(w))
                .with("height", i64::from(h)),
        }
    }
}

impl Act for PutPhoto {
    type Outcome = Done;
    const POLICY: Policy = policy::PHOTO_PUT;

    async fn perform(self, office: &Office, caller: &Caller) -> Result<Done, Refusal> {
        let photo = small_photo(self.photo.0).await?;
        let mut op = Op::begin::<Self>(office, caller).await?;
        let now = op.now;
        let row = enrolment::application(op.connection(), self.application)
            .await?
            .ok_or(Refusal::NotFound)?;
        let batch = batch_of(op.connection(), row.batch_id).await?;
        batch_open(&batch)?;
        if row.state == "withdrawn" {
            return Err(Broken::new("application-withdrawn").with("name", row.name).into());
        }
        op.take_duty(row.batch_id, Duty::Registrar).await?;
        enrolment::set_photo(op.connection(), row.candidate_id, photo.bytes(), now).await?;
        let detail = json!({ "digest": Digest::of(photo.bytes()), "replaced": row.has_photo == 1 });
        let event = Event::of(row.id).in_batch(row.batch_id).with(detail);
        Ok(Done {
            at: op.commit(event).await?,
        })
    }
}

/// Decoding takes a while: not on a thread that answers requests, and not while the database waits.
async fn small_photo(bytes: Vec<u8>) -> Result<JpegPhoto, Refusal> {
    if bytes.is_empty() {
        return Err(Broken::new("photo-missing").at("photo").into());
    }
    tokio::task::spawn_blocking(move || normalise(&bytes))
        .await
        .map_err(|error| Refusal::Fault(format!("photo: {error}")))?
        .map_err(|error| Broken::from(error).at("photo").into())
}
