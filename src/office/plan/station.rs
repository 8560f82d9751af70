//! Stations and their rooms.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::words;
use crate::kernel::{RoomId, StationId};
use crate::office::{Act, Broken, Caller, Event, Office, Op, Policy, Problems, Refusal, policy};
use crate::store::plan::{self as rows, RoomRow, StationRow};

const NAME_CHARS: usize = 60;
const MOST_SEATS: i64 = 2_000;

/// Lists stations and rooms.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct ListStations {}

/// A station.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct StationView {
    /// Its id.
    pub station: StationId,
    /// The code that its numbers begin with.
    pub code: String,
    /// The Chinese name.
    pub name: String,
    /// The English name.
    pub name_en: String,
    /// Its rooms.
    pub rooms: Vec<RoomView>,
}

/// A room.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct RoomView {
    /// Its id.
    pub room: RoomId,
    /// Its name.
    pub name: String,
    /// How many seats it has.
    pub seats: i64,
}

impl Act for ListStations {
    type Outcome = Vec<StationView>;
    const POLICY: Policy = policy::STATION_LIST;

    async fn perform(self, office: &Office, _: &Caller) -> Result<Vec<StationView>, Refusal> {
        let mut connection = office.store.read().await?;
        let rooms = rows::rooms(&mut connection).await?;
        let stations = rows::stations(&mut connection).await?;
        let of = |station: StationId| {
            let mine = rooms.iter().filter(|room| room.station_id == station);
            mine.map(|room| RoomView {
                room: room.id,
                name: room.name.clone(),
                seats: room.seats,
            })
            .collect()
        };
        let view = |row: StationRow| StationView {
            rooms: of(row.id),
            station: row.id,
            code: row.code,
            name: row.name,
            name_en: row.name_en,
        };
        Ok(stations.into_iter().map(view).collect())
    }
}

/// Adds a station.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct CreateStation {
    /// The code that its numbers begin with: 2 to 12 capital letters and digits.
    pub code: String,
    /// The Chinese name.
    pub name: String,
    /// The English name.
    pub name_en: String,
}

/// An added station.
#[derive(Debug, Serialize, JsonSchema)]
pub struct CreatedStation {
    /// Its id.
    pub station: StationId,
}

fn station_code(text: &str) -> Result<String, Broken> {
    let code = text.trim().to_ascii_uppercase();
    let fits = (2..=12).contains(&code.len()) && code.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if fits {
        Ok(code)
    } else {
        Err(Broken::new("station-code"))
    }
}

impl Act for CreateStation {
    type Outcome = CreatedStation;
    const POLICY: Policy = policy::STATION_CREATE;

    async fn perform(self, office: &Office, caller: &Caller) -> Result<CreatedStation, Refusal> {
        let mut problems = Problems::default();
        let code = problems.take("code", station_code(&self.code));
        let name = problems.take("name", words(&self.name, NAME_CHARS));
        let name_en = problems.take("name_en", words(&self.name_en, NAME_CHARS));
        problems.refuse()?;
        let (Some(code), Some(name), Some(name_en)) = (code, name, name_en) else {
            return Err(Refusal::Invalid(Vec::new()));
        };
        let mut op = Op::begin::<Self>(office, caller).await?;
        if rows::station_code_taken(op.connection(), &code).await? {
            return Err(Broken::new("station-code-taken").with("code", code).at("code").into());
        }
        let row = StationRow {
            id: StationId::new(op.now, office.entropy.as_ref()),
            code,
            name,
            name_en,
            created_at: op.now,
        };
        rows::insert_station(op.connection(), &row).await?;
        op.commit(Event::of(row.id).with(json!({ "code": row.code, "name": row.name })))
            .await?;
        Ok(CreatedStation { station: row.id })
    }
}

/// Adds a room to a station.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct CreateRoom {
    /// The station.
    pub station: StationId,
    /// Its name.
    pub name: String,
    /// How many seats it has.
    #[serde(deserialize_with = "crate::office::input::number")]
    pub seats: i64,
}

/// An added room.
#[derive(Debug, Serialize, JsonSchema)]
pub struct CreatedRoom {
    /// Its id.
    pub room: RoomId,
}

impl Act for CreateRoom {
    type Outcome = CreatedRoom;
    const POLICY: Policy = policy::ROOM_CREATE;

    async fn perform(self, office: &Office, caller: &Caller) -> Result<CreatedRoom, Refusal> {
        let mut problems = Problems::default();
        let name = problems.take("name", words(&self.name, NAME_CHARS));
        if !(1..=MOST_SEATS).contains(&self.seats) {
            problems.note(Broken::new("room-seats").with("most", MOST_SEATS).at("seats"));
        }
        problems.refuse()?;
        let mut op = Op::begin::<Self>(office, caller).await?;
        if rows::station(op.connection(), self.station).await?.is_none() {
            return Err(Refusal::NotFound);
        }
        let row = RoomRow {
            id: RoomId::new(op.now, office.entropy.as_ref()),
            station_id: self.station,
            name: name.unwrap_or_default(),
            seats: self.seats,
        };
        let rooms = rows::rooms(op.connection()).await?;
        if rooms
            .iter()
            .any(|room| room.station_id == self.station && room.name == row.name)
        {
            return Err(Broken::new("room-name-taken").with("name", row.name).at("name").into());
        }
        rows::insert_room(op.connection(), &row).await?;
        op.commit(Event::of(row.id).with(json!({ "name": row.name, "seats": row.seats })))
            .await?;
        Ok(CreatedRoom { room: row.id })
    }
}
