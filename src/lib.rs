//! Jianding (鉴定, "appraisal"): skill-certification examinations, from a question bank to a certificate that a stranger
//! can check.
//!
//! The modules below are the story in its order. The chapters of the story are pure rules: no SQL, no HTTP, no clock and
//! no dice of their own. The machinery under them saves, serves and signs.

pub mod bank;
pub mod certificate;
pub mod document;
pub mod enrolment;
pub mod identity;
pub mod kernel;
pub mod marking;
pub mod office;
pub mod paper;
pub mod result;
pub mod sitting;
pub mod spreadsheet;
pub mod staff;
pub mod store;
pub mod supervision;
pub mod web;
