//! No picture of memory on the disk: a crash of an open desk would otherwise leave its cases in a core
//! file, outside the vault.

/// Forbids core files for this process and what it starts. Where the system has no such limit, or
/// refuses, there is nothing else to do.
pub fn forbid() {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, setrlimit};
        let none = Rlimit { current: Some(0), maximum: Some(0) };
        _ = setrlimit(Resource::Core, none);
    }
}
