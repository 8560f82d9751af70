//! How our types stand in columns: ids and names as text, times and marks as 64-bit integers.

use sqlx::any::{AnyTypeInfo, AnyValueRef};
use sqlx::encode::IsNull;
use sqlx::error::BoxDynError;
use sqlx::{Any, Database, Decode, Encode, Type};

use crate::kernel::{
    AccountId, ApplicationId, AttemptId, BankVersionId, BatchId, CandidateId, CardId, CardNoteId, CertificateId,
    CompensationId, Digest, EventId, Exact, FindingId, HoldId, IncidentId, Marks, ObjectionId, OverrideId, PaperId,
    PersonName, PlanId, RecheckId, RegradeId, RequestId, RoomId, ScriptId, Seed, SessionId, SheetId, SignInId,
    StationId, TerminalId, TimeChangeId, Timestamp,
};

macro_rules! text_columns {
    ($($name:ty),+ $(,)?) => {$(
        impl Type<Any> for $name {
            fn type_info() -> AnyTypeInfo {
                <String as Type<Any>>::type_info()
            }
        }

        impl Encode<'_, Any> for $name {
            fn encode_by_ref(&self, buffer: &mut <Any as Database>::ArgumentBuffer) -> Result<IsNull, BoxDynError> {
                <String as Encode<'_, Any>>::encode(self.to_string(), buffer)
            }
        }

        impl<'r> Decode<'r, Any> for $name {
            fn decode(value: AnyValueRef<'r>) -> Result<Self, BoxDynError> {
                Ok(<&str as Decode<'r, Any>>::decode(value)?.parse::<$name>()?)
            }
        }
    )+};
}

macro_rules! integer_columns {
    ($($name:ty: $from:expr, $into:expr;)+) => {$(
        impl Type<Any> for $name {
            fn type_info() -> AnyTypeInfo {
                <i64 as Type<Any>>::type_info()
            }

            fn compatible(info: &AnyTypeInfo) -> bool {
                <i64 as Type<Any>>::compatible(info)
            }
        }

        impl Encode<'_, Any> for $name {
            fn encode_by_ref(&self, buffer: &mut <Any as Database>::ArgumentBuffer) -> Result<IsNull, BoxDynError> {
                <i64 as Encode<'_, Any>>::encode($into(*self), buffer)
            }
        }

        impl<'r> Decode<'r, Any> for $name {
            fn decode(value: AnyValueRef<'r>) -> Result<Self, BoxDynError> {
                Ok($from(<i64 as Decode<'r, Any>>::decode(value)?))
            }
        }
    )+};
}

text_columns! {
    AccountId, ApplicationId, AttemptId, BankVersionId, BatchId, CandidateId, CardId, CardNoteId, CertificateId, Digest,
    EventId, Exact, FindingId, HoldId, CompensationId, IncidentId, TimeChangeId, ObjectionId, OverrideId, PaperId, PersonName, PlanId,
    RecheckId, RegradeId, RequestId, RoomId, ScriptId, Seed, SessionId, SheetId, SignInId, TerminalId, StationId,
}

integer_columns! {
    Timestamp: Timestamp::from_millis, Timestamp::millis;
    Marks: Marks::from_hundredths, Marks::hundredths;
}
