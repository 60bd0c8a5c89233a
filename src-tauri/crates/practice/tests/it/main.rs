//! The practice internet as its clients see it: packets and requests over loopback.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod client;
mod dns;
mod rdap;
mod world;
