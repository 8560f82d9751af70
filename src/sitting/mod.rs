//! Who sits when, and what they answered: the gate before the paper, the ledger of time, answers, silences.
//!
//! The server's clock decides. Intervals are half-open: at the very instant of the deadline the time is over. An answer
//! that was under way when time ran out is taken within a short grace, and the record says so. All of it is decided here,
//! without a database and without a clock; the office asks and writes.

mod answer;
mod gate;
mod lock;
mod outage;
mod receipt;
mod seat;
mod time;

pub use answer::{AnswerRefusal, GRACE, SaveRefusal, Standing, TooEarly, admit, check_answer, is_answer, may_submit};
pub use gate::{Facts, Gate, SessionRefusal, Way, gate, may_start};
pub use lock::{SebSettings, key_hash, quit_hash};
pub use outage::{Assessment, NOTICED, OutageRule, Silence, assess};
pub use receipt::{ReceiptStatement, answers_digest};
pub use seat::{SPARE, Seat, SeatRefusal, may_sit};
pub use time::{Clockwork, Scope, Span, TimeChange, TimeEntry, clockwork, room_paused_since, spans};
