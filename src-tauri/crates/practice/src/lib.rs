//! A small fictional internet on loopback.
