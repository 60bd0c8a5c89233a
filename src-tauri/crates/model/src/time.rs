//! Instants in UTC, to the millisecond.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::id::Malformed;

/// An instant in UTC, whole milliseconds; written as RFC 3339 (`2026-11-23T14:03:22Z`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Type)]
#[serde(transparent)]
pub struct Timestamp(#[specta(type = String)] jiff::Timestamp);

impl Timestamp {
    /// The instant `ms` milliseconds after 1970-01-01T00:00Z; out of range is clamped.
    pub fn from_ms(ms: i64) -> Self {
        Self(jiff::Timestamp::from_millisecond(ms).unwrap_or(if ms < 0 {
            jiff::Timestamp::MIN
        } else {
            jiff::Timestamp::MAX
        }))
    }

    /// Milliseconds after 1970-01-01T00:00Z.
    pub fn ms(self) -> i64 {
        self.0.as_millisecond()
    }

    /// This instant and `seconds` more.
    pub fn plus_s(self, seconds: i64) -> Self {
        Self::from_ms(self.ms().saturating_add(seconds.saturating_mul(1000)))
    }

    /// Whole seconds from `earlier` to this instant; negative when `earlier` is later.
    pub fn seconds_since(self, earlier: Self) -> i64 {
        (self.ms() - earlier.ms()) / 1000
    }

    /// The calendar year in UTC.
    pub fn year(self) -> i16 {
        jiff::tz::TimeZone::UTC.to_datetime(self.0).year()
    }

    /// For people: `2026-11-23 14:03 UTC`.
    pub fn to_minute(self) -> String {
        self.0.strftime("%Y-%m-%d %H:%M UTC").to_string()
    }

    /// The underlying instant.
    pub fn instant(self) -> jiff::Timestamp {
        self.0
    }
}

impl From<jiff::Timestamp> for Timestamp {
    fn from(instant: jiff::Timestamp) -> Self {
        Self::from_ms(instant.as_millisecond())
    }
}

impl FromStr for Timestamp {
    type Err = Malformed;
    fn from_str(text: &str) -> Result<Self, Malformed> {
        text.parse::<jiff::Timestamp>().map(Self::from).map_err(|_| Malformed { what: "time" })
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        jiff::Timestamp::deserialize(deserializer).map(Self::from)
    }
}
