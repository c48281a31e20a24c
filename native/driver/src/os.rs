//! Direct calls to the operating system: process identity, per-process state, `TCP_NODELAY`, SIGINT.

use std::future::Future;
use std::net::SocketAddr;
use std::pin::pin;
use std::ptr::null_mut;
use std::sync::atomic::{AtomicPtr, Ordering};

use crate::error::{Error, Kind, Result};

/// The identity of a process when a connection was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Process(u32);

impl Process {
    pub fn current() -> Self {
        Self(std::process::id())
    }

    pub fn is_current(self) -> bool {
        self == Self::current()
    }

    /// Returns an error in a forked child.
    pub fn check(self) -> Result<()> {
        if self.is_current() {
            return Ok(());
        }
        Err(Error::new(Kind::Forked, "this process was forked after the connections were made; they belong to its parent")
            .with_hint("call db.init() in the child, or start workers with the spawn method"))
    }
}

/// A value that each process initialises once, on first use, and never frees. A forked child makes its
/// own and does not touch its parent's.
pub struct PerProcess<T: 'static>(AtomicPtr<(Process, T)>);

impl<T: Sync + 'static> PerProcess<T> {
    pub const fn new() -> Self {
        Self(AtomicPtr::new(null_mut()))
    }

    pub fn get(&self, make: fn() -> T) -> &'static T {
        let known = self.0.load(Ordering::Acquire);
        // SAFETY: the pointer is null, or was leaked below and is only ever shared.
        if let Some((process, value)) = unsafe { known.as_ref() }
            && process.is_current()
        {
            return value;
        }
        let fresh = Box::into_raw(Box::new((Process::current(), make())));
        // If another thread was faster, this value is leaked unused.
        let _ = self.0.compare_exchange(known, fresh, Ordering::AcqRel, Ordering::Acquire);
        self.get(make)
    }
}

/// Polls a connect future to completion and sets `TCP_NODELAY` on its connection to `port`.
/// sqlx 0.9.0 does not set it, and a TLS handshake then waits for delayed ACKs. It also accepts no
/// socket from outside, so its socket has to be found among the process's descriptors: after each poll
/// until a new one appears, and once more at the end, because the first one found may belong to a
/// concurrent connect.
pub async fn nodelay<F: Future>(port: u16, connect: F) -> F::Output {
    let mut connect = pin!(connect);
    let before = sockets::connected_to(port);
    let mut found = false;
    std::future::poll_fn(move |context| {
        let state = connect.as_mut().poll(context);
        if !found || state.is_ready() {
            let now = sockets::connected_to(port);
            for socket in &now {
                sockets::set_nodelay(*socket);
            }
            found = now.iter().any(|socket| !before.contains(socket));
        }
        state
    })
    .await
}

/// Returns the local and the peer address of each TCP connection of this process to a port.
pub fn connections_to(port: u16) -> Vec<(SocketAddr, SocketAddr)> {
    sockets::connected_to(port).into_iter().filter_map(sockets::ends).collect()
}

#[cfg(unix)]
mod sockets {
    use std::mem::{size_of, zeroed};
    use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};

    use libc::{AF_INET, AF_INET6, IPPROTO_TCP, TCP_NODELAY, c_int, sockaddr, sockaddr_in, sockaddr_in6, sockaddr_storage, socklen_t};

    type Ask = unsafe extern "C" fn(c_int, *mut sockaddr, *mut socklen_t) -> c_int;

    /// Returns the sockets of this process whose peer port is `port`.
    pub fn connected_to(port: u16) -> Vec<c_int> {
        descriptors().into_iter().filter(|fd| peer(*fd).is_some_and(|peer| peer.port() == port)).collect()
    }

    pub fn set_nodelay(fd: c_int) {
        let on: c_int = 1;
        // SAFETY: the value outlives the call and its size is correct; a descriptor closed meanwhile returns
        // an error.
        unsafe {
            libc::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, (&raw const on).cast(), size_of::<c_int>() as socklen_t);
        }
    }

    fn descriptors() -> Vec<c_int> {
        let folder = if cfg!(target_os = "linux") { "/proc/self/fd" } else { "/dev/fd" };
        let Ok(entries) = std::fs::read_dir(folder) else { return (3..1_024).collect() };
        entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok()).collect()
    }

    /// Returns the local and the peer address of a socket.
    pub fn ends(fd: c_int) -> Option<(SocketAddr, SocketAddr)> {
        Some((address(fd, libc::getsockname)?, peer(fd)?))
    }

    pub fn peer(fd: c_int) -> Option<SocketAddr> {
        address(fd, libc::getpeername)
    }

    fn address(fd: c_int, ask: Ask) -> Option<SocketAddr> {
        // SAFETY: all zeros is a valid address of no family.
        let mut address: sockaddr_storage = unsafe { zeroed() };
        let mut size = size_of::<sockaddr_storage>() as socklen_t;
        // SAFETY: the size is that of the storage; a descriptor without such an address returns an error.
        if unsafe { ask(fd, (&raw mut address).cast(), &raw mut size) } != 0 {
            return None;
        }
        match c_int::from(address.ss_family) {
            AF_INET => {
                // SAFETY: the storage is large and aligned enough for each address, and the family says which it is.
                let address = unsafe { *(&raw const address).cast::<sockaddr_in>() };
                let ip = Ipv4Addr::from(u32::from_be(address.sin_addr.s_addr));
                Some((ip, u16::from_be(address.sin_port)).into())
            }
            AF_INET6 => {
                // SAFETY: as for version 4.
                let address = unsafe { *(&raw const address).cast::<sockaddr_in6>() };
                let ip = Ipv6Addr::from(address.sin6_addr.s6_addr).to_canonical();
                Some((ip, u16::from_be(address.sin6_port)).into())
            }
            _ => None,
        }
    }
}

#[cfg(not(unix))]
mod sockets {
    use std::net::SocketAddr;

    /// Sockets cannot be enumerated on this platform.
    pub fn connected_to(_port: u16) -> Vec<i32> {
        Vec::new()
    }

    pub fn ends(_socket: i32) -> Option<(SocketAddr, SocketAddr)> {
        None
    }

    pub fn set_nodelay(_socket: i32) {}
}

/// Counts SIGINT (Ctrl-C) while it lives, on any thread. Python runs its handlers only on the main
/// thread, which may be blocked in a call of ours. Python's handler is still called; without one,
/// nothing is counted.
pub struct Ear(usize);

impl Default for Ear {
    fn default() -> Self {
        signals::listen();
        Self(signals::heard())
    }
}

impl Ear {
    /// Whether SIGINT arrived since this was created.
    pub fn heard(&self) -> bool {
        signals::heard() != self.0
    }
}

impl Drop for Ear {
    fn drop(&mut self) {
        signals::unlisten();
    }
}

#[cfg(unix)]
mod signals {
    use std::mem::zeroed;
    use std::ptr::{null, null_mut};
    use std::sync::atomic::{AtomicPtr, AtomicUsize, Ordering};
    use std::sync::{Mutex, PoisonError};

    use libc::{SA_SIGINFO, SIG_DFL, SIG_IGN, SIGINT, c_int, c_void, sigaction, siginfo_t};

    /// The number of SIGINTs counted.
    static COUNT: AtomicUsize = AtomicUsize::new(0);

    /// The previous SIGINT handler while ours is installed. Leaked, because our handler may still read it.
    static BEFORE: AtomicPtr<sigaction> = AtomicPtr::new(null_mut());

    static LISTENERS: Mutex<usize> = Mutex::new(0);

    pub fn heard() -> usize {
        COUNT.load(Ordering::Acquire)
    }

    pub fn listen() {
        let mut listeners = LISTENERS.lock().unwrap_or_else(PoisonError::into_inner);
        *listeners += 1;
        if *listeners > 1 {
            return;
        }
        let before = current();
        if matches!(before.sa_sigaction, SIG_DFL | SIG_IGN) || before.sa_sigaction == ours() {
            return;
        }
        BEFORE.store(Box::leak(Box::new(before)), Ordering::Release);
        let after = sigaction { sa_sigaction: ours(), sa_flags: before.sa_flags | SA_SIGINFO, ..before };
        // SAFETY: the handler is static and async-signal-safe: it increments a counter and calls the previous
        // handler.
        unsafe { sigaction(SIGINT, &raw const after, null_mut()) };
    }

    pub fn unlisten() {
        let mut listeners = LISTENERS.lock().unwrap_or_else(PoisonError::into_inner);
        *listeners = listeners.saturating_sub(1);
        let before = BEFORE.load(Ordering::Acquire);
        if *listeners == 0 && !before.is_null() && current().sa_sigaction == ours() {
            // SAFETY: the pointer was leaked.
            unsafe { sigaction(SIGINT, before, null_mut()) };
        }
    }

    fn ours() -> usize {
        hear as *const () as usize
    }

    /// Returns the current SIGINT handler.
    fn current() -> sigaction {
        // SAFETY: all zeros is a valid `sigaction`, and the call only writes to it.
        unsafe {
            let mut now: sigaction = zeroed();
            sigaction(SIGINT, null(), &raw mut now);
            now
        }
    }

    extern "C" fn hear(signal: c_int, info: *mut siginfo_t, context: *mut c_void) {
        COUNT.fetch_add(1, Ordering::AcqRel);
        // SAFETY: the pointer is null or was leaked, and its handler is neither SIG_DFL nor SIG_IGN.
        unsafe {
            let Some(before) = BEFORE.load(Ordering::Acquire).as_ref() else { return };
            if before.sa_flags & SA_SIGINFO == 0 {
                std::mem::transmute::<usize, extern "C" fn(c_int)>(before.sa_sigaction)(signal);
            } else {
                std::mem::transmute::<usize, extern "C" fn(c_int, *mut siginfo_t, *mut c_void)>(before.sa_sigaction)(signal, info, context);
            }
        }
    }
}

#[cfg(not(unix))]
mod signals {
    /// Not implemented on this platform.
    pub fn heard() -> usize {
        0
    }

    pub fn listen() {}

    pub fn unlisten() {}
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::fd::AsRawFd;

    use super::*;

    #[tokio::test]
    async fn small_packets_leave_at_once() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let stream = nodelay(address.port(), tokio::net::TcpStream::connect(address)).await.unwrap();
        assert!(stream.nodelay().unwrap());
        assert_eq!(sockets::peer(stream.as_raw_fd()), Some(address));
        assert!(connections_to(address.port()).contains(&(stream.local_addr().unwrap(), address)));
        let other = tokio::net::TcpStream::connect(address).await.unwrap();
        assert!(!other.nodelay().unwrap());
    }

    #[test]
    fn a_process_has_it_once() {
        static ONCE: PerProcess<Process> = PerProcess::new();
        assert!(std::ptr::eq(ONCE.get(Process::current), ONCE.get(|| Process(0))));
    }

    #[test]
    fn children_are_told() {
        assert!(Process::current().check().is_ok());
        assert_eq!(Process(0).check().unwrap_err().kind, Kind::Forked);
    }
}
