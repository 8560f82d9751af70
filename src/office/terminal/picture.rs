//! A picture of one's own paper, while the paper is open at this terminal.

use super::Photo;
use crate::kernel::Digest;
use crate::office::bank::open_bank;
use crate::office::{Caller, Office, Refusal};
use crate::store::{plan, sitting};

/// The picture of this digest, if the caller's open paper shows it. Everything else is not found: whoever asks for a
/// picture of another paper learns not even that there is one.
pub async fn own_picture(office: &Office, caller: &Caller, digest: &str) -> Result<Photo, Refusal> {
    let digest: Digest = digest.parse().map_err(|_| Refusal::NotFound)?;
    let (application, session, sign_in) = caller.candidate()?;
    let mut connection = office.store.read().await?;
    let attempt = sitting::attempt_of(&mut connection, session, application)
        .await?
        .filter(|attempt| attempt.state == "open" && attempt.lease == Some(office.lease(sign_in)))
        .ok_or(Refusal::NotFound)?;
    let view = sitting::paper_view(&mut connection, session, application).await?;
    view.filter(|view| view.contains(&digest.to_string()))
        .ok_or(Refusal::NotFound)?;
    let batch = plan::batch(&mut connection, attempt.batch_id)
        .await?
        .ok_or(Refusal::NotFound)?;
    drop(connection);
    let bank = open_bank(office, batch.bank_version_id).await?;
    let picture = bank
        .pictures
        .iter()
        .find(|picture| picture.digest == digest)
        .ok_or(Refusal::NotFound)?;
    Ok(Photo {
        media_type: if picture.media_type == "image/jpeg" {
            "image/jpeg"
        } else {
            "image/png"
        },
        bytes: picture.bytes.as_slice().to_vec(),
    })
}
