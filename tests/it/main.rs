//! Walks through the whole house.
