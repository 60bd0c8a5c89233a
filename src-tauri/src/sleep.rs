//! Locks the desk before the computer sleeps, and when its screen is locked.
//!
//! On Linux logind tells (<https://systemd.io/INHIBITOR_LOCKS/>): a delay is held so that text is
//! saved and the key has left memory before the sleep begins. Where nothing tells, the window locks
//! at its first look after the clock jumped.

use tauri::AppHandle;

/// Listens for as long as the program runs.
pub(crate) fn listen(app: &AppHandle) {
    #[cfg(target_os = "linux")]
    linux::listen(app);
    #[cfg(not(target_os = "linux"))]
    let _ = app;
}

#[cfg(target_os = "linux")]
mod linux {
    use std::{
        thread,
        time::{Duration, Instant},
    };

    use tauri::{AppHandle, Manager};
    use zbus::{
        blocking::{Connection, Proxy},
        zvariant::{OwnedFd, OwnedObjectPath},
    };

    use crate::{
        events::{self, LockAsked},
        house::House,
    };

    const LOGIND: &str = "org.freedesktop.login1";
    /// logind waits five seconds by default before it sleeps all the same.
    const PATIENCE: Duration = Duration::from_secs(4);

    pub(super) fn listen(app: &AppHandle) {
        let (sleep, screen) = (app.clone(), app.clone());
        // A system without logind ends both at once, and the clock stands in.
        thread::spawn(move || lock_before_sleep(&sleep));
        thread::spawn(move || lock_with_the_screen(&screen));
    }

    fn lock_before_sleep(app: &AppHandle) -> zbus::Result<()> {
        let connection = Connection::system()?;
        let manager = Proxy::new(
            &connection,
            LOGIND,
            "/org/freedesktop/login1",
            "org.freedesktop.login1.Manager",
        )?;
        let told = manager.receive_signal("PrepareForSleep")?;
        let mut delay = Some(ask_for_delay(&manager)?);
        for signal in told {
            if signal.body().deserialize()? {
                events::tell(app, &LockAsked);
                wait_until_locked(app);
                drop(delay.take());
            } else {
                delay = Some(ask_for_delay(&manager)?);
            }
        }
        Ok(())
    }

    fn ask_for_delay(manager: &Proxy<'_>) -> zbus::Result<OwnedFd> {
        manager.call("Inhibit", &("sleep", "Farol", "The desk is locked first", "delay"))
    }

    fn wait_until_locked(app: &AppHandle) {
        let since = Instant::now();
        while app.state::<House>().desk().is_ok() && since.elapsed() < PATIENCE {
            thread::sleep(Duration::from_millis(20));
        }
    }

    fn lock_with_the_screen(app: &AppHandle) -> zbus::Result<()> {
        let connection = Connection::system()?;
        let manager = Proxy::new(
            &connection,
            LOGIND,
            "/org/freedesktop/login1",
            "org.freedesktop.login1.Manager",
        )?;
        let session: OwnedObjectPath = manager.call("GetSessionByPID", &std::process::id())?;
        let session = Proxy::new(&connection, LOGIND, session, "org.freedesktop.login1.Session")?;
        for _ in session.receive_signal("Lock")? {
            events::tell(app, &LockAsked);
        }
        Ok(())
    }
}
